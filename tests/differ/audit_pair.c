// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_pair.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "tests/differ/audit_report.h"

struct audit_pair *audit_pair_find(const struct audit_update *update,
	const struct audit_unit *unit, const struct audit_section *section,
	uint64_t offset)
{
	for (size_t i = 0; i < update->pair_count; i++) {
		struct audit_pair *pair = &update->pairs[i];
		if (pair->unit == unit && pair->post.section == section &&
			offset >= pair->post.start &&
			(offset - pair->post.start < pair->post.size ||
				(!pair->post.size && offset == pair->post.start)))
			return pair;
	}
	return NULL;
}

void audit_pair_add(struct audit_update *update, const struct audit_pair *pair)
{
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_pair *known = &update->pairs[i];
		if (known->unit == pair->unit &&
			known->post.section == pair->post.section &&
			known->post.start == pair->post.start &&
			known->section == pair->section && known->start == pair->start)
			return;
	}
	update->pairs =
		audit_grow(update->pairs, update->pair_count, sizeof(*update->pairs));
	update->pairs[update->pair_count++] = *pair;
}

/* The function's name without what marks it as a copy. */
static char *module_function_name(const struct audit_symbol *symbol)
{
	size_t size = strlen(symbol->name);
	if (audit_text_ends(symbol->name, KSPLICE_COPY_SUFFIX))
		size -= strlen(KSPLICE_COPY_SUFFIX);
	return strndup(symbol->name, size);
}

/* Init and exit of the module itself are the template's. */
static bool module_symbol_is_template(
	const struct audit_object *module, const struct audit_symbol *symbol)
{
	const struct audit_section *section = audit_object_symbol_section(module, symbol);
	return !section || strcmp(section->name, ".init.text") == 0 ||
	       strcmp(section->name, ".exit.text") == 0;
}

static void pair_function(struct audit_update *update, const struct audit_symbol *symbol)
{
	char *name = module_function_name(symbol);
	const struct audit_section *section =
		audit_object_symbol_section(update->module, symbol);
	struct audit_pair chosen = {0};
	bool is_chosen_equal = false;
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct audit_unit *unit = &update->units[i];
		const struct audit_symbol *post =
			audit_object_find_defined(unit->post.object, name);
		if (!post || post->type != STT_FUNC)
			continue;
		struct audit_pair pair = {.unit = unit,
			.section = section,
			.start = symbol->value,
			.symbol = symbol};
		uint64_t difference;
		pair.post = audit_thing_of(unit->post.object, post);
		bool is_equal = audit_bytes_are_equal(pair.post.section, pair.post.start,
			section, symbol->value, pair.post.size, &difference);
		/* Two files may have a static function of the same name. */
		if (audit_pair_find(update, unit, pair.post.section, pair.post.start) ||
			(chosen.unit && (is_chosen_equal || !is_equal)))
			continue;
		chosen = pair;
		is_chosen_equal = is_equal;
	}
	if (chosen.unit) {
		struct audit_thing pre;
		chosen.owner = chosen.post.symbol->name;
		chosen.is_replacement = audit_thing_find_twin(
			&chosen.unit->post, &chosen.post, &chosen.unit->pre, &pre);
		if (symbol->size != chosen.post.size)
			audit_complain(chosen.unit->name,
				"%s: is %" PRIu64 " bytes long, and post's is %" PRIu64,
				symbol->name, symbol->size, chosen.post.size);
		if (chosen.is_replacement !=
			audit_text_ends(symbol->name, KSPLICE_COPY_SUFFIX))
			audit_complain(chosen.unit->name, "%s: is %s, against its name",
				symbol->name,
				chosen.is_replacement ? "a replacement" : "new");
		audit_pair_add(update, &chosen);
		audit_counts.functions++;
	} else {
		audit_complain(update->module_name,
			"%s: no object of the update defines it", symbol->name);
	}
	free(name);
}

/* Each part that post's function has must be there. */
static void pair_check_parts(struct audit_update *update, const struct audit_pair *pair)
{
	const struct audit_object *post = pair->unit->post.object;
	char *cold = audit_format("%s.cold", pair->post.symbol->name);
	for (size_t i = 1; i < post->symbol_count; i++) {
		const struct audit_symbol *part = &post->symbols[i];
		const struct audit_section *section =
			audit_object_symbol_section(post, part);
		if (!section || part->type != STT_FUNC ||
			!audit_text_starts(part->name, cold))
			continue;
		const char *rest = part->name + strlen(cold);
		if (*rest && *rest != '.')
			continue;
		if (!audit_pair_find(update, pair->unit, section, part->value))
			audit_complain(pair->unit->name, "%s: its part %s is missing",
				pair->post.symbol->name, part->name);
	}
	free(cold);
}

void audit_pair_functions(struct audit_update *update)
{
	for (size_t i = 1; i < update->module->symbol_count; i++) {
		const struct audit_symbol *symbol = &update->module->symbols[i];
		if (symbol->type == STT_FUNC && symbol->section != SHN_UNDEF &&
			!module_symbol_is_template(update->module, symbol))
			pair_function(update, symbol);
	}
	size_t count = update->pair_count;
	for (size_t i = 0; i < count; i++)
		pair_check_parts(update, &update->pairs[i]);
}

bool audit_bytes_are_equal(const struct audit_section *post, uint64_t post_start,
	const struct audit_section *copy, uint64_t copy_start, uint64_t size,
	uint64_t *difference)
{
	*difference = 0;
	if (copy_start > copy->size || size > copy->size - copy_start) {
		*difference = copy_start > copy->size ? 0 : copy->size - copy_start;
		return false;
	}
	size_t count;
	const struct audit_reloc *relocs =
		audit_section_find_relocs(post, post_start, size, &count);
	uint64_t at = 0;
	for (size_t i = 0; i <= count; i++) {
		uint64_t end = i < count ? relocs[i].offset - post_start : size;
		for (; at < end; at++) {
			/* .bss is zeros, wherever it went. */
			uint8_t old = post->data ? post->data[post_start + at] : 0;
			uint8_t new = copy->data ? copy->data[copy_start + at] : 0;
			if (old != new) {
				*difference = at;
				return false;
			}
		}
		unsigned width = 0;
		bool is_relative;
		if (i < count &&
			audit_reloc_describe(relocs[i].type, &width, &is_relative) &&
			end + width > at)
			at = end + width;
	}
	return true;
}

/* For messages: "function+0xoff" in the copy. */
static void pair_describe(const struct audit_pair *pair, uint64_t offset, char text[320])
{
	const char *name = audit_thing_name(&pair->post);
	if (pair->post.symbol || !pair->owner)
		snprintf(text, 320, "%s+0x%" PRIx64, name, offset);
	else
		snprintf(text, 320, "%s: %s+0x%" PRIx64, pair->owner, name, offset);
}

static uint64_t thing_alignment(const struct audit_thing *thing)
{
	uint64_t alignment = thing->section->alignment;
	while (alignment > 1 && thing->start & (alignment - 1))
		alignment /= 2;
	return alignment;
}

/* The module loader and boot know these by their names: kernel/kprobes.c,
 * kernel/module/main.c, arch/x86/kernel/vmlinux.lds.S. */
static void pair_check_section(const struct audit_pair *pair)
{
	static const char *const kept[] = {".kprobes.text", ".data..percpu"};
	static const char *const barred[] = {".noinstr.text", ".entry.text",
		".cpuidle.text", ".data..percpu..first", ".data..percpu..decrypted"};
	const char *post = pair->post.section->name;
	const char *copy = pair->section->name;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (audit_text_starts(post, kept[i]) != (strcmp(copy, kept[i]) == 0))
			audit_complain(pair->unit->name,
				"%s: is in %s, and in post in %s, whose name has a meaning",
				audit_thing_name(&pair->post), copy, post);
	}
	for (size_t i = 0; i < sizeof(barred) / sizeof(barred[0]); i++) {
		if (audit_text_starts(post, barred[i]))
			audit_complain(pair->unit->name,
				"%s: is in %s in post, and cannot be in a module",
				audit_thing_name(&pair->post), post);
	}
	if (pair->is_replacement && audit_text_starts(post, ".kprobes.text"))
		audit_complain(pair->unit->name,
			"%s: no jump can be written to its original, which is in %s",
			audit_thing_name(&pair->post), post);
}

static void pair_compare(struct audit_update *update, const struct audit_pair *pair)
{
	char place[320];
	uint64_t difference;
	const struct audit_section *post = pair->post.section;
	pair_describe(pair, 0, place);
	if (!audit_bytes_are_equal(post, pair->post.start, pair->section, pair->start,
		    pair->post.size, &difference)) {
		pair_describe(pair, difference, place);
		audit_complain(
			pair->unit->name, "%s: is not the byte that post has", place);
		return;
	}
	if (audit_section_is_code(post) != audit_section_is_code(pair->section) ||
		(audit_thing_is_writable(&pair->post) &&
			!(pair->is_in_place && audit_thing_is_constant(&pair->post)) &&
			!(pair->section->flags & SHF_WRITE)))
		audit_complain(pair->unit->name,
			"%s: is in %s, which is not like post's %s", place,
			pair->section->name, post->name);
	pair_check_section(pair);
	uint64_t alignment = thing_alignment(&pair->post);
	if (!audit_section_is_code(post) &&
		(pair->start % alignment || pair->section->alignment < alignment))
		audit_complain(pair->unit->name, "%s: is not aligned to %" PRIu64, place,
			alignment);
	size_t post_count;
	size_t copy_count;
	const struct audit_reloc *post_relocs = audit_section_find_relocs(
		post, pair->post.start, pair->post.size, &post_count);
	const struct audit_reloc *copy_relocs = audit_section_find_relocs(
		pair->section, pair->start, pair->post.size, &copy_count);
	for (size_t i = 0; i < post_count && i < copy_count; i++) {
		uint64_t old = post_relocs[i].offset - pair->post.start;
		uint64_t new = copy_relocs[i].offset - pair->start;
		pair_describe(pair, old, place);
		if (old != new || post_relocs[i].type != copy_relocs[i].type) {
			audit_complain(pair->unit->name,
				"%s: has not the relocation that post has", place);
			return;
		}
		audit_reference_check(update, pair, post, &post_relocs[i], pair->section,
			&copy_relocs[i], false);
	}
	if (post_count != copy_count)
		audit_complain(pair->unit->name,
			"%s: has %zu relocations, and post's has %zu",
			audit_thing_name(&pair->post), copy_count, post_count);
}

/* Data that the kernel has too must not travel, if anything can be written to it. */
static void pair_check_state(struct audit_pair *pair)
{
	struct audit_thing pre;
	const struct audit_unit *unit = pair->unit;
	const char *name = audit_thing_name(&pair->post);
	audit_counts.variables++;
	/* struct lock_class_key has no size without lockdep. */
	if (!pair->post.size || audit_thing_may_start_anew(&pair->post))
		return;
	bool has_twin =
		audit_thing_find_twin(&unit->post, &pair->post, &unit->pre, &pre) &&
		!audit_section_is_code(pre.section);
	if (!audit_thing_is_writable(&pair->post) ||
		(pair->is_in_place && audit_thing_is_constant(&pair->post))) {
		pair->is_constant_copy = has_twin && !pair->is_in_place;
		return;
	}
	if (has_twin) {
		audit_complain(unit->name,
			"%s: state was duplicated: the kernel has this variable", name);
		return;
	}
	if (!pair->post.symbol || audit_thing_is_anonymous(&unit->post, &pair->post)) {
		audit_complain(unit->name,
			"%s: state was duplicated: writable content without a name that "
			"identifies it",
			name);
		return;
	}
	/* A variable that pre has under this name and post does not have any more may be
	 * the same one: moved into another function, or given another number. */
	size_t size = strcspn(name, ".");
	for (size_t i = 1; i < unit->pre.object->symbol_count; i++) {
		const struct audit_symbol *old = &unit->pre.object->symbols[i];
		struct audit_thing thing = audit_thing_of(unit->pre.object, old);
		struct audit_thing twin;
		if (old->type == STT_OBJECT && thing.section &&
			audit_thing_is_writable(&thing) &&
			strcspn(old->name, ".") == size &&
			strncmp(old->name, name, size) == 0 &&
			!audit_thing_is_anonymous(&unit->pre, &thing) &&
			!audit_thing_find_twin(&unit->pre, &thing, &unit->post, &twin)) {
			audit_complain(unit->name,
				"%s: state was duplicated: pre's %s of that name is gone",
				name, old->name);
			return;
		}
	}
}

void audit_pair_follow(struct audit_update *update)
{
	while (update->pairs_done < update->pair_count) {
		struct audit_pair *pair = &update->pairs[update->pairs_done++];
		if (!audit_section_is_code(pair->post.section) &&
			!audit_section_is_merged(pair->post.section))
			pair_check_state(pair);
		struct audit_pair copy = *pair; /* the array may move */
		pair_compare(update, &copy);
	}
}

void audit_pair_check_rest(const struct audit_update *update)
{
	const struct audit_object *module = update->module;
	for (size_t i = 1; i < module->symbol_count; i++) {
		const struct audit_symbol *symbol = &module->symbols[i];
		const struct audit_section *section =
			audit_object_symbol_section(module, symbol);
		bool is_paired = false;
		if (symbol->type != STT_OBJECT || !section || !symbol->size ||
			!(section->flags & SHF_WRITE) ||
			(!audit_text_starts(section->name, ".data") &&
				!audit_text_starts(section->name, ".bss")))
			continue;
		for (size_t k = 0; k < update->pair_count; k++)
			is_paired |= update->pairs[k].section == section &&
				     update->pairs[k].start == symbol->value;
		if (!is_paired)
			audit_complain(update->module_name,
				"%s: state travels that nothing of the update refers to",
				symbol->name);
	}
}
