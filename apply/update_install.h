/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_install.h - applies an unpacked update to the running kernel
 *
 *     build-ids ─▶ core ─▶ load the parts ─▶ one change of all of them ─▶ record
 *
 * Before the change, and if it fails, the kernel's code is untouched. If it fails, the
 * loaded parts are unloaded.
 */
#ifndef KSPLICE_APPLY_UPDATE_INSTALL_H
#define KSPLICE_APPLY_UPDATE_INSTALL_H

#include <stdbool.h>
#include <stdint.h>

struct change_report;
struct error;
struct update_archive;

struct install_request {
	const char *core_path;   /* see kernel_module.h; may be NULL */
	double deadline;         /* seconds */
	uint32_t options;        /* KSPLICE_CONTROL_... */
	const char *on_mismatch; /* what the core does with modules that come later and do
				  * not fit: "refuse", "leave"; NULL: as it is */
	bool check;              /* everything but the change */
	bool signal;             /* wake who sleeps in the way */
};

/*
 * Applies the update, or only checks that it could be. Parts whose target is not loaded
 * are left out, and with KSPLICE_CONTROL_PARTIAL those that do not fit, too; the report
 * names them. "No change" if it is applied already. On any error, and on a signal, what
 * was loaded here is unloaded.
 */
struct error *update_install(const struct update_archive *archive,
	const struct install_request *request, struct change_report *report);

/*
 * Loads the part for a module that is being loaded just now, of an update that is
 * applied: from its record (update_record.h). The core calls for it, and applies it.
 */
struct error *update_install_part(const char *id, const char *target);

/* Is the update for the kernel that runs? If not, an error of reason "other-kernel". */
struct error *update_install_check_kernel(const struct update_archive *archive);

#endif
