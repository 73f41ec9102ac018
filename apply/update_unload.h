/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_unload.h - takes updates out of the kernel, and their modules out of memory
 */
#ifndef KSPLICE_APPLY_UPDATE_UNLOAD_H
#define KSPLICE_APPLY_UPDATE_UNLOAD_H

#include <stdbool.h>
#include <stdint.h>

struct change_report;
struct error;
struct json_t;

struct unload_request {
	double deadline;  /* seconds */
	uint32_t options; /* KSPLICE_CONTROL_... */
	bool check;       /* everything but the change */
	bool signal;      /* wake who sleeps in the way */
};

/* Reverses the update if it is applied, and unloads it. "No change" if it is not there.
 */
struct error *update_unload(const char *id, const struct unload_request *request,
	struct change_report *report);

/*
 * The same for all updates, each before those that it builds on. One that cannot go does
 * not keep the others in; the error is that of the last such one. The ids of those that
 * went are appended to done.
 */
struct error *update_unload_all(const struct unload_request *request,
	struct change_report *report, struct json_t *done);

/* Unloads one module of an update. Waits a little while somebody looks at it. */
struct error *update_unload_module(const char *name);

/* Unloads all modules of the update, which is not applied. */
struct error *update_unload_modules(const char *id);

#endif
