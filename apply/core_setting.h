/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_setting.h - what the core does with modules that are loaded after an update
 *
 * The files are /sys/kernel/ksplice/helper and on_mismatch (docs/ABI-sysfs.md).
 */
#ifndef KSPLICE_APPLY_CORE_SETTING_H
#define KSPLICE_APPLY_CORE_SETTING_H

struct error;

/* The core is to call the running program, as PROGRAM --part ID TARGET, when a module is
 * loaded for which an applied update has a part. */
struct error *core_setting_put_helper(void);

/* "refuse" or "leave": what becomes of such a module if the part does not fit it. */
struct error *core_setting_put_on_mismatch(const char *what);

/* Which of the two it is now; the caller frees it. */
struct error *core_setting_read_on_mismatch(char **what);

#endif
