// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/differ/audit_object.h"
#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_unit.h"

/*
 * Sources: arch/x86/include/asm/{alternative,bug,extable,jump_label,orc_types}.h,
 * include/linux/{jump_label,static_call_types}.h. Entries of struct bug_entry are 8 bytes
 * without CONFIG_DEBUG_BUGVERBOSE, those of struct alt_instr 12 until 6.2 and 14 since.
 */
static const struct audit_table tables[] = {
	{".altinstructions", {12, 14}, 0, 2, .has_replacement = true},
	{".parainstructions", {16}, 0, 1},
	{"__bug_table", {12}, 0, 2},
	{"__bug_table", {8}, 0, 1},
	{"__ex_table", {12}, 0, 2},
	{"__jump_table", {16}, 0, 3},
	{".static_call_sites", {8}, 0, 2},
	{".retpoline_sites", {4}, 0, 1, .is_derived = true},
	{".return_sites", {4}, 0, 1, .is_derived = true},
	{".call_sites", {4}, 0, 1, .is_derived = true},
	{".ibt_endbr_seal", {4}, 0, 1, .is_derived = true},
	{".smp_locks", {4}, 0, 1, .is_derived = true},
	{"__mcount_loc", {8}, 0, 1, .is_derived = true},
	{".orc_unwind_ip", {4}, 0, 1, .is_derived = true},
};

/* Sections that refer to code and need not travel with it: what acts once, at boot or at
 * load, names that are looked up, and what is not loaded. A '*' at the end is any rest.
 */
static const char *const other_sections[] = {"__ksymtab*", "___ksymtab*", "__kcrctab*",
	"___kcrctab*", ".export_symbol*", "__param", "__modver", ".modinfo", ".initcall*",
	".con_initcall.init", ".exitcall.exit", ".init.*", ".exit.*", ".x86_cpu_dev.init",
	".apicdrivers", ".pci_fixup*", "_kprobe_blacklist", "_error_injection_whitelist",
	"__tracepoints*", "_ftrace_events", "_ftrace_eval_map", "__bpf_raw_tp_map",
	"__syscalls_metadata", ".static_call_tramp_key", ".printk_index", "__dyndbg",
	"__earlycon_table", "__irqchip_of_table", ".meminit*", ".ref.data*",
	".ref.rodata*", ".discard*", ".note*", ".comment", ".debug*", ".gnu.*", ".BTF*",
	".eh_frame",
	/* Variables: they travel, or not, by themselves. */
	".data*", ".rodata*", ".bss*", ".ldata*", ".lrodata*", ".smp_locks_text"};

static bool section_is_other(const char *name)
{
	for (size_t i = 0; i < sizeof(other_sections) / sizeof(other_sections[0]); i++) {
		const char *known = other_sections[i];
		size_t size = strcspn(known, "*");
		if (known[size] ? strncmp(name, known, size) == 0
				: strcmp(name, known) == 0)
			return true;
	}
	return false;
}

static const struct audit_reloc *reloc_at(
	const struct audit_section *section, uint64_t offset)
{
	size_t count;
	const struct audit_reloc *reloc =
		audit_section_find_relocs(section, offset, 1, &count);
	return count == 1 ? reloc : NULL;
}

static bool table_fits(const struct audit_section *section,
	const struct audit_table *table, uint64_t size)
{
	if (!size || section->size % size ||
		section->reloc_count != section->size / size * table->relocs)
		return false;
	for (uint64_t at = 0; at < section->size; at += size) {
		size_t count;
		audit_section_find_relocs(section, at, size, &count);
		if (count != table->relocs || !reloc_at(section, at + table->owner))
			return false;
	}
	return true;
}

/* The table that a section is, and the size of its entries; NULL if it is none. */
static const struct audit_table *table_find(
	const struct audit_section *section, uint64_t *size)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct audit_table *table = &tables[i];
		if (strcmp(table->name, section->name) != 0)
			continue;
		for (size_t k = 0; k < sizeof(table->sizes); k++) {
			if (table_fits(section, table, table->sizes[k])) {
				*size = table->sizes[k];
				return table;
			}
		}
	}
	return NULL;
}

static int entry_compare(const void *left, const void *right)
{
	const struct audit_entry *a = left;
	const struct audit_entry *b = right;
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void entries_add(struct audit_entries *entries, const struct audit_object *object,
	const struct audit_section *section, const struct audit_table *table,
	uint64_t size, const char *label)
{
	const struct audit_section *unwind = NULL;
	uint64_t count = section->size / size;
	if (strcmp(section->name, ".orc_unwind_ip") == 0) {
		unwind = audit_object_find_section(object, ".orc_unwind");
		if (!unwind || !unwind->data || !count || unwind->size % count) {
			audit_complain(
				label, ".orc_unwind: does not belong to .orc_unwind_ip");
			return;
		}
	}
	for (uint64_t i = 0; i < count; i++) {
		struct audit_target target;
		struct audit_entry entry = {.table = table, .section = section};
		entry.offset = i * size;
		entry.size = size;
		const struct audit_reloc *reloc =
			reloc_at(section, entry.offset + table->owner);
		if (!reloc || !audit_target_find(object, section, reloc, &target) ||
			target.outside || !audit_section_is_code(target.section)) {
			audit_complain(label,
				"%s+0x%" PRIx64 ": is not about code of this object",
				section->name, entry.offset);
			continue;
		}
		entry.owner = target.section;
		entry.place = target.place;
		if (unwind) {
			entry.unwind_size = unwind->size / count;
			entry.unwind = unwind->data + i * entry.unwind_size;
		}
		entries->items = audit_grow(
			entries->items, entries->count, sizeof(*entries->items));
		entries->items[entries->count++] = entry;
	}
}

static bool section_refers_to_code(
	const struct audit_object *object, const struct audit_section *section)
{
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct audit_section *to = audit_object_symbol_section(
			object, &object->symbols[section->relocs[i].symbol]);
		if (to && audit_section_is_code(to))
			return true;
	}
	return false;
}

/* Does each byte belong to a variable, up to the gaps of alignment? */
static bool section_is_variables(
	const struct audit_object *object, const struct audit_section *section)
{
	uint64_t done = 0;
	bool has_any = false;
	for (size_t i = 0; i < object->place_count; i++) {
		const struct audit_symbol *symbol = object->by_place[i];
		if (symbol->section != section->number)
			continue;
		if (symbol->type != STT_OBJECT ||
			symbol->value > done + section->alignment)
			return false;
		has_any = true;
		if (symbol->value + symbol->size > done)
			done = symbol->value + symbol->size;
	}
	return has_any && done + section->alignment > section->size;
}

struct audit_entries *audit_entries_read(
	const struct audit_object *object, const char *label)
{
	struct audit_entries *entries = audit_allocate(sizeof(*entries));
	for (size_t i = 1; i < object->section_count; i++) {
		const struct audit_section *section = &object->sections[i];
		uint64_t size;
		if (section->type != SHT_PROGBITS || !section->size ||
			audit_section_is_code(section) || section_is_other(section->name))
			continue;
		const struct audit_table *table = table_find(section, &size);
		if (table)
			entries_add(entries, object, section, table, size, label);
		else if (section->flags & SHF_ALLOC &&
			 section_refers_to_code(object, section) &&
			 !section_is_variables(object, section) &&
			 !audit_text_starts(section->name, ".ksplice."))
			audit_complain(label,
				"%s: refers to code, and the audit does not know its form",
				section->name);
	}
	if (entries->count)
		qsort(entries->items, entries->count, sizeof(*entries->items),
			entry_compare);
	return entries;
}

bool audit_entry_find_replacement(const struct audit_object *object,
	const struct audit_entry *entry, struct audit_thing *replacement)
{
	struct audit_target target;
	const struct audit_reloc *reloc = reloc_at(entry->section, entry->offset + 4);
	/* replacementlen is the last byte of struct alt_instr */
	uint64_t size = entry->section->data[entry->offset + entry->size - 1];
	if (!reloc || !audit_target_find(object, entry->section, reloc, &target) ||
		target.outside || size > target.section->size ||
		target.place > target.section->size - size)
		return false;
	*replacement = (struct audit_thing){target.section, target.place, size, NULL};
	return true;
}

struct table_checking {
	struct audit_update *update;
	struct audit_entries *module;
};

static bool entry_has_bytes(
	const struct audit_entry *post, const struct audit_entry *copy)
{
	uint64_t difference;
	return post->size == copy->size && post->unwind_size == copy->unwind_size &&
	       audit_bytes_are_equal(post->section, post->offset, copy->section,
		       copy->offset, post->size, &difference) &&
	       (!post->unwind ||
		       memcmp(post->unwind, copy->unwind, post->unwind_size) == 0);
}

/* The first entry of the module that is not yet claimed, about that place: one with the
 * bytes of post's, or else any. */
static struct audit_entry *checking_find_entry(const struct table_checking *checking,
	const struct audit_entry *post, const struct audit_section *owner, uint64_t place)
{
	struct audit_entry *any = NULL;
	for (size_t i = 0; i < checking->module->count; i++) {
		struct audit_entry *entry = &checking->module->items[i];
		if (entry->is_claimed ||
			strcmp(entry->table->name, post->table->name) != 0 ||
			entry->owner != owner || entry->place != place)
			continue;
		if (entry_has_bytes(post, entry))
			return entry;
		any = any ? any : entry;
	}
	return any;
}

static void checking_pair_replacement(const struct table_checking *checking,
	const struct audit_pair *pair, const struct audit_entry *post,
	const struct audit_entry *copy)
{
	struct audit_thing from;
	struct audit_thing to;
	if (!audit_entry_find_replacement(pair->unit->post.object, post, &from) ||
		!audit_entry_find_replacement(checking->update->module, copy, &to)) {
		audit_complain(pair->unit->name, "%s: %s+0x%" PRIx64 ": no replacement",
			audit_thing_name(&pair->post), post->section->name, post->offset);
		return;
	}
	if (!from.size)
		return;
	struct audit_pair added = {.unit = pair->unit,
		.post = from,
		.section = to.section,
		.start = to.start,
		.owner = pair->owner};
	audit_pair_add(checking->update, &added);
}

static void checking_check_relocs(const struct table_checking *checking,
	const struct audit_pair *pair, const struct audit_entry *post,
	const struct audit_entry *copy)
{
	size_t post_count;
	size_t copy_count;
	const struct audit_reloc *from = audit_section_find_relocs(
		post->section, post->offset, post->size, &post_count);
	const struct audit_reloc *to = audit_section_find_relocs(
		copy->section, copy->offset, copy->size, &copy_count);
	for (size_t i = 0; i < post_count; i++) {
		if (i >= copy_count || from[i].type != to[i].type ||
			from[i].offset - post->offset != to[i].offset - copy->offset) {
			audit_complain(pair->unit->name,
				"%s: %s+0x%" PRIx64
				": has not the relocations that post has",
				audit_thing_name(&pair->post), copy->section->name,
				copy->offset);
			return;
		}
		uint64_t field = from[i].offset - post->offset;
		if (field == post->table->owner ||
			(post->table->has_replacement && field == 4))
			continue;
		audit_reference_check(checking->update, pair, post->section, &from[i],
			copy->section, &to[i], true);
	}
}

static void checking_check_entry(const struct table_checking *checking,
	const struct audit_pair *pair, const struct audit_entry *post)
{
	uint64_t offset = post->place - pair->post.start;
	const char *name = audit_thing_name(&pair->post);
	struct audit_entry *copy =
		checking_find_entry(checking, post, pair->section, pair->start + offset);
	audit_counts.entries++;
	if (!copy) {
		audit_complain(pair->unit->name,
			"%s%s%s+0x%" PRIx64 ": entry of %s is missing",
			pair->post.symbol ? "" : pair->owner,
			pair->post.symbol ? "" : ": ", name, offset, post->table->name);
		return;
	}
	copy->is_claimed = true;
	if (!entry_has_bytes(post, copy)) {
		audit_complain(pair->unit->name,
			"%s+0x%" PRIx64 ": entry of %s is not post's", name, offset,
			post->table->name);
		return;
	}
	checking_check_relocs(checking, pair, post, copy);
	if (post->table->has_replacement)
		checking_pair_replacement(checking, pair, post, copy);
}

/* The pair that an entry of post is about. Unwind data end where a section ends. */
static const struct audit_pair *checking_find_pair(const struct table_checking *checking,
	const struct audit_unit *unit, const struct audit_entry *post)
{
	const struct audit_pair *pair =
		audit_pair_find(checking->update, unit, post->owner, post->place);
	if (!pair && post->unwind && post->place && post->place == post->owner->size)
		pair = audit_pair_find(
			checking->update, unit, post->owner, post->place - 1);
	return pair;
}

static void checking_check_unit(const struct table_checking *checking,
	const struct audit_unit *unit, const struct audit_entries *entries,
	bool is_replacing)
{
	for (size_t i = 0; i < entries->count; i++) {
		struct audit_entry *post = &entries->items[i];
		const struct audit_pair *pair = checking_find_pair(checking, unit, post);
		if (!pair || post->is_claimed ||
			(is_replacing && !post->table->has_replacement))
			continue;
		struct audit_pair copy = *pair; /* the array may move */
		post->is_claimed = true;
		checking_check_entry(checking, &copy, post);
	}
}

static void checking_check_rest(const struct table_checking *checking)
{
	const struct audit_update *update = checking->update;
	for (size_t i = 0; i < checking->module->count; i++) {
		const struct audit_entry *entry = &checking->module->items[i];
		const char *owner = entry->owner->name;
		/* The template's own functions. */
		if (entry->is_claimed || strcmp(owner, ".init.text") == 0 ||
			strcmp(owner, ".exit.text") == 0)
			continue;
		struct audit_thing thing =
			audit_thing_find(update->module, entry->owner, entry->place);
		audit_complain(update->module_name,
			"%s+0x%" PRIx64 ": has an entry of %s that post does not have",
			audit_thing_name(&thing), entry->place - thing.start,
			entry->table->name);
	}
}

void audit_table_check(struct audit_update *update)
{
	struct table_checking checking = {.update = update};
	update->module_entries = audit_entries_read(update->module, update->module_name);
	checking.module = update->module_entries;
	/* Replacements first: they are code, and entries may be about them. */
	for (int is_replacing = 1; is_replacing >= 0; is_replacing--) {
		for (size_t i = 0; i < update->unit_count; i++) {
			const struct audit_unit *unit = &update->units[i];
			checking_check_unit(
				&checking, unit, unit->post.entries, is_replacing);
			audit_pair_follow(update);
		}
	}
	checking_check_rest(&checking);
}
