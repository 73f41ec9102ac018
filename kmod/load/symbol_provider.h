/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbol_provider.h - lets the module loader find what the kernel does not export
 *
 * For the time of one load, the core's own table of exports (struct module's syms)
 * holds what the update refers to. The kernel's loader then does the rest as
 * for any module: relocations, alternatives, static calls and all.
 */
#ifndef KSPLICE_KMOD_SYMBOL_PROVIDER_H
#define KSPLICE_KMOD_SYMBOL_PROVIDER_H

#include <linux/types.h>

struct ksplice_symbol_list;
struct target_table;

/* Publishes a list that passed symbol_list_check, in place of an earlier one. It is
 * copied. On success the targets become the publication's, which holds them. */
int symbol_provider_publish(const struct ksplice_symbol_list *list, size_t size,
	const struct target_table *targets);

/* True if these bytes are what is published. */
bool symbol_provider_has(const void *list, size_t size);

/* Ends the publication. Nothing published is fine. May sleep. */
void symbol_provider_withdraw(void);

#endif
