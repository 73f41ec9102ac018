/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbol_list.h - the list of symbols that an update needs: is it well made and true?
 *
 * The format is in abi/update.h.
 */
#ifndef KSPLICE_KMOD_SYMBOL_LIST_H
#define KSPLICE_KMOD_SYMBOL_LIST_H

#include <linux/types.h>

struct ksplice_symbol;
struct ksplice_symbol_list;
struct ksplice_target;
struct target_table;

/*
 * Checks everything that can be known about the bytes: format, order, strings, that
 * it was made for this kernel, and that kallsyms calls each place by the same name.
 * 0, or an errno with the reason added to the problems.
 *
 * On success fills targets: what the list's targets are in memory. Until the caller
 * releases it (target_table_deinit), their modules cannot go, so the addresses stay true.
 */
int symbol_list_check(const struct ksplice_symbol_list *list, size_t size,
	struct target_table *targets);

/* For a list that passed the check. */
const struct ksplice_target *symbol_list_targets(const struct ksplice_symbol_list *list);
const struct ksplice_symbol *symbol_list_entries(const struct ksplice_symbol_list *list);
const char *symbol_list_strings(const struct ksplice_symbol_list *list);
unsigned long symbol_list_resolve(const struct ksplice_symbol_list *list,
	const struct target_table *targets, const struct ksplice_symbol *symbol);

#endif
