/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_entry.h - the functions of the core that each update's module calls
 *
 * They are published with the symbols that the update needs; see abi/update.h.
 */
#ifndef KSPLICE_KMOD_UPDATE_ENTRY_H
#define KSPLICE_KMOD_UPDATE_ENTRY_H

struct ksplice_update;
struct module;

/*
 * Called by the init of an update module: checks everything about it, matches what it
 * replaces, and shows it in sysfs. An errno: the module's load fails.
 */
int ksplice_update_load(struct module *module, const struct ksplice_update *header);

/* Called by its exit. */
void ksplice_update_unload(struct module *module, const struct ksplice_update *header);

#endif
