/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook_table.h - the hooks of an update: functions that its author wants to be called
 *
 * What an author may rely on is in kmod/author/ksplice.h. Who applies and reverses
 * updates decides when hooks are called.
 */
#ifndef KSPLICE_KMOD_HOOK_TABLE_H
#define KSPLICE_KMOD_HOOK_TABLE_H

#include "abi/update.h"

struct module;

/* Says by problem_add what is wrong with the table, and gives an errno; 0 if nothing is,
 * or there are no hooks. */
int hook_table_check(const struct module *module, const struct ksplice_update *update);

/* "pre_apply" and so on, of a kind in a table that passed the check. */
const char *hook_table_name(u32 kind);

/*
 * Calls the hooks of that kind, in the order of the table. One of the kinds that may
 * refuse ends that with a negative errno, which is returned; the hook is stored in
 * refused, where that is not NULL. Does nothing else: it may be called while the machine
 * is stopped.
 */
int hook_table_run(const struct ksplice_update *update, enum ksplice_hook_kind kind,
	const struct ksplice_hook **refused);

/* Says by problem_add that the hook refused, and with which errno. Not while the machine
 * is stopped. */
void hook_table_report(const struct ksplice_update *update,
	const struct ksplice_hook *refused, int result);

#endif
