// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_reference.c - does a relocation of the update lead where post's leads?
 *
 * What post refers to is in vmlinux, by name and by the bytes there, or it is the copy in
 * the update. A call of a replaced function goes to its copy; its address is that of the
 * kernel's own, which jumps, so that pointers go on to compare equal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "tests/differ/audit_change.h"
#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_world.h"

struct checking {
	struct audit_update *update;
	const struct audit_pair *from;
	const struct audit_unit *unit;
	struct audit_target post;
	struct audit_module_target copy;
	bool is_table;
	char place[320]; /* for messages */
};

/* vmlinux:0xN:name, fixed:0xN:name, MODULE:SECTION:0xN:name */
bool audit_outside_name_read(
	const char *text, uint64_t *address, bool *is_fixed, const char **name)
{
	char target[KSPLICE_TARGET_SIZE];
	size_t length = strcspn(text, ":");
	if (!text[length] || length >= sizeof(target))
		return false;
	snprintf(target, sizeof(target), "%.*s", (int)length, text);
	const char *rest = text + length + 1;
	bool is_number = strcmp(target, "fixed") == 0;
	bool is_vmlinux = strcmp(target, KSPLICE_TARGET_VMLINUX) == 0;
	const struct audit_kernel *kernel = is_number ? NULL : audit_world_find(target);
	uint64_t base = is_vmlinux ? kernel->text : 0;
	if (!is_number && !is_vmlinux) {
		size_t size = strcspn(rest, ":");
		char *section = strndup(rest, size);
		const struct audit_section *found =
			kernel ? audit_object_find_section(kernel->object, section)
			       : NULL;
		free(section);
		if (!found || !rest[size])
			return false;
		base = found->address;
		rest += size + 1;
	}
	char *end;
	uint64_t number = strtoull(rest, &end, 16);
	if (!audit_text_starts(rest, "0x") || *end != ':' || !end[1])
		return false;
	*address = base + number;
	*is_fixed = is_number;
	*name = end + 1;
	return true;
}

bool audit_module_target_find(const struct audit_update *update,
	const struct audit_section *section, const struct audit_reloc *reloc,
	struct audit_module_target *target)
{
	struct audit_target found;
	bool is_fixed;
	if (!audit_target_find(update->module, section, reloc, &found))
		return false;
	*target = (struct audit_module_target){.offset = found.offset};
	if (!found.outside) {
		target->section = found.section;
		target->place = found.place;
		return true;
	}
	target->is_outside = true;
	if (!audit_outside_name_read(
		    found.outside->name, &target->address, &is_fixed, &target->name)) {
		target->name = found.outside->name;
		target->is_exported = true;
	}
	target->address += (uint64_t)found.offset;
	return true;
}

static void checking_describe_copy(const struct checking *checking, char text[320])
{
	const struct audit_module_target *copy = &checking->copy;
	const struct audit_symbol *near = NULL;
	if (!copy->is_outside) {
		struct audit_thing thing = audit_thing_find(
			checking->update->module, copy->section, copy->place);
		snprintf(text, 320, "the update's %s+0x%" PRIx64,
			audit_thing_name(&thing),
			copy->place - (thing.symbol ? thing.start : thing.start));
		return;
	}
	if (!copy->is_exported)
		near = audit_kernel_find_near(
			audit_world_at(copy->address), copy->address);
	if (near)
		snprintf(text, 320, "the kernel's %s+0x%" PRIx64, near->name,
			copy->address - near->value);
	else
		snprintf(text, 320, "%s", copy->name);
}

static void checking_complain(const struct checking *checking, const char *wanted)
{
	char text[320];
	checking_describe_copy(checking, text);
	audit_complain(checking->unit->name, "%s: leads to %s, not to %s",
		checking->place, text, wanted);
}

static const struct audit_pair *update_find_global_copy(
	const struct audit_update *update, const char *name)
{
	for (size_t i = 0; i < update->pair_count; i++) {
		const struct audit_symbol *symbol = update->pairs[i].post.symbol;
		if (symbol && symbol->binding != STB_LOCAL &&
			strcmp(symbol->name, name) == 0)
			return &update->pairs[i];
	}
	return NULL;
}

/* Another unit of the same update defines it, and it is new. */
static bool checking_pair_global(struct checking *checking, const char *name)
{
	struct audit_update *update = checking->update;
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct audit_unit *unit = &update->units[i];
		const struct audit_symbol *symbol =
			audit_object_find_defined(unit->post.object, name);
		if (!symbol || symbol->binding == STB_LOCAL)
			continue;
		struct audit_pair pair = {
			.unit = unit, .section = checking->copy.section};
		pair.post = audit_thing_of(unit->post.object, symbol);
		if (!pair.post.section || audit_section_is_code(pair.post.section))
			continue;
		pair.start = checking->copy.place - (uint64_t)checking->post.offset;
		pair.owner = checking->from->owner;
		audit_pair_add(update, &pair);
		return true;
	}
	return false;
}

static void checking_check_outside(struct checking *checking)
{
	const struct audit_module_target *copy = &checking->copy;
	const char *name = checking->post.outside->name;
	uint64_t address;
	bool is_known =
		audit_world_find_meant(checking->update->kernel, name, &address) ||
		audit_world_find_in_parts(name, &address);
	if (copy->is_outside && copy->is_exported) {
		if (strcmp(copy->name, name) != 0 ||
			copy->offset != checking->post.offset)
			checking_complain(checking, name);
		return;
	}
	if (copy->is_outside) {
		if (!is_known ||
			copy->address != address + (uint64_t)checking->post.offset)
			checking_complain(checking, name);
		return;
	}
	const struct audit_pair *pair = update_find_global_copy(checking->update, name);
	if (!pair && !is_known && checking_pair_global(checking, name))
		return;
	bool is_address = !checking->post.is_branch && checking->post.offset == 0 &&
			  !checking->is_table;
	if (!pair || pair->section != copy->section ||
		pair->start + (uint64_t)checking->post.offset != copy->place ||
		(pair->is_replacement && is_address))
		checking_complain(checking, name);
}

static void checking_check_init(const struct checking *checking)
{
	const struct audit_module_target *copy = &checking->copy;
	if (copy->is_outside && !copy->is_exported &&
		audit_kernel_is_init(audit_world_at(copy->address), copy->address))
		checking_complain(checking, "memory that is there after boot");
}

static void checking_compare_place(struct checking *checking)
{
	const struct audit_target *post = &checking->post;
	const struct audit_module_target *copy = &checking->copy;
	uint64_t address;
	uint64_t other;
	enum audit_place place =
		audit_unit_find_place(checking->unit, &post->thing, &address);
	if (place == AUDIT_PLACE_NONE) {
		char *wanted = audit_format("%s, which is new and is not in the update",
			audit_thing_name(&post->thing));
		checking_complain(checking, wanted);
		free(wanted);
		return;
	}
	if (copy->is_exported || place == AUDIT_PLACE_UNSURE) {
		audit_counts.cannot_tell++;
		return;
	}
	bool is_right = copy->address == address + (uint64_t)post->offset;
	if (post->is_edge &&
		audit_unit_find_place(checking->unit, &post->before, &other) ==
			AUDIT_PLACE_FOUND &&
		other + (uint64_t)post->before_offset !=
			address + (uint64_t)post->offset &&
		(is_right || copy->address == other + (uint64_t)post->before_offset)) {
		audit_counts.cannot_tell++;
		audit_warn(checking->unit->name,
			"%s: may lead to the end of %s or to the start of %s",
			checking->place, audit_thing_name(&post->before),
			audit_thing_name(&post->thing));
		return;
	}
	if (!is_right) {
		char *wanted = audit_format("%s+0x%" PRIx64 " (0x%" PRIx64 ")",
			audit_thing_name(&post->thing), (uint64_t)post->offset,
			address + (uint64_t)post->offset);
		checking_complain(checking, wanted);
		free(wanted);
	}
}

static void checking_check_function(struct checking *checking)
{
	const struct audit_target *post = &checking->post;
	const struct audit_module_target *copy = &checking->copy;
	const struct audit_pair *pair = audit_pair_find(
		checking->update, checking->unit, post->thing.section, post->thing.start);
	bool must_be_copy = pair && (!pair->is_replacement || post->is_branch ||
					    post->offset || checking->is_table);
	if (!must_be_copy) {
		if (copy->is_outside) {
			checking_compare_place(checking);
			return;
		}
		char *wanted = audit_format("the kernel's own %s%s",
			audit_thing_name(&post->thing),
			pair ? ", whose address stays" : "");
		checking_complain(checking, wanted);
		free(wanted);
		return;
	}
	if (copy->is_outside || copy->section != pair->section ||
		copy->place != pair->start + (post->place - pair->post.start)) {
		char *wanted = audit_format("the update's %s+0x%" PRIx64,
			audit_thing_name(&post->thing), (uint64_t)post->offset);
		checking_complain(checking, wanted);
		free(wanted);
	}
}

/* Code that no symbol names: replacements, and what static_cpu_has() jumps to. It ends
 * where the next jump leads to. */
static struct audit_thing auxiliary_find(const struct audit_object *object,
	const struct audit_section *section, uint64_t place)
{
	struct audit_thing thing = {section, place, section->size - place, NULL};
	for (size_t i = 1; i < object->section_count; i++) {
		const struct audit_section *from = &object->sections[i];
		for (size_t k = 0; audit_section_is_code(from) && k < from->reloc_count;
			k++) {
			struct audit_target target;
			const struct audit_symbol *symbol =
				&object->symbols[from->relocs[k].symbol];
			if (from == section || symbol->section != section->number ||
				!audit_target_find(
					object, from, &from->relocs[k], &target))
				continue;
			if (target.place > place && target.place - place < thing.size)
				thing.size = target.place - place;
		}
	}
	return thing;
}

static bool data_hunk_covers(const struct audit_update *update, uint64_t address)
{
	for (size_t i = 0; i < update->data_hunk_count; i++) {
		if (address >= update->data_hunks[i].address &&
			address - update->data_hunks[i].address <
				update->data_hunks[i].size)
			return true;
	}
	return false;
}

/* Is the content without a name that post refers to in vmlinux, at that place? What
 * points on to other things is not looked at, and not taken. */
static bool checking_has_content(const struct checking *checking)
{
	const struct audit_target *post = &checking->post;
	const struct audit_thing *thing = &post->thing;
	size_t count;
	audit_section_find_relocs(thing->section, thing->start, thing->size, &count);
	if (count || post->offset < 0 || (uint64_t)post->offset >= thing->size ||
		!thing->section->data || checking->copy.is_exported)
		return false;
	uint64_t size = thing->size - (uint64_t)post->offset;
	const uint8_t *linked = audit_kernel_find_bytes(
		audit_world_at(checking->copy.address), checking->copy.address, size);
	return linked && memcmp(linked, thing->section->data + post->place, size) == 0;
}

static void checking_check_data(struct checking *checking)
{
	const struct audit_target *post = &checking->post;
	const struct audit_module_target *copy = &checking->copy;
	const struct audit_compile *compile = &checking->unit->post;
	if (copy->is_outside) {
		struct audit_thing pre;
		if (audit_thing_is_anonymous(compile, &post->thing)) {
			if (!checking_has_content(checking))
				checking_complain(
					checking, "the content that post has there");
			return;
		}
		checking_compare_place(checking);
		if (!copy->is_exported && !audit_thing_is_writable(&post->thing) &&
			audit_thing_find_twin(
				compile, &post->thing, &checking->unit->pre, &pre) &&
			!audit_things_are_equal(checking->unit, &pre, &post->thing) &&
			!data_hunk_covers(checking->update, copy->address))
			audit_complain(checking->unit->name,
				"%s: uses the kernel's %s, which the patch changes",
				checking->place, audit_thing_name(&post->thing));
		return;
	}
	struct audit_pair pair = {.unit = checking->unit,
		.post = post->thing,
		.section = copy->section,
		.start = copy->place - (uint64_t)post->offset,
		.owner = checking->from->owner};
	const struct audit_pair *known = audit_pair_find(
		checking->update, checking->unit, post->thing.section, post->thing.start);
	if (known && known->is_in_place) {
		checking_complain(
			checking, "the kernel's own, which is changed in place");
		return;
	}
	if (known && !audit_thing_is_anonymous(compile, &post->thing) &&
		(known->section != pair.section || known->start != pair.start)) {
		checking_complain(checking, "the one copy that the update has elsewhere");
		return;
	}
	audit_pair_add(checking->update, &pair);
}

void audit_reference_check(struct audit_update *update, const struct audit_pair *from,
	const struct audit_section *post, const struct audit_reloc *post_reloc,
	const struct audit_section *copy, const struct audit_reloc *copy_reloc,
	bool is_table)
{
	struct checking checking = {.update = update, .from = from, .unit = from->unit};
	checking.is_table = is_table;
	if (post == from->post.section)
		snprintf(checking.place, sizeof(checking.place), "%s+0x%" PRIx64,
			audit_thing_name(&from->post),
			post_reloc->offset - from->post.start);
	else
		snprintf(checking.place, sizeof(checking.place), "%s: %s+0x%" PRIx64,
			audit_thing_name(&from->post), post->name, post_reloc->offset);
	audit_counts.references++;
	if (post_reloc->type == R_X86_64_NONE)
		return;
	if (!audit_target_find(
		    from->unit->post.object, post, post_reloc, &checking.post) ||
		!audit_module_target_find(update, copy, copy_reloc, &checking.copy)) {
		audit_complain(from->unit->name, "%s: a relocation of unknown meaning",
			checking.place);
		return;
	}
	checking_check_init(&checking);
	if (checking.post.outside) {
		checking_check_outside(&checking);
		return;
	}
	const struct audit_section *section = checking.post.thing.section;
	if (!audit_section_is_code(section)) {
		checking_check_data(&checking);
		return;
	}
	if (!checking.post.thing.symbol) {
		checking.post.thing = auxiliary_find(
			from->unit->post.object, section, checking.post.place);
		checking.post.offset = 0;
		const struct audit_pair *known =
			audit_pair_find(update, from->unit, section, checking.post.place);
		if (known) {
			checking.post.thing = known->post;
			checking.post.offset =
				(int64_t)(checking.post.place - known->post.start);
			checking_check_function(&checking);
		} else {
			checking_check_data(&checking);
		}
		return;
	}
	checking_check_function(&checking);
}
