/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash_guard.h - an installed update that brings the machine down is not applied again
 *
 *     begin ─▶ apply ─▶ a minute passes, or a clean shutdown ─▶ end
 *       │
 *       └─ the machine goes down ─▶ the next boot finds the marker: blocked
 *
 * The marker is /var/lib/ksplice/trial/ID. It is on the disk before the update is
 * applied, and says in which boot that was. So an update is on trial while its marker is
 * of this boot, and blocked if it is of another one. Only the administrator ends that.
 */
#ifndef KSPLICE_APPLY_CRASH_GUARD_H
#define KSPLICE_APPLY_CRASH_GUARD_H

#include <stdbool.h>

struct error;
struct json_t;

/* How long an update is on trial. */
#define CRASH_GUARD_SECONDS 60.0

struct crash_guard {
	char *folder;  /* of the markers; need not exist */
	char *boot;    /* the id of this boot */
	double uptime; /* of the machine, suspended time included, in seconds */
};

enum crash_guard_kind {
	CRASH_GUARD_FREE,
	CRASH_GUARD_TRIAL,
	CRASH_GUARD_BLOCKED,
};

struct crash_guard_verdict {
	enum crash_guard_kind kind;
	char *since; /* when it was applied (RFC 3339); NULL if free or not known */
	double left; /* on trial: for so many seconds; may be negative */
};

/* For the running system. folder is that of the installed updates (installed_list.h). */
struct error *crash_guard_init(struct crash_guard *guard, const char *folder);
void crash_guard_deinit(struct crash_guard *guard);

#define scope_guard __attribute__((cleanup(crash_guard_deinit)))

/* Puts the marker onto the disk. If that fails, the update must not be applied. */
struct error *crash_guard_begin(const struct crash_guard *guard, const char *id);

/* Removes the marker, whatever it says. None is fine. */
struct error *crash_guard_end(const struct crash_guard *guard, const char *id);

/* A marker that cannot be read counts as blocked. */
struct error *crash_guard_read(const struct crash_guard *guard, const char *id,
	struct crash_guard_verdict *verdict);

/* For one that was read, or is all zero. */
void crash_guard_release(struct crash_guard_verdict *verdict);

#define scope_verdict __attribute__((cleanup(crash_guard_release)))

/*
 * Ends the trial of all updates of this boot whose minute is over, or of all of this boot
 * if at_once, and appends their ids to done. left becomes the time in seconds until the
 * next one's is over, 0 if none is left.
 */
struct error *crash_guard_confirm(
	const struct crash_guard *guard, bool at_once, struct json_t *done, double *left);

#endif
