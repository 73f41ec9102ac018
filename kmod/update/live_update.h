/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live_update.h - the life of an update
 *
 *     insmod ──▶ loaded ──▶ applied ──▶ reversed ──▶ rmmod
 *                   │          ▲            │
 *                   │          └────────────┘
 *                   └────────────────────────────▶ rmmod
 *
 * loaded and reversed: not a byte of the kernel is changed. applied: each replaced
 * function begins with a jump to its new code, each constant that is replaced in place
 * has its new content, and the module cannot be unloaded.
 */
#ifndef KSPLICE_KMOD_LIVE_UPDATE_H
#define KSPLICE_KMOD_LIVE_UPDATE_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/types.h>

#include "kmod/change/machine_stop.h"
#include "kmod/change/stack_check.h"
#include "kmod/match/update_image.h"

struct module;
struct probe_guard;
struct replacement;

enum live_update_state {
	LIVE_UPDATE_LOADED,
	LIVE_UPDATE_APPLIED,
	LIVE_UPDATE_REVERSED,
};

struct update_text {
	char *text;
	size_t size;
};

struct live_update {
	struct list_head node;      /* of the list of all updates */
	struct kobject kobject;     /* /sys/kernel/ksplice/<id> */
	struct completion released; /* nobody holds kobject any more */
	struct module *module;
	struct update_image image;
	struct replacement *replacements; /* one for each hunk that is written */
	size_t replacement_count;
	struct stack_range *ranges; /* of the old code: where nobody may be at apply */
	size_t range_count;
	struct stack_range new_code; /* where nobody may be at reversal: all its code */
	/* the texts of the files of these names; they do not change */
	struct update_text functions;
	struct update_text constants;

	/* protected by the update lock */
	enum live_update_state state;
	struct probe_guard **guards; /* of what it replaces; none if not applied */
	size_t guard_count;
	bool was_applied;                /* ever */
	unsigned int attempts;           /* to apply or reverse */
	struct machine_stop_times times; /* of the last one */
	char *conflicts; /* who was in its way, a page of text; "" if nobody */
};

/*
 * One attempt to apply, or to reverse. 0; -EALREADY if it is so already; -EAGAIN if a
 * thread is in the way: nothing has changed and trying again later is harmless; another
 * errno, with the reason as a problem: nothing has changed. The caller is in a step
 * (problem.h), and holds no lock that printing might take.
 */
int live_update_apply(struct live_update *update);
int live_update_reverse(struct live_update *update);

/* The same for the update of that id. -ENOENT, with a problem, if none is loaded. */
int live_update_change(const char *id, bool is_reversal);

/*
 * Takes a module's checked tables: matches what they replace, and shows the update in
 * sysfs. An errno, with the reason as a problem: there is no such update. What the image
 * owns becomes the update's when it succeeds.
 */
int live_update_load(struct module *module, const struct update_image *image);

/* Ends the update of a module that goes; waits until nobody can be in its code. */
void live_update_unload(struct module *module);

#endif
