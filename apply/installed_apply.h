/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * installed_apply.h - applies the updates that are installed on the disk, each with its
 * guard against crashes (installed_list.h, crash_guard.h)
 */
#ifndef KSPLICE_APPLY_INSTALLED_APPLY_H
#define KSPLICE_APPLY_INSTALLED_APPLY_H

#include <stdbool.h>

struct error;
struct json_t;
struct update_archive;

struct installed_visitor {
	/* Applies one, or only checks it, and appends what was done to done. */
	struct error *(*apply)(
		const struct update_archive *archive, void *data, struct json_t *done);
	/* Is told of each error but the first, which installed_apply_run returns. */
	void (*warn)(const struct error *error);
	void *data;
	const char *id; /* "", or the only one that is wanted */
	bool is_check;  /* nothing is changed, so nothing is guarded */
};

/*
 * Applies those for the running kernel that are not applied yet, in the order in which
 * they were made. One that is blocked, damaged or cannot be applied does not keep the
 * others out. "No change" if there is nothing to do, and if the kernel's command line
 * turns it off. document, also after an error, if there was something to do: result,
 * updates, failed, blocked and skipped (ksplice-apply(8)).
 */
struct error *installed_apply_run(
	const struct installed_visitor *visitor, struct json_t **document);

/* Waits, unless at_once, until those on trial have run for long enough, and ends their
 * trial; also of those that are applied meanwhile. done: their ids. "No change" if there
 * are none. */
struct error *installed_apply_confirm(bool at_once, struct json_t **done);

/* Unblocks an update. "No change" if it is not blocked. */
struct error *installed_apply_unblock(const char *id);

#endif
