/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksplice.h - functions and macros for patches: hooks and shadow variables
 *
 * ksplice-create defines KSPLICE and finds this file when it compiles a patch. A normal
 * kernel build does neither, so use it like this:
 *
 *     #ifdef KSPLICE
 *     #include <ksplice.h>
 *
 *     static void set_limit(void)
 *     {
 *             limit = 20;
 *     }
 *
 *     static void put_limit_back(void)
 *     {
 *             limit = 10;
 *     }
 *
 *     ksplice_apply(set_limit);
 *     ksplice_reverse(put_limit_back);
 *     #endif
 *
 * docs/patch-author-guide.md has two examples, step by step.
 */
#ifndef KSPLICE_AUTHOR_H
#define KSPLICE_AUTHOR_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Hooks: functions of the patch that are called when the update is applied and undone.
 *
 *                   is called                                        may
 *
 *     pre_apply     before anything has changed                      sleep, refuse
 *     check_apply   in the stop, before the new code is in place     refuse
 *     apply         in the stop, after the new code is in place
 *     post_apply    after the stop                                   sleep
 *     fail_apply    instead of apply and post_apply, if the          sleep
 *                   update was not applied
 *
 * pre_reverse, check_reverse, reverse, post_reverse and fail_reverse are called at the
 * same moments of an undo.
 *
 * The stop: one CPU runs the hook with interrupts off, and all others wait for it. No
 * thread is inside replaced code, but threads may be stopped anywhere else, with any
 * locks held. A hook in the stop must not sleep, allocate or free memory, print, or
 * take a lock. The whole machine is stopped while it runs, so keep it short.
 *
 * Outside of the stop, a hook may do anything that a system call may do, except use the
 * files of Ksplice: the core holds a lock so that nothing else is applied or undone. A
 * module that an applied update is about cannot be loaded meanwhile either: its part of
 * the update waits for the hook, and gives up after ten seconds.
 *
 * pre and check hooks return 0 or a negative error code. With an error code, the update
 * is not applied or not undone; -EAGAIN asks for another attempt later. While threads
 * are in the way, there are several attempts: each begins with pre_apply and ends with
 * post_apply or fail_apply. So fail_apply must revert what pre_apply did, even if
 * pre_apply refused after doing a part of it. "ksplice-apply --check" is an attempt
 * that ends with fail_apply.
 *
 * Hooks of one moment are called in the order of the files, and of the lines in a file.
 *
 * An update with a pre_apply, apply or post_apply hook can be undone only if it has a
 * pre_reverse, reverse or post_reverse hook.
 */
typedef int ksplice_check_hook(void);
typedef void ksplice_hook(void);

#define ksplice_pre_apply(function) KSPLICE_HOOK(check_hook, pre_apply, function)
#define ksplice_check_apply(function) KSPLICE_HOOK(check_hook, check_apply, function)
#define ksplice_apply(function) KSPLICE_HOOK(hook, apply, function)
#define ksplice_post_apply(function) KSPLICE_HOOK(hook, post_apply, function)
#define ksplice_fail_apply(function) KSPLICE_HOOK(hook, fail_apply, function)
#define ksplice_pre_reverse(function) KSPLICE_HOOK(check_hook, pre_reverse, function)
#define ksplice_check_reverse(function) KSPLICE_HOOK(check_hook, check_reverse, function)
#define ksplice_reverse(function) KSPLICE_HOOK(hook, reverse, function)
#define ksplice_post_reverse(function) KSPLICE_HOOK(hook, post_reverse, function)
#define ksplice_fail_reverse(function) KSPLICE_HOOK(hook, fail_reverse, function)

/* The function is a new one of the file. ksplice-create finds hooks by these sections
 * (abi/update.h); none of this is in the update. */
#define KSPLICE_HOOK(type, moment, function)                                             \
	static ksplice_##type *const ksplice_hook_##moment##_##function __used           \
		__section(".ksplice.hook." #moment) = (function)

/*
 * Shadow variables: memory that belongs to an object of the kernel, and is found by the
 * object's address and a number. They hold what a patch would add to the object's struct,
 * which cannot grow in a kernel that runs.
 *
 * All functions except free_all may be called with any lock held, and in any context
 * except NMIs; in the stop, only get. As with other memory, the caller that frees a
 * shadow variable must make sure that nobody uses it any more. Looking up one while it
 * is freed is safe.
 */

/*
 * Prepares a new shadow variable, which is filled with 0, before anybody can find it.
 * data is the argument of alloc. It is called with interrupts off and a spinlock held,
 * so it must not sleep, and must not call alloc, get_or_alloc or free. Returns 0, or a
 * negative error code to make no shadow variable.
 */
typedef int ksplice_shadow_constructor(void *object, void *shadow, void *data);

/* Called when nobody can find the shadow variable any more, before its memory is freed,
 * in the context of the caller that frees it, without any lock of Ksplice. */
typedef void ksplice_shadow_destructor(void *object, void *shadow);

/*
 * A kind of shadow variables. Updates share shadow variables by id: an update that
 * declares the id of an earlier one finds its variables, which must have the same size.
 * So choose a random id.
 */
struct ksplice_shadow_type {
	unsigned long id;
	size_t size;
	ksplice_shadow_constructor *constructor; /* or NULL */
	ksplice_shadow_destructor *destructor;   /* or NULL */
};

/* Declares name, a kind of shadow variables of the given C type. (The section tells
 * ksplice-create that the addresses of these functions are not kept.) */
#define DEFINE_KSPLICE_SHADOW(                                                           \
	name, number, c_type, constructor_function, destructor_function)                 \
	static const struct ksplice_shadow_type name __section(                          \
		".ksplice.shadow." #name) = {                                            \
		.id = (number),                                                          \
		.size = sizeof(c_type),                                                  \
		.constructor = (constructor_function),                                   \
		.destructor = (destructor_function),                                     \
	}

/* The object's shadow variable, or NULL if it has none. */
void *ksplice_shadow_get(const void *object, const struct ksplice_shadow_type *type);

/* Makes a shadow variable, aligned to 8 bytes. Returns NULL if the object has one
 * already, if there is no memory, or if the constructor fails. flags are kmalloc's. */
void *ksplice_shadow_alloc(
	void *object, const struct ksplice_shadow_type *type, gfp_t flags, void *data);

/* The same, but returns the one that the object has. */
void *ksplice_shadow_get_or_alloc(
	void *object, const struct ksplice_shadow_type *type, gfp_t flags, void *data);

/* Frees the object's shadow variable, if it has one. */
void ksplice_shadow_free(void *object, const struct ksplice_shadow_type *type);

/* Frees the shadow variables of that type of all objects. Call it in a post_reverse hook:
 * after an undo, nothing frees them with their objects, and another object may get the
 * same address. */
void ksplice_shadow_free_all(const struct ksplice_shadow_type *type);

#endif
