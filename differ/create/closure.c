// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/closure.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

struct closing {
	struct piece_set *pre;
	struct piece_set *post;
	struct piece **waiting; /* travels, and its references are still to be followed */
	size_t waiting_count;
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

static const char *piece_name(const struct piece *piece)
{
	return piece->symbol ? piece->symbol->name : piece->section->name;
}

static bool piece_is_writable(const struct piece *piece)
{
	return piece->section->flags & SHF_WRITE;
}

static bool piece_is_per_cpu(const struct piece *piece)
{
	return text_has_prefix(piece->section->name, ".data..percpu");
}

static size_t section_count_pieces(const struct piece_set *set, const struct piece *piece)
{
	return set->first[piece->section->index + 1] - set->first[piece->section->index];
}

/* Can this code be taken out of its section and put elsewhere? */
static struct error *closing_check_code(
	const struct closing *closing, const struct piece *piece)
{
	const char *section = piece->section->name;
	const char *name = piece_name(piece);
	if (text_has_prefix(section, ".init.text") ||
		text_has_prefix(section, ".exit.text"))
		return error_hint(
			error_refused("init-function",
				"%s: %s: has run already and is gone from memory",
				closing->post->object->path, name),
			"leave the change of this function out of the patch; it would "
			"take effect "
			"at the next boot only");
	if (strcmp(section, ".noinstr.text") == 0 || strcmp(section, ".entry.text") == 0)
		return error_hint(
			error_refused("noinstr-function",
				"%s: %s: is in %s, which runs where a jump into a module "
				"is not allowed",
				closing->post->object->path, name, section),
			"change one of its callers that is not noinstr instead");
	if (!piece->symbol || section_count_pieces(closing->post, piece) > 1)
		return error_hint(
			error_refused("shared-section",
				"%s: %s: shares the section %s with other code, to which "
				"the assembler has already bound its calls",
				closing->post->object->path, name, section),
			"functions with a section of their own by attribute cannot be "
			"replaced yet; "
			"change one of its callers instead");
	size_t count = sizeof(stopped_functions) / sizeof(stopped_functions[0]);
	for (size_t i = 0; i < count && piece->state != PIECE_NEW; i++) {
		if (strcmp(name, stopped_functions[i]) == 0)
			return error_refused("stopped-function",
				"%s: %s: runs while the machine is stopped for patching",
				closing->post->object->path, name);
	}
	return NULL;
}

static struct error *closing_check_data(
	const struct closing *closing, const struct piece *piece)
{
	const char *object = closing->post->object->path;
	const char *name = piece_name(piece);
	if (piece_is_per_cpu(piece))
		return error_hint(
			error_refused("new-per-cpu-variable",
				"%s: %s: is a new per-cpu variable", object, name),
			"use an array indexed by CPU, or alloc_percpu() in a hook");
	if (piece_is_writable(piece) && !piece->identity[0])
		return error_refused("uncorrelated-variable",
			"%s: %s: cannot be told from the running kernel's variables",
			object, name);
	if (piece_is_writable(piece) && !piece->symbol)
		return error_refused("unnamed-content",
			"%s: %s: has writable content that no symbol names", object,
			name);
	return NULL;
}

static struct error *closing_take(struct closing *closing, struct piece *piece)
{
	if (piece->travels)
		return NULL;
	if (piece->role == SECTION_CODE)
		try(closing_check_code(closing, piece));
	if (piece->role == SECTION_DATA)
		try(closing_check_data(closing, piece));
	piece->travels = true;
	closing->waiting[closing->waiting_count++] = piece;
	return NULL;
}

/* Takes the parts of a function together: each jumps into the middle of the other. */
static struct error *closing_take_function(struct closing *closing, struct piece *piece)
{
	struct piece *whole = piece->owner ? piece->owner : piece;
	try(closing_take(closing, whole));
	for (size_t i = 0; i < closing->post->count; i++) {
		struct piece *part = &closing->post->pieces[i];
		if (part->owner == whole)
			try(closing_take(closing, part));
	}
	return NULL;
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
	return !piece->size ||
	       (!piece_is_writable(piece) && (!piece->identity[0] || !piece->symbol));
}

static struct error *closing_follow(struct closing *closing, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct piece_target target;
		if (&piece->relocs[i] == piece->idle_reloc)
			continue;
		try(piece_resolve_reloc(
			closing->post, piece, &piece->relocs[i], &target));
		struct piece *to = target.piece;
		if (!to || to->travels)
			continue;
		if (to->role == SECTION_CODE && to->state == PIECE_NEW)
			try(closing_take_function(closing, to));
		else if (to->role != SECTION_CODE &&
			 (to->state == PIECE_NEW || piece_is_copied(to) ||
				 (to->role == SECTION_DATA &&
					 to->state == PIECE_CHANGED)))
			try(closing_take(closing, to));
	}
	return NULL;
}

/* A place within code, rather than a function: a table of labels or of a switch goes with
 * the code that it belongs to. */
static bool piece_points_into_code(const struct piece_set *set, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct piece_target target = {0};
		struct error *unclear =
			piece_resolve_reloc(set, piece, &piece->relocs[i], &target);
		bool is_inside =
			unclear || (target.piece && target.piece->role == SECTION_CODE &&
					   target.offset);
		error_free(unclear);
		if (is_inside)
			return true;
	}
	return false;
}

/* A constant that keeps its name, size and alignment can be changed where it is. */
static bool piece_is_replaceable(const struct piece_set *set, const struct piece *piece)
{
	const struct piece *twin = piece->twin;
	bool is_constant = !piece_is_writable(piece) ||
			   strcmp(piece->section->name, ".data..ro_after_init") == 0;
	return is_constant && piece->role == SECTION_DATA &&
	       piece->state == PIECE_CHANGED && piece->symbol && piece->identity[0] &&
	       piece->section->data && twin->size == piece->size &&
	       twin->section->alignment == piece->section->alignment &&
	       !piece_points_into_code(set, piece);
}

/*
 * A change of constant data reaches the functions that read it, if only functions do;
 * a change of live data is nothing that replacing code can do.
 */
static struct error *closing_check_changed_data(
	struct closing *closing, const struct piece *data)
{
	const char *object = closing->post->object->path;
	if (piece_is_writable(data))
		return error_hint(error_refused("changed-data",
					  "%s: %s: the patch changes its initial value, "
					  "but the running "
					  "kernel's has been in use since boot",
					  object, piece_name(data)),
			"set the new value in a hook that runs when the update is "
			"applied, and "
			"leave the initialiser as it was");
	if (!data->symbol || data->symbol->binding != STB_LOCAL)
		return error_hint(
			error_refused("changed-data",
				"%s: %s: the patch changes a constant that other files "
				"can read",
				object, piece_name(data)),
			"give the changed functions a new constant of their own");
	for (size_t i = 0; i < closing->post->count; i++) {
		struct piece *reader = &closing->post->pieces[i];
		for (size_t k = 0; k < reader->reloc_count; k++) {
			struct piece_target target = {0};
			struct error *unclear = piece_resolve_reloc(
				closing->post, reader, &reader->relocs[k], &target);
			error_free(unclear);
			if (unclear || target.piece != data)
				continue;
			struct piece *code =
				reader->role == SECTION_CODE ? reader : reader->owner;
			if (!code)
				return error_refused("changed-data",
					"%s: %s: the patch changes a constant that %s "
					"points to",
					object, piece_name(data), piece_name(reader));
			if (code->state == PIECE_SAME)
				code->state = PIECE_CHANGED;
		}
	}
	return NULL;
}

static struct error *closing_check_once(
	const struct closing *closing, const struct piece *piece, const char *verb)
{
	return error_hint(error_refused(piece->known->reason, "%s: %s: the patch %s %s",
				  closing->post->object->path, piece_name(piece), verb,
				  piece->known->what),
		"that takes effect at boot or at load only, so leave it out of the "
		"patch");
}

static struct error *closing_check_all(struct closing *closing)
{
	for (size_t i = 0; i < closing->post->count; i++) {
		struct piece *piece = &closing->post->pieces[i];
		if (piece->state == PIECE_SAME)
			continue;
		if (piece->role == SECTION_ONCE)
			return closing_check_once(closing, piece,
				piece->state == PIECE_NEW ? "adds" : "changes");
		if (piece_is_replaceable(closing->post, piece)) {
			piece->in_place = true;
			try(closing_take(closing, piece));
		} else if (piece->role == SECTION_DATA && piece->state == PIECE_CHANGED) {
			try(closing_check_changed_data(closing, piece));
		}
	}
	for (size_t i = 0; i < closing->pre->count; i++) {
		const struct piece *piece = &closing->pre->pieces[i];
		if (piece->role == SECTION_ONCE && !piece->twin)
			return closing_check_once(closing, piece, "removes");
	}
	return NULL;
}

static struct error *closing_run(struct closing *closing)
{
	try(closing_check_all(closing));
	bool has_change = closing->waiting_count; /* constants in place */
	for (size_t i = 0; i < closing->post->count; i++) {
		struct piece *piece = &closing->post->pieces[i];
		if (piece->role == SECTION_CODE && piece->state == PIECE_CHANGED) {
			has_change = true;
			try(closing_take_function(closing, piece));
		}
	}
	while (closing->waiting_count)
		try(closing_follow(closing, closing->waiting[--closing->waiting_count]));
	if (!has_change)
		return error_no_change("%s: the patch changes no function in it",
			closing->post->object->path);
	return NULL;
}

struct error *closure_select(struct piece_set *pre, struct piece_set *post)
{
	struct closing closing = {.pre = pre, .post = post};
	closing.waiting = memory_allocate((post->count + 1) * sizeof(*closing.waiting));
	struct error *error = closing_run(&closing);
	free(closing.waiting);
	return error;
}

bool closure_is_outward(const struct piece *piece, const struct piece_target *target)
{
	const struct piece *to = target->piece;
	if (!to)
		return true;
	if (!to->travels || to->in_place)
		return true;
	/* Only another function's, or a variable's, use of its address counts: tables
	 * are about this very copy, and a function knows its own places. */
	bool takes_address = piece->role == SECTION_CODE || piece->role == SECTION_DATA;
	return to->role == SECTION_CODE && to->twin && takes_address &&
	       !target->is_branch && target->offset == 0;
}

/* Does the target's address outlive the update, stored where no undo finds it? From a
 * constant in place, which anybody may have read, everything new does. */
static bool target_escapes(const struct piece *piece, const struct piece_target *target)
{
	if (!target->piece)
		return false;
	if (piece->in_place)
		return !closure_is_outward(piece, target);
	return target->piece->role == SECTION_CODE && !target->piece->twin &&
	       !target->is_branch && !target->offset;
}

const struct piece *closure_find_escape(const struct piece_set *post)
{
	for (size_t i = 0; i < post->count; i++) {
		const struct piece *piece = &post->pieces[i];
		if (!piece->travels || piece->role == SECTION_TABLE)
			continue;
		for (size_t k = 0; k < piece->reloc_count; k++) {
			struct piece_target target = {0};
			struct error *unclear = piece_resolve_reloc(
				post, piece, &piece->relocs[k], &target);
			error_free(unclear);
			if (!unclear && target_escapes(piece, &target))
				return target.piece->symbol ? target.piece : piece;
		}
	}
	return NULL;
}

bool closure_is_replacement(const struct piece *piece)
{
	return piece->travels && piece->role == SECTION_CODE && piece->twin &&
	       !piece->owner;
}
