// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/closure.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/constant_in_place.h"
#include "differ/create/update_model.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"

struct waiting_piece {
	struct update_unit *unit;
	struct piece *piece;
};

struct closing {
	struct update *update;
	/* Travels, and its references are still to be followed. */
	struct {
		struct waiting_piece *items;
		size_t count;
		size_t capacity;
	} waiting;
};

/* Code that runs while the machine stands still for the very patching. */
static const char *const stopped_functions[] = {
	"multi_cpu_stop",
	"stop_machine_cpuslocked",
	"stop_cpus",
	"queue_stop_cpus_work",
	"cpu_stopper_thread",
	"touch_nmi_watchdog",
	"rcu_momentary_dyntick_idle",
	"text_poke",
	"__text_poke",
	"text_poke_memcpy",
	"native_save_fl",
};

static bool piece_shares_section(const struct piece_set *set, const struct piece *piece)
{
	return set->first[piece->section->index + 1] - set->first[piece->section->index] >
	       1;
}

static bool piece_is_stopped_function(const struct piece *piece)
{
	size_t count = sizeof(stopped_functions) / sizeof(stopped_functions[0]);
	for (size_t i = 0; i < count && piece->symbol && piece->twin; i++) {
		if (strcmp(piece->symbol->name, stopped_functions[i]) == 0)
			return true;
	}
	return false;
}

/* What the kernel does with code in such a section, and what that means for a copy. */
static void closing_check_meaning(struct closing *closing, const struct update_unit *unit,
	const struct piece *piece)
{
	struct finding_list *findings = &closing->update->findings;
	const struct kernel_section *known = piece->known;
	scope_free char *section = memory_copy_range(
		piece->section->name, kernel_section_name_size(piece->section->name));
	const char *name = update_piece_name(piece);
	bool is_placed = known && known->keeps_name;
	if (known && known->obstacle && (piece->twin || !is_placed))
		finding_add(findings, FINDING_SPECIAL_SECTION, unit->object, name,
			"is in %s, %s", section, known->obstacle);
	else if (known && known->loss)
		finding_add(findings, FINDING_SECTION_MEANING, unit->object, name,
			"is in %s, and its code in the update is not: %s", section,
			known->loss);
	else if (!is_placed)
		finding_add(findings, FINDING_SPECIAL_SECTION, unit->object, name,
			"is in the section %s, which has a special meaning to the kernel; "
			"a copy in a module would lose it",
			section);
}

/* Can this code be taken out of its section and put elsewhere? */
static void closing_check_code(struct closing *closing, const struct update_unit *unit,
	const struct piece *piece)
{
	struct finding_list *findings = &closing->update->findings;
	const char *section = piece->section->name;
	const char *name = update_piece_name(piece);
	if (strcmp(section, ".noinstr.text") == 0 || strcmp(section, ".entry.text") == 0)
		finding_add(findings, FINDING_NOINSTR_FUNCTION, unit->object, name,
			"is in %s, where a jump into a module is not allowed", section);
	else if (!piece->symbol || piece_shares_section(unit->post_pieces, piece))
		finding_add(findings, FINDING_SHARED_SECTION, unit->object, name,
			"shares the section %s with other code, which the assembler may "
			"have bound to it",
			section);
	else if (piece_is_stopped_function(piece))
		finding_add(findings, FINDING_STOPPED_FUNCTION, unit->object, name,
			"runs while the machine is stopped for patching");
	else if (piece->kind == SECTION_KIND_SPECIAL_TEXT)
		closing_check_meaning(closing, unit, piece);
}

static void closing_check_data(struct closing *closing, const struct update_unit *unit,
	const struct piece *piece)
{
	struct finding_list *findings = &closing->update->findings;
	const char *name = update_piece_name(piece);
	bool is_constant = piece->kind == SECTION_KIND_CONSTANT;
	if (piece->kind == SECTION_KIND_PER_CPU && piece->known->obstacle)
		finding_add(findings, FINDING_NEW_PER_CPU_VARIABLE, unit->object, name,
			"is a new per-cpu variable in %s, %s", piece->known->name,
			piece->known->obstacle);
	else if (!is_constant && !piece->symbol && piece->size)
		finding_add(findings, FINDING_UNNAMED_CONTENT, unit->object, name,
			"has writable content that no symbol names");
	else if (!is_constant && piece->symbol && !piece->identity[0] &&
		 !piece->is_ambiguous)
		finding_add(findings, FINDING_UNCORRELATED_VARIABLE, unit->object, name,
			"is a variable without a name in the source, so it cannot be "
			"found in the running kernel");
}

static void closing_take(
	struct closing *closing, struct update_unit *unit, struct piece *piece)
{
	if (piece->travels)
		return;
	if (piece->role == SECTION_CODE)
		closing_check_code(closing, unit, piece);
	if (piece->role == SECTION_DATA && !piece->in_place)
		closing_check_data(closing, unit, piece);
	piece->travels = true;
	closing->update->has_change = true;
	unit->has_change = true;
	struct waiting_piece *waiting = array_add(&closing->waiting);
	waiting->unit = unit;
	waiting->piece = piece;
}

/* Takes the parts of a function together, since each jumps into the middle of the other,
 * and with each part the entries of tables about it. */
static void closing_take_function(
	struct closing *closing, struct update_unit *unit, struct piece *piece)
{
	struct piece *whole = update_find_whole(piece);
	closing_take(closing, unit, whole);
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		struct piece *part = &unit->post_pieces->pieces[i];
		if (part->owner && update_find_whole(part) == whole)
			closing_take(closing, unit, part);
	}
}

/* Anonymous constants and strings are copied, since nothing tells which one of the
 * running kernel's they are, and it does not matter. So is what has no content. */
static bool piece_is_copied(const struct piece *piece)
{
	if (piece->role == SECTION_MERGED || piece->role == SECTION_REPLACEMENT ||
		piece->role == SECTION_AUXILIARY)
		return true;
	if (piece->role != SECTION_DATA)
		return false;
	return !piece->size || (piece->kind == SECTION_KIND_CONSTANT &&
				       (!piece->identity[0] || !piece->symbol));
}

/* A changed variable that is not changed in place has become one of its own: a flag of
 * WARN_ONCE, a site of pr_debug, a constant that only travelling code reads. */
static bool piece_has_to_travel(const struct piece *piece)
{
	if (piece->role == SECTION_CODE)
		return piece->state == PIECE_NEW && piece->kind != SECTION_KIND_INIT;
	return piece->state == PIECE_NEW || piece_is_copied(piece) ||
	       (piece->role == SECTION_DATA && piece->state == PIECE_CHANGED);
}

static struct error *closing_follow(
	struct closing *closing, struct update_unit *unit, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		if (&piece->relocs[i] == piece->idle_reloc ||
			constant_keeps_field(piece, &piece->relocs[i]))
			continue;
		struct error *unclear = update_find_reference(
			closing->update, unit, piece, &piece->relocs[i], &reference);
		if (unclear) {
			try(finding_take_error(&closing->update->findings, unit->object,
				update_piece_name(piece), unclear));
			continue;
		}
		struct piece *to = reference.piece;
		if (!to || to->travels || !piece_has_to_travel(to))
			continue;
		struct update_unit *owner =
			&closing->update->units[reference.unit - closing->update->units];
		/* What registers something cannot travel; assessed already. */
		if (to->role == SECTION_ONCE || to->kind == SECTION_KIND_INIT)
			continue;
		if (to->role == SECTION_CODE)
			closing_take_function(closing, owner, to);
		else
			closing_take(closing, owner, to);
	}
	return NULL;
}

static bool piece_is_root(const struct piece *piece)
{
	if (piece->state != PIECE_CHANGED || piece->kind == SECTION_KIND_INIT)
		return false;
	return piece->role == SECTION_CODE ||
	       (piece->role == SECTION_DATA && piece->in_place);
}

static void closing_take_roots(struct closing *closing, struct update_unit *unit)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		struct piece *piece = &unit->post_pieces->pieces[i];
		if (!piece_is_root(piece))
			continue;
		if (piece->role == SECTION_CODE)
			closing_take_function(closing, unit, piece);
		else
			closing_take(closing, unit, piece);
	}
}

/* Nothing refers to hooks but their pointers, which stay. */
static void closing_take_hooks(struct closing *closing)
{
	array_foreach (hook, &closing->update->hooks)
		closing_take_function(closing, hook->unit, hook->function);
}

struct error *closure_select(struct update *update)
{
	struct closing closing = {.update = update};
	struct error *error = NULL;
	for (size_t i = 0; i < update->unit_count; i++)
		closing_take_roots(&closing, &update->units[i]);
	closing_take_hooks(&closing);
	while (closing.waiting.count && !error) {
		struct waiting_piece next =
			closing.waiting.items[--closing.waiting.count];
		error = closing_follow(&closing, next.unit, next.piece);
	}
	free(closing.waiting.items);
	return error;
}
