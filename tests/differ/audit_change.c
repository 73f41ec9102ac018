// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_change.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_table.h"
#include "tests/differ/audit_unit.h"

/* Nameless constants may point to nameless constants; this deep they are followed. */
enum { DEPTH_MOST = 8 };

struct comparing {
	const struct audit_unit *unit;
	int depth;
};

static bool ranges_are_equal(const struct comparing *comparing,
	const struct audit_thing *pre, const struct audit_thing *post);

static bool targets_are_equal(const struct comparing *comparing,
	const struct audit_target *pre, const struct audit_target *post)
{
	const struct audit_unit *unit = comparing->unit;
	if (pre->outside || post->outside) {
		const char *old =
			pre->outside ? pre->outside->name : audit_thing_name(&pre->thing);
		const char *new = post->outside ? post->outside->name
						: audit_thing_name(&post->thing);
		return pre->offset == post->offset && strcmp(old, new) == 0;
	}
	char *old = audit_thing_identity(&unit->pre, &pre->thing);
	char *new = audit_thing_identity(&unit->post, &post->thing);
	bool is_equal;
	if (old || new) {
		is_equal =
			old && new &&strcmp(old, new) == 0 && pre->offset == post->offset;
	} else if (audit_section_is_code(pre->section)) {
		/* Replacements are compared by their entries; the rest of nameless code
		 * is what static_cpu_has() jumps to, and is made of the entry too. */
		is_equal = audit_section_is_code(post->section) &&
			   strcmp(pre->section->name, post->section->name) == 0;
	} else {
		struct comparing deeper = {unit, comparing->depth + 1};
		is_equal = pre->offset == post->offset && deeper.depth < DEPTH_MOST &&
			   ranges_are_equal(&deeper, &pre->thing, &post->thing);
	}
	free(old);
	free(new);
	return is_equal;
}

/* field: an offset that is left out, or UINT64_MAX. */
static bool relocs_are_equal(const struct comparing *comparing,
	const struct audit_thing *pre, const struct audit_thing *post, uint64_t field)
{
	const struct audit_unit *unit = comparing->unit;
	size_t pre_count;
	size_t post_count;
	const struct audit_reloc *old = audit_section_find_relocs(
		pre->section, pre->start, pre->size, &pre_count);
	const struct audit_reloc *new = audit_section_find_relocs(
		post->section, post->start, post->size, &post_count);
	if (pre_count != post_count)
		return false;
	for (size_t i = 0; i < pre_count; i++) {
		struct audit_target from;
		struct audit_target to;
		if (old[i].offset - pre->start != new[i].offset - post->start ||
			old[i].type != new[i].type)
			return false;
		if (old[i].offset - pre->start == field || old[i].type == R_X86_64_NONE)
			continue;
		if (!audit_target_find(unit->pre.object, pre->section, &old[i], &from) ||
			!audit_target_find(
				unit->post.object, post->section, &new[i], &to) ||
			!targets_are_equal(comparing, &from, &to))
			return false;
	}
	return true;
}

static bool ranges_are_equal(const struct comparing *comparing,
	const struct audit_thing *pre, const struct audit_thing *post)
{
	uint64_t difference;
	return pre->size == post->size &&
	       audit_bytes_are_equal(post->section, post->start, pre->section, pre->start,
		       post->size, &difference) &&
	       relocs_are_equal(comparing, pre, post, UINT64_MAX);
}

bool audit_things_are_equal(const struct audit_unit *unit, const struct audit_thing *pre,
	const struct audit_thing *post)
{
	struct comparing comparing = {unit, 0};
	return ranges_are_equal(&comparing, pre, post);
}

static bool entry_is_about(
	const struct audit_entry *entry, const struct audit_thing *function)
{
	return !entry->table->is_derived && entry->owner == function->section &&
	       entry->place >= function->start &&
	       entry->place < function->start + function->size;
}

static const struct audit_entry *entries_next(const struct audit_entries *entries,
	const struct audit_thing *function, size_t *next)
{
	while (*next < entries->count) {
		const struct audit_entry *entry = &entries->items[(*next)++];
		if (entry_is_about(entry, function))
			return entry;
	}
	return NULL;
}

static bool entry_is_equal(const struct audit_unit *unit, const struct audit_entry *pre,
	const struct audit_entry *post)
{
	struct comparing comparing = {unit, 0};
	struct audit_thing old = {pre->section, pre->offset, pre->size, NULL};
	struct audit_thing new = {post->section, post->offset, post->size, NULL};
	struct audit_thing old_code;
	struct audit_thing new_code;
	uint64_t difference;
	bool has_replacement = pre->table->has_replacement;
	if (pre->table != post->table || pre->size != post->size ||
		!audit_bytes_are_equal(new.section, new.start, old.section, old.start,
			new.size, &difference) ||
		!relocs_are_equal(
			&comparing, &old, &new, has_replacement ? 4 : UINT64_MAX))
		return false;
	if (!has_replacement)
		return true;
	return audit_entry_find_replacement(unit->pre.object, pre, &old_code) &&
	       audit_entry_find_replacement(unit->post.object, post, &new_code) &&
	       (!new_code.size || ranges_are_equal(&comparing, &old_code, &new_code));
}

/* Entries that compiler or programmer wrote: another line of a BUG is another BUG. */
static bool entries_are_equal(const struct audit_unit *unit,
	const struct audit_thing *pre, const struct audit_thing *post)
{
	size_t next_old = 0;
	size_t next_new = 0;
	for (;;) {
		const struct audit_entry *old =
			entries_next(unit->pre.entries, pre, &next_old);
		const struct audit_entry *new =
			entries_next(unit->post.entries, post, &next_new);
		if (!old || !new)
			return !old && !new;
		if (old->place - pre->start != new->place - post->start ||
			!entry_is_equal(unit, old, new))
			return false;
	}
}

static bool json_has_text(const json_t *json, const char *text)
{
	const char *key;
	json_t *value;
	size_t i;
	if (json_is_string(json))
		return strcmp(json_string_value(json), text) == 0;
	json_array_foreach(json, i, value)
	{
		if (json_has_text(value, text))
			return true;
	}
	json_object_foreach((json_t *)json, key, value)
	{
		if (json_has_text(value, text))
			return true;
	}
	return false;
}

/* Does the manifest say that the change of this name has no effect? */
static bool manifest_has_no_effect(const json_t *manifest, const char *name)
{
	static const char key[] = "without_effect";
	size_t i;
	json_t *target;
	if (json_has_text(json_object_get(manifest, key), name))
		return true;
	json_array_foreach(json_object_get(manifest, "targets"), i, target)
	{
		if (json_has_text(json_object_get(target, key), name))
			return true;
	}
	return false;
}

static bool section_is_init(const struct audit_section *section)
{
	return audit_text_starts(section->name, ".init.") ||
	       audit_text_starts(section->name, ".exit.") ||
	       audit_text_starts(section->name, ".meminit.") ||
	       strcmp(section->name, ".ref.text") == 0;
}

static void change_check_function(struct audit_update *update,
	const struct audit_unit *unit, const struct audit_thing *post,
	const json_t *manifest)
{
	struct audit_thing pre;
	const char *name = post->symbol->name;
	if (section_is_init(post->section) ||
		!audit_thing_find_twin(&unit->post, post, &unit->pre, &pre))
		return;
	audit_counts.compared++;
	bool was_init = section_is_init(pre.section);
	bool is_equal = !was_init && audit_things_are_equal(unit, &pre, post) &&
			entries_are_equal(unit, &pre, post);
	if (is_equal || manifest_has_no_effect(manifest, name) ||
		audit_pair_find(update, unit, post->section, post->start))
		return;
	audit_complain(unit->name, "%s: %s, and the update does not have it", name,
		was_init ? "was init code before the patch" : "differs after the patch");
}

static bool data_hunk_has(const struct audit_update *update,
	const struct audit_unit *unit, const struct audit_thing *post)
{
	uint64_t address;
	if (audit_unit_find_place(unit, post, &address) != AUDIT_PLACE_FOUND)
		return false;
	for (size_t i = 0; i < update->data_hunk_count; i++) {
		if (update->data_hunks[i].address == address)
			return true;
	}
	return false;
}

static void change_check_variable(struct audit_update *update,
	const struct audit_unit *unit, const struct audit_thing *post,
	const json_t *manifest)
{
	struct audit_thing pre;
	const char *name = post->symbol->name;
	if (section_is_init(post->section) || audit_thing_may_start_anew(post) ||
		!audit_thing_find_twin(&unit->post, post, &unit->pre, &pre) ||
		audit_section_is_code(pre.section) || section_is_init(pre.section) ||
		audit_things_are_equal(unit, &pre, post) ||
		manifest_has_no_effect(manifest, name) ||
		data_hunk_has(update, unit, post))
		return;
	if (audit_thing_is_writable(post))
		audit_complain(unit->name,
			"%s: its initial value differs after the patch, and it is in use",
			name);
	else if (!audit_pair_find(update, unit, post->section, post->start))
		audit_complain(unit->name,
			"%s: differs after the patch, and the update does not have it",
			name);
}

static bool symbol_is_clone(const struct audit_symbol *symbol)
{
	return (strstr(symbol->name, ".isra.") || strstr(symbol->name, ".constprop.") ||
		       strstr(symbol->name, ".part.")) &&
	       !strstr(symbol->name, ".cold");
}

static bool function_calls(const struct audit_unit *unit,
	const struct audit_thing *caller, const struct audit_thing *callee)
{
	size_t count;
	const struct audit_reloc *relocs = audit_section_find_relocs(
		caller->section, caller->start, caller->size, &count);
	for (size_t i = 0; i < count; i++) {
		struct audit_target target;
		if (audit_target_find(
			    unit->post.object, caller->section, &relocs[i], &target) &&
			!target.outside && target.is_branch &&
			target.section == callee->section &&
			target.place == callee->start)
			return true;
	}
	return false;
}

/* A clone may have other parameters under the same name. A caller that stays as it was
 * passes what the old one took. */
static void change_warn_clone(
	const struct audit_update *update, const struct audit_pair *clone)
{
	const struct audit_unit *unit = clone->unit;
	const struct audit_object *object = unit->post.object;
	size_t callers = 0;
	const char *caller = NULL;
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct audit_symbol *symbol = &object->symbols[i];
		struct audit_thing thing = audit_thing_of(object, symbol);
		if (symbol->type != STT_FUNC || !thing.section ||
			audit_pair_find(update, unit, thing.section, thing.start) ||
			!function_calls(unit, &thing, &clone->post))
			continue;
		caller = caller ? caller : symbol->name;
		callers++;
	}
	if (callers)
		audit_warn(unit->name,
			"%s: is a clone, and %zu callers are not replaced (%s): are its "
			"parameters the same?",
			clone->post.symbol->name, callers, caller);
}

void audit_change_check(struct audit_update *update, const struct json_t *manifest)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct audit_unit *unit = &update->units[i];
		const struct audit_object *object = unit->post.object;
		for (size_t k = 1; k < object->symbol_count; k++) {
			const struct audit_symbol *symbol = &object->symbols[k];
			struct audit_thing thing = audit_thing_of(object, symbol);
			if (!thing.section || !symbol->name[0] ||
				!(thing.section->flags & SHF_ALLOC))
				continue;
			if (symbol->type == STT_FUNC &&
				audit_section_is_code(thing.section)) {
				change_check_function(update, unit, &thing, manifest);
			} else if (symbol->type == STT_OBJECT &&
				   !audit_thing_is_anonymous(&unit->post, &thing)) {
				change_check_variable(update, unit, &thing, manifest);
			}
		}
	}
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		if (pair->symbol && pair->is_replacement &&
			symbol_is_clone(pair->post.symbol))
			change_warn_clone(update, pair);
	}
}

/* Is the address in code that the update replaces? */
static bool update_replaces(const struct audit_update *update, uint64_t address)
{
	const struct audit_symbol *near = audit_kernel_find_near(update->kernel, address);
	if (!near)
		return false;
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		uint64_t start;
		if (pair->is_replacement &&
			audit_unit_find_place(pair->unit, &pair->post, &start) ==
				AUDIT_PLACE_FOUND &&
			start == near->value)
			return true;
	}
	return false;
}

static void constant_complain(const struct audit_pair *pair, const char *user)
{
	audit_complain(pair->unit->name,
		"%s: was copied, and %s goes on to use the kernel's own",
		audit_thing_name(&pair->post), user);
}

/* By the relocations that --emit-relocs leaves in vmlinux, where there are any: in all of
 * the kernel. True if it complained. */
static bool constant_check_kernel(
	const struct audit_update *update, const struct audit_pair *pair)
{
	const struct audit_object *kernel = update->kernel->object;
	uint64_t start;
	if (audit_unit_find_place(pair->unit, &pair->post, &start) != AUDIT_PLACE_FOUND)
		return false;
	for (size_t i = 1; i < kernel->section_count; i++) {
		const struct audit_section *section = &kernel->sections[i];
		if (!(section->flags & SHF_ALLOC) || section_is_init(section))
			continue;
		for (size_t k = 0; k < section->reloc_count; k++) {
			const struct audit_reloc *reloc = &section->relocs[k];
			uint64_t to = kernel->symbols[reloc->symbol].value +
				      (uint64_t)reloc->addend;
			unsigned width;
			bool is_relative;
			if (!audit_reloc_describe(reloc->type, &width, &is_relative))
				continue;
			/* Near enough: an instruction counts from its end. */
			if (is_relative)
				to += 4;
			if (to < start || to - start >= pair->post.size ||
				update_replaces(update, reloc->offset))
				continue;
			const struct audit_symbol *user =
				audit_kernel_find_near(update->kernel, reloc->offset);
			constant_complain(pair, user ? user->name : section->name);
			return true;
		}
	}
	return false;
}

/* By the relocations of pre: in the same file. */
static void constant_check_unit(
	const struct audit_update *update, const struct audit_pair *pair)
{
	const struct audit_unit *unit = pair->unit;
	const struct audit_object *pre = unit->pre.object;
	struct audit_thing constant;
	if (!audit_thing_find_twin(&unit->post, &pair->post, &unit->pre, &constant))
		return;
	for (size_t i = 1; i < pre->section_count; i++) {
		const struct audit_section *section = &pre->sections[i];
		bool is_loaded = section->flags & SHF_ALLOC && !section_is_init(section);
		for (size_t k = 0; is_loaded && k < section->reloc_count; k++) {
			const struct audit_reloc *reloc = &section->relocs[k];
			struct audit_target target;
			struct audit_thing post;
			if (!audit_target_find(pre, section, reloc, &target) ||
				target.outside ||
				target.thing.section != constant.section ||
				target.thing.start != constant.start)
				continue;
			struct audit_thing user =
				audit_thing_find(pre, section, reloc->offset);
			if (audit_thing_find_twin(
				    &unit->pre, &user, &unit->post, &post) &&
				audit_pair_find(update, unit, post.section, post.start))
				continue;
			constant_complain(pair, audit_thing_name(&user));
			return;
		}
	}
}

void audit_change_check_constants(struct audit_update *update)
{
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		if (pair->is_constant_copy && !constant_check_kernel(update, pair))
			constant_check_unit(update, pair);
	}
}
