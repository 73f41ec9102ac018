/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_binding.h - which module may have taken symbols from the core
 *
 * A notifier of modules, the first of all, refuses each module that took symbols from a
 * publication, or is named like an update, and is not the update that the publication is
 * for, under a licence that is compatible with the GPL. Nothing of a module has run by
 * then; load_session.h says why that is enough.
 */
#ifndef KSPLICE_KMOD_MODULE_BINDING_H
#define KSPLICE_KMOD_MODULE_BINDING_H

/* Once symbol lists can be published this must be in force. */
int module_binding_init(void);
void module_binding_exit(void);

#endif
