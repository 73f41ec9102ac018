// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_object.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "abi/update.h"
#include "differ/create/constant_in_place.h"
#include "differ/create/finding.h"
#include "differ/create/place_table.h"
#include "differ/create/update_match.h"
#include "differ/create/update_model.h"
#include "differ/create/update_parts.h"
#include "differ/create/update_symbol.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/object_writer.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

static const uint64_t function_alignment = 16;

/* Where a travelling piece went. */
struct written_place {
	uint32_t section;
	uint64_t offset;
};

struct listed_symbol {
	char *name;                   /* as the update's symbol table spells it */
	struct ksplice_symbol symbol; /* its two texts are set when the list is made */
	const char *kallsyms;         /* or NULL */
};

struct object_making {
	const struct update_content *content;
	const struct update *update;
	const struct update_part *part;
	struct object_writer *writer;
	struct written_place **places;  /* by unit, then by the piece's number */
	struct name_map symbol_numbers; /* outward name → symbol in the writer */
	struct {
		struct listed_symbol *items;
		size_t count;
		size_t capacity;
	} listed;
	/* Of the symbol list: what its places refer to. */
	struct text list_strings;
	struct place_table list_places;
};

static size_t piece_number(const struct update_unit *unit, const struct piece *piece)
{
	return (size_t)(piece - unit->post_pieces->pieces);
}

/* Code and data of many sections go into one each; tables keep their names, because the
 * module loader looks for them. */
static uint32_t making_find_section(
	struct object_making *making, const struct piece *piece)
{
	struct object_writer *writer = making->writer;
	const struct elf_section *section = piece->section;
	bool keeps_name = piece->known && piece->known->keeps_name;
	if (piece->role == SECTION_CODE)
		return object_writer_section(writer,
			keeps_name ? piece->known->name : ".text", SHT_PROGBITS,
			SHF_ALLOC | SHF_EXECINSTR, 0);
	/* New content of a constant in place is no variable of the update's own. */
	if (piece->role == SECTION_MERGED || piece->in_place)
		return object_writer_section(
			writer, ".rodata", SHT_PROGBITS, SHF_ALLOC, 0);
	if (keeps_name)
		return object_writer_section(
			writer, piece->known->name, SHT_PROGBITS, section->flags, 0);
	/* The module loader makes such a variable for each CPU. */
	if (piece->known && piece->known->placed_in)
		return object_writer_section(writer, piece->known->placed_in,
			SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0);
	if (section->type == SHT_NOBITS)
		return object_writer_section(
			writer, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0);
	if (!(section->flags & SHF_WRITE))
		return object_writer_section(
			writer, ".rodata", SHT_PROGBITS, SHF_ALLOC, 0);
	return object_writer_section(
		writer, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0);
}

/* A piece alone in its section keeps that section's alignment; one of several the
 * alignment that its place there has. */
static uint64_t piece_alignment(const struct piece *piece)
{
	uint64_t alignment = piece->section->alignment;
	if (piece->role == SECTION_REPLACEMENT || piece->role == SECTION_AUXILIARY)
		return 1;
	/* Entries follow each other without gaps. */
	uint64_t place = piece->role == SECTION_TABLE ? piece->size : piece->offset;
	/* Cold functions are packed in the kernel; here they are hot. */
	if (piece->role == SECTION_CODE && !piece->owner &&
		alignment < function_alignment)
		return function_alignment;
	while (alignment > 1 && place & (alignment - 1))
		alignment /= 2;
	return alignment;
}

/* The entries of .orc_unwind stand in the order of .orc_unwind_ip's. */
static struct error *making_copy_orc(struct object_making *making,
	const struct update_unit *unit, const struct piece *piece)
{
	const struct elf_section *table =
		elf_object_find_section(unit->post, ".orc_unwind");
	uint64_t size = making->update->targets->layout->orc_size;
	uint64_t number = piece->offset / piece->size;
	if (!table || !size || (number + 1) * size > table->size)
		return error_refused("unknown-layout",
			"%s: .orc_unwind does not belong to .orc_unwind_ip",
			unit->post->path);
	uint32_t section = object_writer_section(
		making->writer, ".orc_unwind", SHT_PROGBITS, table->flags, 0);
	object_writer_append(
		making->writer, section, table->data + number * size, size, 1);
	return NULL;
}

static struct error *making_add_piece(struct object_making *making,
	const struct update_unit *unit, const struct piece *piece,
	struct written_place *place)
{
	const uint8_t *data = piece->section->data;
	place->section = making_find_section(making, piece);
	place->offset = object_writer_append(making->writer, place->section,
		data ? data + piece->offset : NULL, piece->size, piece_alignment(piece));
	if (strcmp(piece->section->name, ".orc_unwind_ip") == 0)
		try(making_copy_orc(making, unit, piece));
	if (!piece->symbol || piece->role == SECTION_TABLE)
		return NULL;
	/* The kernel goes on finding what is replaced by its name alone: a kprobe on a
	 * name that stands for two places is refused. */
	bool is_copy = (piece->role == SECTION_CODE && piece->twin) || piece->in_place;
	scope_free char *name = memory_format(
		"%s%s", piece->symbol->name, is_copy ? KSPLICE_COPY_SUFFIX : "");
	object_writer_symbol(making->writer, name, place->section, place->offset,
		piece->size, piece->is_shared ? STB_GLOBAL : STB_LOCAL,
		piece->symbol->type);
	return NULL;
}

/* Is what travels of the unit in this part? */
static bool making_has_unit(
	const struct object_making *making, const struct update_unit *unit)
{
	return unit->has_change && unit->target == making->part->target;
}

static struct error *making_add_pieces(struct object_making *making)
{
	const struct update *update = making->update;
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		if (!making_has_unit(making, unit))
			continue;
		struct piece_set *set = unit->post_pieces;
		making->places[i] =
			memory_allocate(set->count * sizeof(struct written_place));
		for (size_t k = 0; k < set->count; k++) {
			if (set->pieces[k].travels)
				try(making_add_piece(making, unit, &set->pieces[k],
					&making->places[i][k]));
		}
	}
	return NULL;
}

/* The undefined symbol for a place in the running kernel. */
static char *outward_spell(const struct outward_symbol *outward)
{
	const struct target_place *place = &outward->place;
	if (outward->is_core)
		return memory_copy_text(outward->name);
	if (place->section)
		return memory_format("%s:%s:0x%" PRIx64 ":%s", place->target->name,
			place->section, place->offset, outward->name);
	return memory_format("%s:0x%" PRIx64 ":%s",
		place->is_fixed ? "fixed" : place->target->name, place->offset,
		outward->name);
}

/* A function of the core is known by its name alone. */
static const struct ksplice_place core_place = {
	.target = KSPLICE_NO_TARGET, .section = KSPLICE_NO_SECTION};

/* It goes on the list once. */
static uint32_t making_list_symbol(
	struct object_making *making, const struct outward_symbol *outward)
{
	scope_free char *name = outward_spell(outward);
	int64_t number;
	if (name_map_find(&making->symbol_numbers, name, &number))
		return (uint32_t)number;
	number = object_writer_symbol(
		making->writer, name, SHN_UNDEF, 0, 0, STB_GLOBAL, STT_NOTYPE);
	name_map_set(&making->symbol_numbers, name, number);
	/* In the list what does not move has the target that defines it. */
	struct target_place place = outward->place;
	place.is_fixed = false;
	struct listed_symbol *listed = array_add(&making->listed);
	listed->name = take_pointer(name);
	listed->symbol.kind = outward->is_core          ? KSPLICE_SYMBOL_CORE
			      : outward->place.is_fixed ? KSPLICE_SYMBOL_FIXED
							: KSPLICE_SYMBOL_OFFSET;
	listed->symbol.place = outward->is_core ? core_place
						: place_table_encode(&making->list_places,
							  &making->list_strings, &place);
	listed->kallsyms = outward->has_kallsyms ? outward->name : NULL;
	return (uint32_t)number;
}

/* What another part of the update brings. */
static struct error *making_list_shared(struct object_making *making,
	const struct update_reference *reference, uint32_t *symbol)
{
	const struct update_part *part =
		update_part_find(making->update, reference->unit->target);
	struct outward_symbol outward = {.name = reference->piece->symbol->name};
	try(update_part_find_place(part, reference->piece, &outward.place));
	*symbol = making_list_symbol(making, &outward);
	return NULL;
}

static const struct written_place *making_find_place(const struct object_making *making,
	const struct update_unit *unit, const struct piece *piece)
{
	size_t number = (size_t)(unit - making->update->units);
	return &making->places[number][piece_number(unit, piece)];
}

static struct error *making_add_reloc(struct object_making *making,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc)
{
	const struct written_place *place = making_find_place(making, unit, piece);
	struct update_reference reference;
	uint64_t offset = place->offset + (reloc->offset - piece->offset);
	uint32_t symbol;
	if (reloc == piece->idle_reloc) { /* anything that is near will do */
		const struct written_place *owner =
			making_find_place(making, unit, piece->owner);
		symbol = object_writer_section_symbol(making->writer, owner->section);
		object_writer_reloc(making->writer, place->section, offset, reloc->type,
			symbol, (int64_t)owner->offset);
		return NULL;
	}
	try(update_find_reference(making->update, unit, piece, reloc, &reference));
	int64_t addend = reloc->addend;
	if (reference.is_local) /* counted from the start of the piece it refers to */
		addend += (int64_t)(reference.symbol->value - reference.piece->offset);
	bool is_kept = constant_keeps_field(piece, reloc);
	if (is_kept || update_is_outward(piece, &reference)) {
		struct outward_symbol outward;
		try(update_symbol_find(making->update->targets, unit, piece, reloc,
			&reference, &outward));
		symbol = making_list_symbol(making, &outward);
		addend = is_kept ? 0 : addend;
	} else if (reference.is_other_part) {
		try(making_list_shared(making, &reference, &symbol));
	} else {
		const struct written_place *to =
			making_find_place(making, reference.unit, reference.piece);
		symbol = object_writer_section_symbol(making->writer, to->section);
		addend += (int64_t)to->offset;
	}
	object_writer_reloc(
		making->writer, place->section, offset, reloc->type, symbol, addend);
	return NULL;
}

static struct error *making_add_relocs(struct object_making *making)
{
	const struct update *update = making->update;
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		if (!making_has_unit(making, unit))
			continue;
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			for (size_t r = 0; piece->travels && r < piece->reloc_count; r++)
				try(making_add_reloc(
					making, unit, piece, &piece->relocs[r]));
		}
	}
	return NULL;
}

static int listed_compare(const void *left, const void *right)
{
	const struct listed_symbol *a = left;
	const struct listed_symbol *b = right;
	return strcmp(a->name, b->name);
}

static uint32_t strings_add(struct text *strings, const char *string)
{
	uint32_t offset = (uint32_t)strings->size;
	text_add_range(strings, string, strlen(string) + 1);
	return offset;
}

static uint32_t making_add_symbol_list(struct object_making *making)
{
	static const char *const core[] = {KSPLICE_CORE_LOAD, KSPLICE_CORE_UNLOAD};
	for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++) {
		struct listed_symbol *listed = array_add(&making->listed);
		listed->name = memory_copy_text(core[i]);
		listed->symbol.kind = KSPLICE_SYMBOL_CORE;
		listed->symbol.place = core_place;
	}
	qsort(making->listed.items, making->listed.count, sizeof(*making->listed.items),
		listed_compare);
	scope_text struct text list = {0};
	struct text *strings = &making->list_strings;
	const struct place_table *places = &making->list_places;
	array_foreach (listed, &making->listed) {
		listed->symbol.name = strings_add(strings, listed->name);
		listed->symbol.kallsyms = listed->kallsyms
						  ? strings_add(strings, listed->kallsyms)
						  : KSPLICE_NO_KALLSYMS;
	}
	struct ksplice_symbol_list header = {
		.magic = KSPLICE_SYMBOLS_MAGIC,
		.abi = KSPLICE_ABI_VERSION,
		.target_count = (uint32_t)places->count,
		.count = (uint32_t)making->listed.count,
		.strings_size = (uint32_t)strings->size,
	};
	text_add_range(&list, &header, sizeof(header));
	text_add_range(&list, places->rows, places->count * sizeof(*places->rows));
	array_foreach (listed, &making->listed)
		text_add_range(&list, &listed->symbol, sizeof(listed->symbol));
	text_add_range(&list, strings->data, strings->size);
	uint32_t section = object_writer_section(
		making->writer, KSPLICE_SECTION_SYMBOLS, SHT_PROGBITS, SHF_ALLOC, 0);
	object_writer_append(making->writer, section, list.data, list.size, 8);
	return section;
}

static uint32_t making_add_blob(
	struct object_making *making, const char *name, const void *data, size_t size)
{
	uint32_t section = object_writer_section(
		making->writer, name, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0);
	object_writer_append(making->writer, section, data, size, 8);
	return section;
}

/* The targets of all parts, the same in each. */
static uint32_t making_add_parts(struct object_making *making)
{
	const struct update *update = making->update;
	uint32_t section = making_add_blob(making, KSPLICE_SECTION_PARTS, NULL, 0);
	for (size_t i = 0; i < update->part_count; i++) {
		const struct ksplice_target *row = &update->parts[i].target->row;
		object_writer_append(making->writer, section, row, sizeof(*row), 8);
	}
	return section;
}

/* Each hunk of a replaced function or constant points to the new one. */
static uint32_t making_add_hunks(struct object_making *making)
{
	const struct update_match *match = &making->part->match;
	uint32_t section = making_add_blob(making, KSPLICE_SECTION_HUNKS, NULL, 0);
	for (size_t i = 0; i < match->count; i++) {
		const struct match_hunk *hunk = &match->items[i];
		uint64_t offset = object_writer_append(
			making->writer, section, &hunk->hunk, sizeof(hunk->hunk), 8);
		if (!hunk->piece)
			continue;
		const struct written_place *place =
			making_find_place(making, hunk->unit, hunk->piece);
		object_writer_reloc(making->writer, section,
			offset + offsetof(struct ksplice_hunk, post), R_X86_64_64,
			object_writer_section_symbol(making->writer, place->section),
			(int64_t)place->offset);
	}
	return section;
}

/* The functions that the core calls; 0 if there are none. */
static uint32_t making_count_hooks(const struct object_making *making)
{
	uint32_t count = 0;
	array_foreach (hook, &making->update->hooks)
		count += making_has_unit(making, hook->unit);
	return count;
}

static uint32_t making_add_hooks(struct object_making *making)
{
	if (!making_count_hooks(making))
		return 0;
	uint32_t section = making_add_blob(making, KSPLICE_SECTION_HOOKS, NULL, 0);
	array_foreach (hook, &making->update->hooks) {
		if (!making_has_unit(making, hook->unit))
			continue;
		const struct ksplice_hook entry = {.kind = hook->kind};
		const struct written_place *place =
			making_find_place(making, hook->unit, hook->function);
		uint64_t offset = object_writer_append(
			making->writer, section, &entry, sizeof(entry), 8);
		object_writer_reloc(making->writer, section,
			offset + offsetof(struct ksplice_hook, function), R_X86_64_64,
			object_writer_section_symbol(making->writer, place->section),
			(int64_t)place->offset);
	}
	return section;
}

/* The sections with what struct ksplice_update points to. */
struct update_tables {
	uint32_t targets;
	uint32_t parts;
	uint32_t symbols;
	uint32_t hunks;
	uint32_t sites;
	uint32_t hooks; /* 0: none */
	uint32_t match;
};

static void making_add_update(
	struct object_making *making, const struct update_tables *tables)
{
	const struct update_content *content = making->content;
	const struct update_match *match = &making->part->match;
	struct object_writer *writer = making->writer;
	struct ksplice_update update = {
		.magic = KSPLICE_UPDATE_MAGIC,
		.abi = KSPLICE_ABI_VERSION,
		.flags = finding_find(&content->update->findings, FINDING_IRREVERSIBLE)
				 ? KSPLICE_UPDATE_IRREVERSIBLE
				 : 0,
		.symbols_size = object_writer_size(writer, tables->symbols),
		.match_size = object_writer_size(writer, tables->match),
		.target_count = (uint32_t)match->places.count,
		.part_count = (uint32_t)making->update->part_count,
		.part = (uint32_t)(making->part - making->update->parts),
		.hunk_count = (uint32_t)match->count,
		.site_count = (uint32_t)match->site_count,
		.hook_count = making_count_hooks(making),
	};
	strncpy(update.id, content->id, sizeof(update.id) - 1);
	const struct {
		size_t field;
		uint32_t section;
	} pointers[] = {
		{offsetof(struct ksplice_update, targets), tables->targets},
		{offsetof(struct ksplice_update, parts), tables->parts},
		{offsetof(struct ksplice_update, symbols), tables->symbols},
		{offsetof(struct ksplice_update, hunks), tables->hunks},
		{offsetof(struct ksplice_update, sites), tables->sites},
		{offsetof(struct ksplice_update, hooks), tables->hooks},
		{offsetof(struct ksplice_update, match), tables->match},
	};
	uint32_t section =
		making_add_blob(making, KSPLICE_SECTION_UPDATE, &update, sizeof(update));
	object_writer_symbol(writer, KSPLICE_UPDATE_SYMBOL, section, 0, sizeof(update),
		STB_GLOBAL, STT_OBJECT);
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		if (pointers[i].section)
			object_writer_reloc(writer, section, pointers[i].field,
				R_X86_64_64,
				object_writer_section_symbol(writer, pointers[i].section),
				0);
	}
}

static struct error *making_run(struct object_making *making, const char *path)
{
	const struct update_match *match = &making->part->match;
	place_table_add_target(&making->list_places,
		&update_targets_vmlinux(making->update->targets)->row);
	try(making_add_pieces(making));
	try(making_add_relocs(making));
	struct update_tables tables = {
		.targets = making_add_blob(making, KSPLICE_SECTION_TARGETS,
			match->places.rows,
			match->places.count * sizeof(*match->places.rows)),
		.parts = making_add_parts(making),
		.symbols = making_add_symbol_list(making),
		.hunks = making_add_hunks(making),
		.sites = making_add_blob(making, KSPLICE_SECTION_SITES, match->sites,
			match->site_count * sizeof(*match->sites)),
		.hooks = making_add_hooks(making),
		.match = making_add_blob(making, KSPLICE_SECTION_MATCH, match->blob.data,
			match->blob.size),
	};
	making_add_update(making, &tables);
	return object_writer_write(making->writer, path);
}

struct error *update_object_write(const struct update_content *content,
	const struct update_part *part, const char *path)
{
	struct object_making making = {
		.content = content, .update = content->update, .part = part};
	making.writer = object_writer_create();
	making.places =
		memory_allocate(content->update->unit_count * sizeof(*making.places));
	struct error *error = making_run(&making, path);
	object_writer_free(making.writer);
	for (size_t i = 0; i < content->update->unit_count; i++)
		free(making.places[i]);
	free(making.places);
	array_foreach (listed, &making.listed)
		free(listed->name);
	free(making.listed.items);
	text_deinit(&making.list_strings);
	place_table_deinit(&making.list_places);
	name_map_deinit(&making.symbol_numbers);
	return error;
}
