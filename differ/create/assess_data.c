// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/constant_in_place.h"
#include "differ/create/update_model.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/referrer.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/unique_name.h"

/* Names that macros of the kernel give to static locals whose state is worth nothing:
 * include/linux/once_lite.h, ratelimit.h, lockdep.h. */
static const char *const once_names[] = {
	"__already_done",
	"__warned",
	"__print_once",
	"_rs",
	"__key",
};

bool assess_is_once_state(const struct piece *piece)
{
	if (piece->known && piece->known->is_forkable)
		return true;
	if (!piece->symbol || piece->symbol->binding != STB_LOCAL)
		return false;
	size_t length = strlen(piece->symbol->name);
	scope_free char *name = memory_allocate(length + 1);
	unique_name_strip(piece->symbol->name, length, name);
	/* Only where the source means a static local; at file scope it is somebody's own
	 * variable. */
	if (!piece->recorded || !json_find_text(piece->recorded, "owner"))
		return false;
	for (size_t i = 0; i < sizeof(once_names) / sizeof(once_names[0]); i++) {
		if (strcmp(name, once_names[i]) == 0)
			return true;
	}
	return false;
}

static bool piece_is_constant(const struct piece *piece)
{
	return piece->kind == SECTION_KIND_CONSTANT ||
	       piece->kind == SECTION_KIND_RO_AFTER_INIT;
}

/* Is writable data of this kind as good where that kind is? Writable data that becomes
 * read-only after boot stays writable in the running kernel, which harms nobody. */
static bool kind_is_compatible(enum section_kind pre, enum section_kind post)
{
	return pre == post ||
	       (pre == SECTION_KIND_WRITABLE && post == SECTION_KIND_RO_AFTER_INIT);
}

static void piece_untwin(struct piece *piece)
{
	if (piece->twin)
		piece->twin->twin = NULL;
	piece->twin = NULL;
	piece->state = PIECE_NEW;
}

/* Makes every function that refers to the piece one that has to travel. False if
 * something else refers to it, or is_access is asked for and one takes its address. */
static bool referrers_make_travel(
	const struct piece_set *set, const struct piece *piece, bool is_access)
{
	scope_referrer_list struct referrer_list *referrers = referrer_list_create(set);
	size_t count;
	const struct referrer *found = referrer_list_find(referrers, piece, &count);
	for (size_t i = 0; i < count; i++) {
		const struct piece *from = found[i].from;
		/* An entry of a table speaks for the function that it is about. */
		if (!piece_is_code(update_find_whole(from)) && from != piece)
			return false;
		if (is_access && from != piece && !referrer_is_access(&found[i]))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct piece *whole = update_find_whole(found[i].from);
		if (whole->role == SECTION_CODE && whole->state == PIECE_SAME)
			whole->state = PIECE_CHANGED;
	}
	return true;
}

/* Pre's functions are only asked: what refers to the piece there must do so in post. */
static bool referrers_only_access(const struct piece_set *set, const struct piece *piece)
{
	scope_referrer_list struct referrer_list *referrers = referrer_list_create(set);
	size_t count;
	const struct referrer *found = referrer_list_find(referrers, piece, &count);
	for (size_t i = 0; i < count; i++) {
		if (found[i].from != piece && !referrer_is_access(&found[i]))
			return false;
	}
	return true;
}

/* A string that has a name (NL_SET_ERR_MSG): like one that has none, nobody asks for more
 * than its content. */
static bool piece_is_text(const struct piece *piece)
{
	const struct elf_section *section = piece->section;
	const char *content = (const char *)section->data + piece->offset;
	return !piece->reloc_count && piece->size && section->data &&
	       strnlen(content, piece->size) == piece->size - 1;
}

static void assess_constant(
	struct update *update, struct update_unit *unit, struct piece *piece)
{
	const struct piece *pre = piece->twin;
	const char *name = piece->symbol->name;
	if (constant_points_into_code(unit->post_pieces, piece) &&
		referrers_make_travel(unit->post_pieces, piece, false)) {
		finding_add(&update->findings, FINDING_COPIED_CONSTANT, unit->object,
			name, "is a table of places in code that changes");
		return;
	}
	if (constant_is_replaceable(unit->post_pieces, piece)) {
		constant_set_in_place(unit->pre_pieces, unit->post_pieces, piece);
		finding_add(&update->findings, FINDING_CHANGED_CONSTANT, unit->object,
			name, "is a constant, which is changed where it is");
		return;
	}
	bool is_text = piece_is_text(piece);
	if (piece->symbol->binding == STB_LOCAL &&
		(is_text || referrers_only_access(unit->pre_pieces, pre)) &&
		referrers_make_travel(unit->post_pieces, piece, !is_text)) {
		finding_add(&update->findings, FINDING_COPIED_CONSTANT, unit->object,
			name,
			"is a constant of another size now; the functions that read it "
			"get a copy");
		return;
	}
	finding_add(&update->findings, FINDING_GROWN_CONSTANT, unit->object, name,
		"is a constant whose size or alignment the patch changes (from %" PRIu64
		" to %" PRIu64 " bytes), and its address may be stored",
		pre->size, piece->size);
}

static void assess_changed(
	struct update *update, struct update_unit *unit, struct piece *piece)
{
	const char *name = update_piece_name(piece);
	if (assess_is_once_state(piece) &&
		referrers_make_travel(unit->post_pieces, piece, false)) {
		finding_add(&update->findings, FINDING_ONCE_STATE, unit->object, name,
			"starts with its initial value in the new code");
		piece_untwin(piece);
		return;
	}
	if (!piece->symbol) {
		/* A jump table: nobody but code of this file knows where it is. */
		if (piece->kind != SECTION_KIND_CONSTANT ||
			!referrers_make_travel(unit->post_pieces, piece, false))
			finding_add(&update->findings, FINDING_UNNAMED_CONTENT,
				unit->object, name,
				"the patch changes data that has no symbol");
		return;
	}
	if (piece_is_constant(piece)) {
		assess_constant(update, unit, piece);
		return;
	}
	const char *what = piece->size != piece->twin->size ? "size" : "initial value";
	finding_add(&update->findings, FINDING_CHANGED_DATA, unit->object, name,
		"the patch changes its %s, but the running kernel's has been in use "
		"since boot",
		what);
}

static void assess_unit_data(struct update *update, struct update_unit *unit)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		struct piece *piece = &unit->post_pieces->pieces[i];
		if (piece->role != SECTION_DATA || !piece->twin || !piece->size)
			continue;
		bool was_init = piece->twin->kind == SECTION_KIND_INIT;
		if (piece->kind == SECTION_KIND_INIT && was_init)
			continue; /* see assess_init */
		if (!kind_is_compatible(piece->twin->kind, piece->kind))
			finding_add(&update->findings, FINDING_MOVED_VARIABLE,
				unit->object, update_piece_name(piece),
				"was in %s, and the patch moves it to %s",
				kernel_section_kind_name(piece->twin->kind),
				kernel_section_kind_name(piece->kind));
		else if (piece->state == PIECE_CHANGED)
			assess_changed(update, unit, piece);
	}
}

void assess_data(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++)
		assess_unit_data(update, &update->units[i]);
}
