// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/update_model.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "differ/piece/referrer.h"
#include "lib/cleanup.h"
#include "lib/error.h"

/*
 * The functions whose first argument is what the new thread runs: include/linux/kthread.h
 * (kthread_create and kthread_run are macros of the first), include/linux/sched/task.h.
 */
static const char *const thread_starters[] = {
	"kthread_create_on_node",
	"kthread_create_on_cpu",
	"__kthread_create_on_node",
	"kernel_thread",
	"user_mode_thread",
	"create_io_thread",
};

static const char *find_starter(const char *name)
{
	for (size_t i = 0; i < sizeof(thread_starters) / sizeof(thread_starters[0]);
		i++) {
		if (strcmp(thread_starters[i], name) == 0)
			return thread_starters[i];
	}
	return NULL;
}

/* The first argument is in a register that no call preserves, so it belongs to the call
 * behind it. */
static const char *find_call_behind(
	const struct piece_set *set, const struct referrer *referrer)
{
	const struct piece *from = referrer->from;
	for (size_t i = 0; i < from->reloc_count; i++) {
		struct piece_target target = {0};
		if (from->relocs[i].offset <= referrer->reloc->offset ||
			&from->relocs[i] == from->idle_reloc)
			continue;
		scope_error struct error *unclear =
			piece_resolve_reloc(set, from, &from->relocs[i], &target);
		if (!unclear && target.is_branch)
			return target.symbol->name;
	}
	return NULL;
}

/* Who gives the function's address to one that starts a thread with it; NULL: nobody. */
static const struct referrer *find_thread_start(const struct piece_set *set,
	const struct referrer_list *referrers, const struct piece *function,
	const char **starter)
{
	size_t count;
	const struct referrer *found = referrer_list_find(referrers, function, &count);
	for (size_t i = 0; i < count; i++) {
		if (found[i].is_branch || found[i].offset ||
			!piece_is_code(found[i].from))
			continue;
		const char *called = find_call_behind(set, &found[i]);
		*starter = called ? find_starter(called) : NULL;
		if (*starter)
			return &found[i];
	}
	return NULL;
}

static void assess_unit_threads(struct update *update, const struct update_unit *unit)
{
	scope_referrer_list struct referrer_list *referrers = NULL;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		const char *starter;
		if (!update_is_replacement(piece))
			continue;
		if (!referrers)
			referrers = referrer_list_create(unit->pre_pieces);
		const struct referrer *start = find_thread_start(
			unit->pre_pieces, referrers, piece->twin, &starter);
		if (start)
			finding_add(&update->findings, FINDING_THREAD_FUNCTION,
				unit->object, update_piece_name(piece),
				"is the main function of a kernel thread (%s gives it to "
				"%s): the update cannot be applied or undone while "
				"such a thread runs",
				update_piece_name(update_find_whole(start->from)),
				starter);
	}
}

void assess_threads(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].has_change)
			assess_unit_threads(update, &update->units[i]);
	}
}
