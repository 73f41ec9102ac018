/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_life.h - how an update begins and ends
 *
 * It begins with the load of its first part; or, if none of its targets is loaded, when
 * ksplice-apply announces it, since a part cannot be loaded before its target. It ends
 * with the unload of its last part, but not while it is applied: then it waits for its
 * targets without any part, and ends when it has been reversed and is forgotten.
 *
 * Each update holds a reference on the core. So the core is not unloaded while one waits.
 */
#ifndef KSPLICE_KMOD_UPDATE_LIFE_H
#define KSPLICE_KMOD_UPDATE_LIFE_H

#include <linux/types.h>

struct ksplice_target;
struct module;
struct update_image;

/*
 * Takes a module's checked tables: matches what they replace, and shows the update in
 * sysfs. An errno, with the reason as a problem: there is no such update, or part. What
 * the image owns becomes the update's when it succeeds; image is then all zeros.
 */
int update_life_load(struct module *module, struct update_image *image);

/* Ends the part of a module that goes; waits until nobody can be in its code. */
void update_life_unload(struct module *module);

/*
 * An update without a part begins. targets is its table of parts, which is copied. An
 * errno, with the reason as a problem: -EEXIST if there is an update of that id.
 */
int update_life_announce(
	const char *id, const struct ksplice_target *targets, u32 target_count);

/* Ends an update that has no part and is not applied. -ENOENT, or -EBUSY, with the reason
 * as a problem. */
int update_life_forget(const char *id);

/* The core is unloaded by force: ends the updates that are left, which have no part. */
void update_life_exit(void);

#endif
