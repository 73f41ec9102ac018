/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbol_provider.h - lets the module loader find what the kernel does not export
 *
 * For the time of one load, the core's own table of exports (struct module's syms)
 * holds what the update refers to. The kernel's loader then does the rest as
 * for any module: relocations, alternatives, static calls and all.
 *
 * Who may publish what is load_session's; calls are made under its lock.
 */
#ifndef KSPLICE_KMOD_SYMBOL_PROVIDER_H
#define KSPLICE_KMOD_SYMBOL_PROVIDER_H

#include <linux/types.h>

struct ksplice_symbol_list;
struct module;
struct target_table;

/*
 * Publishes a list that passed symbol_list_check, which found these targets, while none
 * is published. -EBUSY, with the reason as a problem, while a module is being loaded that
 * has taken symbols of an earlier publication: so all symbols of a module come from one.
 * The list is not kept. May sleep.
 */
int symbol_provider_publish(
	const struct ksplice_symbol_list *list, const struct target_table *targets);

/* Ends the publication. Nothing published is fine. May sleep. */
void symbol_provider_withdraw(void);

/* True if the module has taken a symbol from a publication, of now or earlier. */
bool symbol_provider_has_user(const struct module *module);

/*
 * 0 if the module has taken symbols from no module but this one; else -EPERM, and the
 * problem names the other. What the kernel exports itself does not count.
 */
int symbol_provider_check_only(const struct module *module);

#endif
