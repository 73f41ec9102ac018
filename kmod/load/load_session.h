/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load_session.h - one open /dev/ksplice: what it published, which module took it, and
 * why its last step failed
 *
 *              publish            bind              has_bound            end
 *     (empty) ────────▶ published ────▶ bound to a module ────▶ its init ────▶ (empty)
 *      write(2)            MODULE_STATE_COMING            ksplice_update_load
 *
 * A session belongs to the process that opened the file. One session at a time has
 * something published. From then on the list is frozen: it can be withdrawn, and not be
 * exchanged.
 *
 * Why a module that is bound has no symbol that its own list does not say:
 *
 *  - Until MODULE_STATE_COMING the loader has run nothing of the module. It has resolved
 *    the module's symbols, and written to the module's memory only.
 *  - The loader makes a module our user in the same turn of module_mutex in which it
 *    takes a symbol from us. The module stays our user until its load has failed, and
 *    then all that it took is gone.
 *  - A publication begins only while no module that is being loaded is our user. So all
 *    that a module has taken from us comes from one publication; and if one is in force
 *    at MODULE_STATE_COMING, it is that one.
 *  - The notifier (module_binding.h) compares the list of that publication with the
 *    module's own, byte for byte. It has the highest priority, so it runs before jump
 *    labels, static calls and tracepoints follow pointers in the module, and before the
 *    module's constructors, parameters and init. ftrace and livepatch look at a module
 *    earlier; they write to its text only.
 *  - What the publication says a symbol is, the symbol's name says too (symbol_name.h),
 *    and the name is in the module.
 */
#ifndef KSPLICE_KMOD_LOAD_SESSION_H
#define KSPLICE_KMOD_LOAD_SESSION_H

#include <linux/types.h>

struct ksplice_update;
struct load_session;
struct module;
struct problem_log;

/* For the current process. NULL: out of memory. One reference, for load_session_put. */
struct load_session *load_session_create(void);

/* The session that has something published, if the current process opened it: a reference
 * more. Else NULL. */
struct load_session *load_session_find_own(void);

void load_session_put(struct load_session *session); /* NULL is fine */

/* True for the process that opened it, and its threads. */
bool load_session_is_own(const struct load_session *session);

/* Where the reasons of the process's steps go. */
struct problem_log *load_session_log(struct load_session *session);

/*
 * Checks the list (size bytes in kernel memory) and publishes it. The session takes list
 * over and frees it by kvfree, also on failure. 0; -EBUSY: something is published
 * already, by this session or another, or a module is still being loaded with an earlier
 * list; else an errno. The reason is added to the problems.
 */
int load_session_publish(struct load_session *session, void *list, size_t size);

/* Ends the session's publication, if there is one. A module that it bound loses that. */
void load_session_withdraw(struct load_session *session);

/*
 * Gives the publication to a module that is being loaded, whose own header and list
 * these are, if the current process published that list. An errno, with the reason as a
 * problem, if not.
 */
int load_session_bind(const struct module *module, const struct ksplice_update *header);

/* True if the publication in force was given to that module, with that header. */
bool load_session_has_bound(
	const struct module *module, const struct ksplice_update *header);

/* The load of a module has ended, well or not: so has the publication that it was given.
 */
void load_session_end(const struct module *module);

#endif
