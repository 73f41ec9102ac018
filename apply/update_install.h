/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_install.h - from an unpacked update to a kernel that runs it, and back
 */
#ifndef KSPLICE_APPLY_UPDATE_INSTALL_H
#define KSPLICE_APPLY_UPDATE_INSTALL_H

struct error;
struct json_t;
struct update_archive;

/*
 * Checks that the update is for the running kernel, loads the core if need be (see
 * kernel_module.h for core_path) and the update, and applies it. On any error, and on a
 * signal, all that was loaded is unloaded. *conflicts as in state_change.h.
 */
struct error *update_install(const struct update_archive *archive, const char *core_path,
	double deadline, struct json_t **conflicts);

/*
 * Makes all checks that can be made before an update is applied: it is loaded, which
 * proves the old code in memory, and unloaded again. Nothing is changed.
 */
struct error *update_install_prove(
	const struct update_archive *archive, const char *core_path);

/* Reverses the update if it is applied, and unloads it. */
struct error *update_uninstall(
	const char *id, double deadline, struct json_t **conflicts);

#endif
