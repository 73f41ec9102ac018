// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/piece.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "abi/record.h"
#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

/* The linker's and the compiler's name for the unlikely part of a function. */
static const char cold_suffix[] = ".cold";

struct piece_array {
	struct piece *items;
	size_t count;
	size_t capacity;
};

struct piece_making {
	struct piece_set *set;
	const struct kernel_layout *layout;
	const struct record *record;
	struct name_map variable_numbers; /* name → position in the record's variables */
	struct name_map function_numbers; /* likewise */
	struct name_map seen;             /* identity stem → how many so far */
	struct piece_array pieces;
	const struct elf_symbol **symbols; /* those that name something, by place */
	size_t symbol_count;
};

static bool symbol_is_naming(const struct elf_symbol *symbol)
{
	return symbol->type != STT_SECTION && symbol->type != STT_FILE &&
	       symbol->name[0] && symbol->section != SHN_UNDEF &&
	       symbol->section < SHN_LORESERVE && !text_has_prefix(symbol->name, ".L");
}

/* Of several symbols at one place: a sized one, then a global one, then by name. */
static int symbol_compare(const void *left, const void *right)
{
	const struct elf_symbol *a = *(const struct elf_symbol *const *)left;
	const struct elf_symbol *b = *(const struct elf_symbol *const *)right;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if ((a->binding == STB_GLOBAL) != (b->binding == STB_GLOBAL))
		return a->binding == STB_GLOBAL ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct piece *piece_add(struct piece_making *making,
	const struct elf_section *section, uint64_t offset, uint64_t size)
{
	struct piece *piece = array_add(&making->pieces);
	piece->section = section;
	piece->offset = offset;
	piece->size = size;
	piece->special = special_section_find(section->name);
	piece->role = special_section_role(section);
	return piece;
}

/* "stem#n": the n-th of what cannot be told apart otherwise, in its order. */
static char *identity_count(struct piece_making *making, const char *stem)
{
	int64_t number = 0;
	name_map_find(&making->seen, stem, &number);
	name_map_set(&making->seen, stem, number + 1);
	return memory_format("%s#%" PRId64, stem, number);
}

/* The name without the number that the compiler puts behind static locals. */
static char *name_strip_number(const char *name)
{
	size_t length = strlen(name);
	size_t digits = length;
	while (digits && name[digits - 1] >= '0' && name[digits - 1] <= '9')
		digits--;
	if (digits && digits < length && name[digits - 1] == '.')
		length = digits - 1;
	return memory_copy_range(name, length);
}

static char *identity_of_local(
	struct piece_making *making, const struct elf_symbol *symbol)
{
	int64_t number;
	if (symbol->type == STT_FUNC)
		return memory_format("local:%s", symbol->name);
	if (name_map_find(&making->variable_numbers, symbol->name, &number)) {
		const struct json_t *variable =
			json_find_item(making->record->variables, (size_t)number);
		const char *identity = json_find_text(variable, "id");
		/* Made by the compiler: no two compiles agree which is which. */
		if (!identity || text_has_suffix(identity, KSPLICE_UNCORRELATED_SUFFIX))
			return memory_copy_text("");
		return memory_format("local:%s", identity);
	}
	scope_free char *name = name_strip_number(symbol->name);
	if (strcmp(name, symbol->name) == 0)
		return memory_format("local:%s", name);
	scope_free char *stem = memory_format("static:%s", name);
	return identity_count(making, stem);
}

static char *identity_of_symbol(
	struct piece_making *making, const struct elf_symbol *symbol)
{
	return symbol->binding == STB_LOCAL ? identity_of_local(making, symbol)
					    : memory_format("global:%s", symbol->name);
}

static bool section_has_reloc(
	const struct elf_section *section, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < section->reloc_count; i++) {
		if (section->relocs[i].offset >= start && section->relocs[i].offset < end)
			return true;
	}
	return false;
}

static bool symbol_is_recorded(
	const struct piece_making *making, const struct elf_symbol *symbol)
{
	int64_t number;
	return name_map_find(&making->function_numbers, symbol->name, &number) ||
	       name_map_find(&making->variable_numbers, symbol->name, &number);
}

/* Of symbols that are alike but for their names, the one that the compiler wrote the
 * body for; the others are its aliases. */
static const struct elf_symbol *symbol_choose(
	const struct piece_making *making, size_t first)
{
	const struct elf_symbol *chosen = making->symbols[first];
	for (size_t i = first; i < making->symbol_count; i++) {
		const struct elf_symbol *symbol = making->symbols[i];
		if (symbol->section != chosen->section ||
			symbol->value != chosen->value || symbol->size != chosen->size ||
			symbol->binding != chosen->binding)
			break;
		if (symbol_is_recorded(making, symbol))
			return symbol;
	}
	return chosen;
}

/* Cuts a section where its symbols start. What lies before the first symbol or in a
 * section without any becomes a piece without a name. */
static struct error *piece_cut_named(
	struct piece_making *making, const struct elf_section *section)
{
	size_t at = 0;
	while (at < making->symbol_count && making->symbols[at]->section < section->index)
		at++;
	uint64_t done = 0;
	for (; at < making->symbol_count &&
		making->symbols[at]->section == section->index;
		at++) {
		const struct elf_symbol *symbol = symbol_choose(making, at);
		/* An alias, or a label within. An end mark has nothing behind it, unlike
		 * a variable without a size (struct lock_class_key without lockdep). */
		bool is_empty = symbol->type == STT_OBJECT && !symbol->size;
		if (symbol->value < done || (symbol->value >= section->size && !is_empty))
			continue;
		uint64_t end = section->size;
		for (size_t next = at + 1;
			next < making->symbol_count &&
			making->symbols[next]->section == section->index;
			next++) {
			if (making->symbols[next]->value > symbol->value) {
				end = making->symbols[next]->value;
				break;
			}
		}
		/* A size that reaches over the next symbol: that one is a label within.
		 */
		uint64_t size =
			symbol->size || is_empty ? symbol->size : end - symbol->value;
		if (symbol->value > section->size || size > section->size - symbol->value)
			return error_failed(
				"%s: %s: reaches over the end of its section %s",
				making->set->object->path, symbol->name, section->name);
		/* Between two symbols is padding, unless something is filled in there. */
		if (symbol->value > done &&
			(!done || section_has_reloc(section, done, symbol->value)))
			piece_add(making, section, done, symbol->value - done);
		struct piece *piece = piece_add(making, section, symbol->value, size);
		piece->symbol = symbol;
		piece->identity = identity_of_symbol(making, symbol);
		done = symbol->value + size;
	}
	if (section->size > done &&
		(!done || section_has_reloc(section, done, section->size)))
		piece_add(making, section, done, section->size - done);
	return NULL;
}

static struct error *piece_cut_merged(
	struct piece_making *making, const struct elf_section *section)
{
	uint64_t unit = section->entry_size;
	if (!unit || section->size % unit)
		return error_failed("%s: %s: is no table of entries of its size",
			making->set->object->path, section->name);
	uint64_t start = 0;
	for (uint64_t at = 0; at < section->size; at += unit) {
		bool is_end = true;
		if (section->flags & SHF_STRINGS) {
			for (uint64_t i = 0; i < unit; i++)
				is_end &= section->data[at + i] == 0;
		}
		if (!is_end && at + unit < section->size)
			continue;
		struct piece *piece =
			piece_add(making, section, start, at + unit - start);
		scope_free char *content =
			digest_to_text(digest_of(section->data + start, piece->size));
		piece->identity = memory_format(
			"content:%" PRIu64 ":%" PRIu64 ":%s", unit, piece->size, content);
		start = at + unit;
	}
	return NULL;
}

static struct error *piece_cut_table(
	struct piece_making *making, const struct elf_section *section)
{
	uint64_t size;
	uint64_t owner;
	try(special_section_entry(
		special_section_find(section->name), making->layout, &size, &owner));
	if (section->size % size)
		return error_refused("unknown-layout",
			"%s: %s: %" PRIu64
			" bytes are no multiple of an entry's %" PRIu64,
			making->set->object->path, section->name, section->size, size);
	for (uint64_t at = 0; at < section->size; at += size)
		piece_add(making, section, at, size);
	return NULL;
}

struct replacement_range {
	uint64_t start;
	uint64_t size;
};

static int replacement_compare(const void *left, const void *right)
{
	const struct replacement_range *a = left;
	const struct replacement_range *b = right;
	return a->start < b->start ? -1 : a->start > b->start;
}

static const struct elf_reloc *reloc_find(
	const struct elf_section *section, uint64_t offset)
{
	size_t low = 0;
	size_t high = section->reloc_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->relocs[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < section->reloc_count && section->relocs[low].offset == offset;
	return found ? &section->relocs[low] : NULL;
}

/* Cuts the replacements as the entries of .altinstructions refer to them. */
static struct error *piece_cut_replacements(
	struct piece_making *making, const struct elf_section *section)
{
	const struct elf_object *object = making->set->object;
	const struct kernel_layout *layout = making->layout;
	const struct elf_section *table =
		elf_object_find_section(object, ".altinstructions");
	uint64_t entry = layout->alternative_size;
	if (!table || !entry)
		return error_refused("unknown-layout",
			"%s: %s: has no table that refers to it", object->path,
			section->name);
	size_t count = 0;
	scope_free struct replacement_range *ranges =
		memory_allocate((table->size / entry + 1) * sizeof(*ranges));
	for (uint64_t at = 0; at + entry <= table->size; at += entry) {
		const struct elf_reloc *reloc =
			reloc_find(table, at + layout->alternative_replacement);
		uint64_t size = table->data[at + layout->alternative_replacement_length];
		if (!reloc || object->symbols[reloc->symbol].section != section->index)
			return error_refused("unknown-layout",
				"%s: .altinstructions+0x%" PRIx64 ": has no replacement",
				object->path, at);
		uint64_t start =
			object->symbols[reloc->symbol].value + (uint64_t)reloc->addend;
		if (start + size > section->size)
			return error_failed("%s: .altinstructions+0x%" PRIx64
					    ": reaches over the end of the replacements",
				object->path, at);
		if (size)
			ranges[count++] = (struct replacement_range){start, size};
	}
	qsort(ranges, count, sizeof(*ranges), replacement_compare);
	uint64_t done = 0;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].start < done)
			continue;
		piece_add(making, section, ranges[i].start, ranges[i].size);
		done = ranges[i].start + ranges[i].size;
	}
	return NULL;
}

static int offset_compare(const void *left, const void *right)
{
	const uint64_t *a = left;
	const uint64_t *b = right;
	return *a < *b ? -1 : *a > *b;
}

/* Where the jump of a function into the section leads; false if it is none. */
static bool reloc_find_auxiliary(const struct elf_object *object,
	const struct elf_reloc *reloc, const struct elf_section *section,
	uint64_t *offset)
{
	const struct elf_symbol *symbol = &object->symbols[reloc->symbol];
	if (symbol->section != section->index || !elf_reloc_is_relative(reloc->type))
		return false;
	*offset = symbol->value + (uint64_t)reloc->addend + elf_reloc_width(reloc->type);
	return *offset < section->size;
}

/* Cuts the section where functions jump to: what static_cpu_has() runs until boot has
 * put the answer in the jump's place (arch/x86/include/asm/cpufeature.h). */
static struct error *piece_cut_auxiliary(
	struct piece_making *making, const struct elf_section *section)
{
	const struct elf_object *object = making->set->object;
	struct {
		uint64_t *items;
		size_t count;
		size_t capacity;
	} starts = {0};
	for (size_t i = 1; i < object->section_count; i++) {
		const struct elf_section *from = &object->sections[i];
		uint64_t offset;
		for (size_t k = 0; elf_section_is_code(from) && k < from->reloc_count;
			k++) {
			if (from != section &&
				reloc_find_auxiliary(
					object, &from->relocs[k], section, &offset))
				*array_add(&starts) = offset;
		}
	}
	*array_add(&starts) = section->size;
	qsort(starts.items, starts.count, sizeof(*starts.items), offset_compare);
	uint64_t done = 0;
	for (size_t i = 0; i < starts.count; i++) {
		if (starts.items[i] > done)
			piece_add(making, section, done, starts.items[i] - done);
		done = starts.items[i];
	}
	free(starts.items);
	return NULL;
}

static struct error *piece_cut_section(
	struct piece_making *making, const struct elf_section *section)
{
	switch (special_section_role(section)) {
	case SECTION_IGNORED:
		return NULL;
	case SECTION_CODE:
	case SECTION_DATA:
	case SECTION_ONCE:
		return piece_cut_named(making, section);
	case SECTION_MERGED:
		return piece_cut_merged(making, section);
	case SECTION_TABLE:
		return piece_cut_table(making, section);
	case SECTION_REPLACEMENT:
		return piece_cut_replacements(making, section);
	case SECTION_AUXILIARY:
		return piece_cut_auxiliary(making, section);
	}
	return NULL;
}

static void piece_take_relocs(struct piece *piece)
{
	const struct elf_section *section = piece->section;
	size_t low = 0;
	size_t high = section->reloc_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->relocs[middle].offset < piece->offset)
			low = middle + 1;
		else
			high = middle;
	}
	piece->relocs = section->relocs + low;
	while (low + piece->reloc_count < section->reloc_count &&
		piece->relocs[piece->reloc_count].offset < piece->offset + piece->size)
		piece->reloc_count++;
}

/* The function that a table entry is about: where its owner field points. */
static struct error *piece_find_owner(struct piece_making *making, struct piece *piece)
{
	uint64_t size;
	uint64_t owner;
	struct piece_target target;
	try(special_section_entry(piece->special, making->layout, &size, &owner));
	const struct elf_reloc *reloc = reloc_find(piece->section, piece->offset + owner);
	if (reloc)
		try(piece_resolve_reloc(making->set, piece, reloc, &target));
	if (!reloc || !target.piece)
		return error_refused("unknown-layout",
			"%s: %s+0x%" PRIx64 ": does not say which code it is about",
			making->set->object->path, piece->section->name, piece->offset);
	piece->owner = target.piece;
	return NULL;
}

/* Gives replacements the owner of the entry that refers to them. */
static struct error *piece_own_replacement(
	struct piece_making *making, struct piece *entry)
{
	const struct kernel_layout *layout = making->layout;
	struct piece_target target = {0};
	const struct elf_reloc *reloc = reloc_find(
		entry->section, entry->offset + layout->alternative_replacement);
	if (strcmp(entry->section->name, ".altinstructions") != 0 || !reloc)
		return NULL;
	const uint8_t *data = entry->section->data + entry->offset;
	if (!data[layout->alternative_replacement_length]) {
		entry->idle_reloc = reloc;
		return NULL;
	}
	try(piece_resolve_reloc(making->set, entry, reloc, &target));
	if (target.piece && target.piece->role == SECTION_REPLACEMENT)
		target.piece->owner = entry->owner;
	return NULL;
}

/* What a function jumps to belongs to it. */
static void piece_own_auxiliary(struct piece_making *making, struct piece *function)
{
	const struct elf_object *object = making->set->object;
	const struct elf_section *section =
		elf_object_find_section(object, ".altinstr_aux");
	uint64_t offset;
	for (size_t i = 0; section && i < function->reloc_count; i++) {
		if (!reloc_find_auxiliary(object, &function->relocs[i], section, &offset))
			continue;
		struct piece *part = piece_set_find(making->set, section, offset);
		if (part)
			part->owner = function;
	}
}

static struct error *piece_find_owners(struct piece_making *making)
{
	struct piece_set *set = making->set;
	scope_name_map struct name_map functions = {0};
	for (size_t i = 0; i < set->count; i++) {
		if (set->pieces[i].role == SECTION_CODE && set->pieces[i].symbol)
			name_map_set(&functions, set->pieces[i].symbol->name, (int64_t)i);
	}
	for (size_t i = 0; i < set->count; i++) {
		struct piece *piece = &set->pieces[i];
		int64_t number;
		if (piece->role == SECTION_TABLE) {
			try(piece_find_owner(making, piece));
			try(piece_own_replacement(making, piece));
		} else if (piece->role == SECTION_CODE && piece->symbol &&
			   text_has_suffix(piece->symbol->name, cold_suffix)) {
			const char *name = piece->symbol->name;
			scope_free char *base = memory_copy_range(
				name, strlen(name) - strlen(cold_suffix));
			if (name_map_find(&functions, base, &number))
				piece->owner = &set->pieces[number];
		}
		if (piece->role == SECTION_CODE)
			piece_own_auxiliary(making, piece);
	}
	/* An entry about a replacement is about the function that the replacement is for.
	 */
	for (size_t i = 0; i < set->count; i++) {
		struct piece *owner = set->pieces[i].owner;
		if (owner && owner->role == SECTION_REPLACEMENT)
			set->pieces[i].owner = owner->owner;
	}
	return NULL;
}

/* Identities of what no symbol names: by whom it belongs to, or its section. */
static void piece_identify_rest(struct piece_making *making)
{
	struct piece_set *set = making->set;
	for (size_t i = 0; i < set->count; i++) {
		struct piece *piece = &set->pieces[i];
		if (piece->identity)
			continue;
		const char *owner = piece->owner ? piece->owner->identity : "";
		scope_free char *stem =
			memory_format("%s:%s", piece->section->name, owner);
		piece->identity = identity_count(making, stem);
	}
}

static void names_number(const struct json_t *items, struct name_map *numbers)
{
	size_t count = json_count_items(items);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_find_text(json_find_item(items, i), "name");
		if (name)
			name_map_set(numbers, name, (int64_t)i);
	}
}

static struct error *piece_set_fill(struct piece_making *making)
{
	struct piece_set *set = making->set;
	const struct elf_object *object = set->object;
	making->symbols =
		memory_allocate(object->symbol_count * sizeof(*making->symbols));
	for (size_t i = 1; i < object->symbol_count; i++) {
		if (symbol_is_naming(&object->symbols[i]))
			making->symbols[making->symbol_count++] = &object->symbols[i];
	}
	qsort(making->symbols, making->symbol_count, sizeof(*making->symbols),
		symbol_compare);
	names_number(making->record->functions, &making->function_numbers);
	names_number(making->record->variables, &making->variable_numbers);
	set->first = memory_allocate((object->section_count + 1) * sizeof(*set->first));
	struct error *error = NULL;
	for (size_t i = 1; i < object->section_count && !error; i++) {
		set->first[i] = making->pieces.count;
		error = piece_cut_section(making, &object->sections[i]);
	}
	set->first[object->section_count] = making->pieces.count;
	set->pieces = making->pieces.items;
	set->count = making->pieces.count;
	if (error)
		return error;
	for (size_t i = 0; i < set->count; i++)
		piece_take_relocs(&set->pieces[i]);
	try(piece_find_owners(making));
	piece_identify_rest(making);
	return NULL;
}

struct error *piece_set_create(const struct elf_object *object,
	const struct kernel_layout *layout, const struct record *record,
	struct piece_set **set)
{
	struct piece_set *created = memory_allocate(sizeof(*created));
	created->object = object;
	struct piece_making making = {.set = created, .layout = layout, .record = record};
	struct error *error = piece_set_fill(&making);
	name_map_deinit(&making.variable_numbers);
	name_map_deinit(&making.function_numbers);
	name_map_deinit(&making.seen);
	free(making.symbols);
	if (error)
		piece_set_free(created);
	else
		*set = created;
	return error;
}

void piece_set_free(struct piece_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		free(set->pieces[i].identity);
	free(set->pieces);
	free(set->first);
	free(set);
}

struct piece *piece_set_find(
	const struct piece_set *set, const struct elf_section *section, uint64_t offset)
{
	size_t low = set->first[section->index];
	size_t high = set->first[section->index + 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->pieces[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == set->first[section->index])
		return NULL;
	/* What starts at the offset was found first; the end of the piece before it is
	 * meant otherwise, as by the last entry of an unwind table. */
	struct piece *piece = &set->pieces[low - 1];
	return offset - piece->offset <= piece->size ? piece : NULL;
}

static bool piece_is_code(const struct piece *piece)
{
	return piece->role == SECTION_CODE || piece->role == SECTION_REPLACEMENT ||
	       piece->role == SECTION_AUXILIARY;
}

/* Is the field the displacement of a call, a jmp or a conditional jump? */
static bool reloc_is_branch(const struct piece *piece, const struct elf_reloc *reloc)
{
	if (!piece_is_code(piece))
		return false;
	if (reloc->type == R_X86_64_PLT32)
		return true;
	const uint8_t *field = piece->section->data + reloc->offset;
	uint64_t before = reloc->offset - piece->offset;
	if (reloc->type != R_X86_64_PC32 || !before)
		return false;
	return field[-1] == 0xe8 || field[-1] == 0xe9 ||
	       (before > 1 && field[-2] == 0x0f && (field[-1] & 0xf0) == 0x80);
}

/*
 * What a pc-relative field of an instruction adds: it counts from the instruction's
 * end, which may lie behind an immediate operand. 0 if that cannot be decoded. Where no
 * other piece can be meant, the common case will do: both of two equal instructions
 * are off by the same, and one that takes an address has no immediate.
 */
static uint64_t reloc_find_distance(
	const struct piece *piece, const struct elf_reloc *reloc, bool is_exact)
{
	if (!is_exact)
		return elf_reloc_width(reloc->type);
	uint64_t offset = reloc->offset - piece->offset;
	uint64_t end = disassembly_find_end(
		piece->section->data + piece->offset, piece->size, offset);
	return end > offset ? end - offset : 0;
}

struct error *piece_resolve_reloc(const struct piece_set *set, const struct piece *piece,
	const struct elf_reloc *reloc, struct piece_target *target)
{
	const struct elf_symbol *symbol = &set->object->symbols[reloc->symbol];
	const struct elf_section *section =
		elf_object_symbol_section(set->object, symbol);
	struct piece_target found = {.symbol = symbol, .offset = reloc->addend};
	found.is_branch = reloc_is_branch(piece, reloc);
	if (!section) {
		if (symbol->section != SHN_UNDEF || !symbol->name[0])
			return error_refused("unknown-symbol",
				"%s: %s: is neither defined here nor elsewhere",
				set->object->path, symbol->name);
		found.outside = symbol->name;
		*target = found;
		return NULL;
	}
	bool is_code = piece_is_code(piece);
	size_t first = set->first[section->index];
	bool is_alone = set->first[section->index + 1] - first == 1;
	uint64_t distance = 0;
	if (is_code && elf_reloc_is_relative(reloc->type)) {
		bool is_exact =
			symbol->type == STT_SECTION && !is_alone && !found.is_branch;
		distance = reloc_find_distance(piece, reloc, is_exact);
		if (!distance) {
			scope_free char *place =
				piece_describe(piece, reloc->offset - piece->offset);
			return error_refused("unknown-instruction",
				"%s: %s: cannot be decoded", set->object->path, place);
		}
	}
	/* A symbol of its own says which piece is meant; a section's symbol leaves it to
	 * the addend. */
	uint64_t aimed = symbol->value + (uint64_t)reloc->addend + distance;
	uint64_t named = symbol->type == STT_SECTION ? aimed : symbol->value;
	found.piece =
		is_alone ? &set->pieces[first] : piece_set_find(set, section, named);
	if (!found.piece && special_section_role(section) != SECTION_IGNORED)
		return error_refused("unnamed-content",
			"%s: %s+0x%" PRIx64 ": nobody knows what is there",
			set->object->path, section->name, named);
	if (!found.piece) {
		/* Into a section that is not loaded: .discard and the like. */
		found.outside = section->name;
		*target = found;
		return NULL;
	}
	found.offset = (int64_t)(aimed - found.piece->offset);
	*target = found;
	return NULL;
}

char *piece_describe(const struct piece *piece, uint64_t offset)
{
	const char *name = piece->symbol ? piece->symbol->name : piece->section->name;
	uint64_t shown = piece->symbol ? offset : piece->offset + offset;
	return shown ? memory_format("%s+0x%" PRIx64, name, shown)
		     : memory_copy_text(name);
}
