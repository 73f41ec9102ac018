/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * live_update.h - the states of an update
 *
 *     begin ──▶ loaded ──▶ applied ──▶ reversed ──▶ end
 *                  │          ▲            │
 *                  │          └────────────┘
 *                  └───────────────────────────────▶ end
 *
 * update_life.h says how an update begins and ends.
 *
 * loaded and reversed: nothing of the kernel is changed. applied: each replaced function
 * begins with a jump to its new code, each constant that is replaced in place has its new
 * content, and its modules cannot be unloaded. That is so for the parts that are loaded;
 * an applied update waits for the targets that are not, and may have no part at all.
 *
 * A part that is loaded while the update is applied waits until it is applied again, or
 * by itself.
 */
#ifndef KSPLICE_KMOD_LIVE_UPDATE_H
#define KSPLICE_KMOD_LIVE_UPDATE_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "abi/update.h"
#include "kmod/change/conflict_report.h"
#include "kmod/change/machine_stop.h"

struct ksplice_target;
struct module;
struct update_order;
struct update_part;

enum live_update_state {
	LIVE_UPDATE_LOADED,
	LIVE_UPDATE_APPLIED,
	LIVE_UPDATE_REVERSED,
};

struct live_update {
	struct list_head node;      /* of live_updates */
	struct kobject kobject;     /* /sys/kernel/ksplice/<id> */
	struct completion released; /* nobody holds kobject any more */
	char id[KSPLICE_ID_SIZE];

	/* Its table of parts, which all its parts have as well; it owns this copy. */
	struct ksplice_target *targets;
	u32 target_count;

	/* protected by the update lock */
	struct list_head parts; /* struct update_part; those that are loaded */
	enum live_update_state state;
	time64_t changed_at;               /* when the state became so */
	unsigned int attempts;             /* to apply or reverse */
	struct machine_stop_times times;   /* of the last one */
	struct conflict_report conflicts;  /* who was in its way */
	char replaced_by[KSPLICE_ID_SIZE]; /* by which it was reversed; "": by none */
	bool is_shown;                     /* in sysfs */
	bool is_marked;                    /* for whoever walks the updates */
	bool is_ended;                     /* it is in no list any more */
};

/* All of them, in the order of loading. Protected by the update lock. */
extern struct list_head live_updates;

#define live_update_foreach(update) list_for_each_entry (update, &live_updates, node)
#define live_update_foreach_reverse(update)                                              \
	list_for_each_entry_reverse (update, &live_updates, node)
#define live_update_foreach_part(part, update)                                           \
	list_for_each_entry (part, &(update)->parts, node)

/* The update of that id; NULL if there is none. The caller holds the update lock, here
 * and for the next two. */
struct live_update *live_update_find(const char *id);

/* The part that is the kernel module of that name; NULL if there is none. */
struct update_part *live_update_find_part(const char *module_name);

/* True if one of its parts says that it cannot be reversed. */
bool live_update_is_irreversible(const struct live_update *update);

/*
 * One attempt to do what the order says. 0; -EALREADY if it is so already; -EAGAIN if a
 * thread is in the way, or a module still being loaded, or a hook says so: nothing has
 * changed and trying again later is harmless; another errno, with the reason as a
 * problem: nothing has changed. The caller is in a step (problem.h). Takes the update
 * lock.
 */
int live_update_change(struct live_update *update, const struct update_order *order);

/* The same for the update of that id. -ENOENT, with a problem, if none is loaded. */
int live_update_change_id(const char *id, const struct update_order *order);

/*
 * Applies one part of an update that is applied: its target has been loaded later. The
 * name is the part's module. Like live_update_change; -EINVAL, with a problem, if the
 * update is not applied.
 */
int live_update_apply_part(const char *module_name);

/*
 * A module is unloaded: what updates have replaced in it is forgotten, and nothing is
 * written. Those parts are never applied again, and can be unloaded. The updates remain
 * what they are, applied or not. For a notifier, while the module's memory is still
 * there.
 */
void live_update_forget_target(const struct module *target);

#endif
