// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_hook.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/finding.h"
#include "differ/create/update_model.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What a hook does for the assessment: changes something, or puts it back. */
enum hook_part {
	HOOK_ASKS,
	HOOK_CHANGES,
	HOOK_PUTS_BACK,
};

static const struct hook_row {
	const char *name;
	enum hook_part part;
} hook_rows[] = {
	[KSPLICE_HOOK_PRE_APPLY] = {"pre_apply", HOOK_CHANGES},
	[KSPLICE_HOOK_CHECK_APPLY] = {"check_apply", HOOK_ASKS},
	[KSPLICE_HOOK_APPLY] = {"apply", HOOK_CHANGES},
	[KSPLICE_HOOK_POST_APPLY] = {"post_apply", HOOK_CHANGES},
	[KSPLICE_HOOK_FAIL_APPLY] = {"fail_apply", HOOK_ASKS},
	[KSPLICE_HOOK_PRE_REVERSE] = {"pre_reverse", HOOK_PUTS_BACK},
	[KSPLICE_HOOK_CHECK_REVERSE] = {"check_reverse", HOOK_ASKS},
	[KSPLICE_HOOK_REVERSE] = {"reverse", HOOK_PUTS_BACK},
	[KSPLICE_HOOK_POST_REVERSE] = {"post_reverse", HOOK_PUTS_BACK},
	[KSPLICE_HOOK_FAIL_REVERSE] = {"fail_reverse", HOOK_ASKS},
};

static const size_t hook_row_count = sizeof(hook_rows) / sizeof(hook_rows[0]);

#define AUTHOR_FUNCTION(function) #function,

static const char *const author_functions[] = {
	KSPLICE_CORE_AUTHOR_FUNCTIONS(AUTHOR_FUNCTION)};

const char *update_hook_kind_name(enum ksplice_hook_kind kind)
{
	return hook_rows[kind].name;
}

bool update_hook_is_core_function(const char *name)
{
	size_t count = sizeof(author_functions) / sizeof(author_functions[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, author_functions[i]) == 0)
			return true;
	}
	return false;
}

/* The kind that the section's name says; 0 if it is of none. */
static enum ksplice_hook_kind hook_find_kind(const char *section)
{
	if (!text_has_prefix(section, KSPLICE_HOOK_SECTION_PREFIX))
		return 0;
	const char *name = section + strlen(KSPLICE_HOOK_SECTION_PREFIX);
	for (size_t i = 0; i < hook_row_count; i++) {
		if (hook_rows[i].name && strcmp(name, hook_rows[i].name) == 0)
			return (enum ksplice_hook_kind)i;
	}
	return 0;
}

/* Past the word and the blanks around it; NULL if the text does not start so. */
static const char *text_skip_word(const char *text, const char *word)
{
	while (isspace((unsigned char)*text))
		text++;
	if (!text_has_prefix(text, word))
		return NULL;
	text += strlen(word);
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

bool update_hook_is_in_source(
	const char *source, enum ksplice_hook_kind kind, const char *function)
{
	scope_free char *macro = memory_format("ksplice_%s", update_hook_kind_name(kind));
	for (const char *at = strstr(source, macro); at; at = strstr(at + 1, macro)) {
		const char *next = text_skip_word(at, macro);
		if (next)
			next = text_skip_word(next, "(");
		if (next)
			next = text_skip_word(next, function);
		if (next && *next == ')')
			return true;
	}
	return false;
}

/* The source of an earlier patch may be in the tree, with its hooks: pre, which is
 * compiled as the kernel was, does not have them. */
static bool hook_is_old(const struct update_unit *unit, const struct piece *pointer,
	const struct update_hook *hook)
{
	const char *file = json_find_text(pointer->recorded, "file");
	if (!file)
		return false;
	scope_free char *path = file_normalize(unit->record.folder, file);
	scope_text struct text text = {0};
	scope_error struct error *error = file_read(path, &text);
	return !error && text.size &&
	       update_hook_is_in_source(
		       text.data, hook->kind, hook->function->symbol->name);
}

/* The function that the pointer leads to; NULL, with a finding, if it cannot be a hook.
 */
static struct piece *hook_find_function(struct update *update,
	const struct update_unit *unit, const struct piece *pointer)
{
	struct finding_list *findings = &update->findings;
	struct update_reference reference = {0};
	struct error *unclear = NULL;
	if (pointer->reloc_count == 1)
		unclear = update_find_reference(
			update, unit, pointer, &pointer->relocs[0], &reference);
	error_free(unclear);
	struct piece *function = reference.piece;
	const char *name = reference.outside ? reference.outside
			   : function        ? update_piece_name(function)
					     : update_piece_name(pointer);
	if (unclear || !function || !reference.is_local || reference.offset ||
		!update_is_function(function))
		finding_add(findings, FINDING_FOREIGN_HOOK, unit->object, name,
			"is given as a hook for %s, but is not a function of this file",
			update_hook_kind_name(hook_find_kind(pointer->section->name)));
	else if (function->twin)
		finding_add(findings, FINDING_FOREIGN_HOOK, unit->object, name,
			"is given as a hook for %s, but is a function of the running "
			"kernel",
			update_hook_kind_name(hook_find_kind(pointer->section->name)));
	else if (function->kind == SECTION_KIND_INIT)
		finding_add(findings, FINDING_FOREIGN_HOOK, unit->object, name,
			"is given as a hook for %s, but is in memory that is freed "
			"after boot",
			update_hook_kind_name(hook_find_kind(pointer->section->name)));
	else
		return function;
	return NULL;
}

static void hook_collect_pointer(
	struct update *update, struct update_unit *unit, const struct piece *pointer)
{
	struct update_hook hook = {
		.kind = hook_find_kind(pointer->section->name),
		.unit = unit,
		.line = json_find_number(pointer->recorded, "line", 0),
	};
	if (!hook.kind || pointer->size != sizeof(uint64_t)) {
		finding_add(&update->findings, FINDING_UNKNOWN_HOOK, unit->object,
			update_piece_name(pointer),
			hook.kind
				? "is in the section %s, but is not a pointer to a function"
				: "is in the section %s, which is not a section for hooks",
			pointer->section->name);
		return;
	}
	hook.function = hook_find_function(update, unit, pointer);
	if (!hook.function)
		return;
	const char *kind = update_hook_kind_name(hook.kind);
	const char *name = hook.function->symbol->name;
	if (hook_is_old(unit, pointer, &hook)) {
		finding_add(&update->findings, FINDING_OLD_HOOK, unit->object, name,
			"was a hook (%s) before the patch, and this update does not call "
			"it; a hook of this patch needs another name",
			kind);
		return;
	}
	finding_add(&update->findings, FINDING_HOOK, unit->object, name,
		"is called at %s", kind);
	*array_add(&update->hooks) = hook;
}

/* By kind, unit and line: the compiler writes variables in an order of its own. */
static int hook_compare(const void *left, const void *right)
{
	const struct update_hook *a = left;
	const struct update_hook *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

void update_hook_collect(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		struct update_unit *unit = &update->units[i];
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (piece->role == SECTION_HOOK)
				hook_collect_pointer(update, unit, piece);
		}
	}
	if (update->hooks.count)
		qsort(update->hooks.items, update->hooks.count,
			sizeof(*update->hooks.items), hook_compare);
}

/* ---- what an undo leaves ---------------------------------------------------------- */

/* Pieces that a search has seen, and those that it still has to look at. */
struct hook_search {
	const struct update *update;
	array_of(struct update_global) found; /* [next ..) is still to be looked at */
	size_t next;
};

static void search_add(
	struct hook_search *search, struct update_unit *unit, struct piece *piece)
{
	array_foreach (known, &search->found) {
		if (known->piece == piece)
			return;
	}
	struct update_global *added = array_add(&search->found);
	added->unit = unit;
	added->piece = piece;
}

/* Is it a reference to that function of the core? */
static bool reference_is_core(
	const struct update_reference *reference, const char *core_function)
{
	return !reference->piece && reference->outside &&
	       strcmp(reference->outside, core_function) == 0;
}

/* Does what the search has found use that function of the core, directly or through
 * pieces that travel? */
static bool search_uses(struct hook_search *search, const char *core_function)
{
	for (; search->next < search->found.count; search->next++) {
		struct update_global at = search->found.items[search->next];
		for (size_t i = 0; i < at.piece->reloc_count; i++) {
			struct update_reference reference;
			struct error *unclear = update_find_reference(search->update,
				at.unit, at.piece, &at.piece->relocs[i], &reference);
			error_free(unclear); /* a finding of the closure */
			if (unclear)
				continue;
			if (reference_is_core(&reference, core_function))
				return true;
			if (reference.piece && reference.piece->travels)
				search_add(search, (struct update_unit *)reference.unit,
					reference.piece);
		}
	}
	return false;
}

/* Do the hooks that put back use that function of the core? */
static bool hooks_use(const struct update *update, const char *core_function)
{
	struct hook_search search = {.update = update};
	array_foreach (hook, &update->hooks) {
		if (hook_rows[hook->kind].part == HOOK_PUTS_BACK)
			search_add(&search, hook->unit, hook->function);
	}
	bool is_used = search_uses(&search, core_function);
	free(search.found.items);
	return is_used;
}

static bool piece_uses(const struct update *update, const struct update_unit *unit,
	const struct piece *piece, const char *core_function)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		struct error *unclear = update_find_reference(
			update, unit, piece, &piece->relocs[i], &reference);
		error_free(unclear); /* a finding of the closure */
		if (!unclear && reference_is_core(&reference, core_function))
			return true;
	}
	return false;
}

/* Warns of the first function that makes shadow variables. */
static void hook_assess_shadows(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (!piece->travels ||
				(!piece_uses(
					 update, unit, piece, "ksplice_shadow_alloc") &&
					!piece_uses(update, unit, piece,
						"ksplice_shadow_get_or_alloc")))
				continue;
			finding_add(&update->findings, FINDING_KEPT_SHADOW, unit->object,
				update_piece_name(update_find_whole(piece)),
				"makes shadow variables, and no hook frees them when the "
				"update is undone: they would outlive their objects, "
				"and belong to the next objects at these addresses");
			return;
		}
	}
}

static const struct update_hook *hook_find_part(
	const struct update *update, enum hook_part part)
{
	array_foreach (hook, &update->hooks) {
		if (hook_rows[hook->kind].part == part)
			return hook;
	}
	return NULL;
}

void update_hook_assess(struct update *update)
{
	const struct update_hook *change = hook_find_part(update, HOOK_CHANGES);
	if (change && !hook_find_part(update, HOOK_PUTS_BACK))
		finding_add(&update->findings, FINDING_ONE_WAY_HOOK, change->unit->object,
			change->function->symbol->name,
			"is called when the update is applied, and no hook is called when "
			"it is undone: this update cannot be undone");
	/* What cannot be undone goes on to free them with their objects. */
	if (!finding_find(&update->findings, FINDING_IRREVERSIBLE) &&
		!hooks_use(update, "ksplice_shadow_free_all"))
		hook_assess_shadows(update);
}
