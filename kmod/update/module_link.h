/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_link.h - one module uses another: the other cannot be unloaded, even by force
 *
 * rmmod -f (CONFIG_MODULE_FORCE_UNLOAD) ignores a module's reference count, runs its
 * exit, and frees it whatever that does; a jump into freed memory would be left behind.
 * It does respect the list of the modules that use it, which the loader makes from the
 * symbols of each module: then delete_module(2) ends with EWOULDBLOCK before anything has
 * happened. So the same entries are made here: an applied update is used by ksplice.ko,
 * and an update is used by those that build on it. lsmod shows them as "Used by".
 */
#ifndef KSPLICE_KMOD_MODULE_LINK_H
#define KSPLICE_KMOD_MODULE_LINK_H

struct module;

/*
 * user uses the other one from now on, and holds a reference on it; once more is one more
 * link. -ENODEV if used is still being loaded or already on its way out; or -ENOMEM. The
 * kernel takes the link away when user is unloaded; module_link_remove does before.
 * Both may sleep.
 */
int module_link_add(struct module *user, struct module *used);
void module_link_remove(struct module *user, struct module *used);

#endif
