/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_module.h - loads and unloads modules, and finds the core
 */
#ifndef KSPLICE_APPLY_KERNEL_MODULE_H
#define KSPLICE_APPLY_KERNEL_MODULE_H

#include <stdbool.h>

struct error;

/* A path to ksplice.ko in the environment. */
#define KSPLICE_ENV_MODULE "KSPLICE_MODULE"

/*
 * Loads a module from a file. number is the errno of finit_module, 0 if it loaded; an
 * error only where the file cannot be read.
 */
struct error *kernel_module_load(const char *path, int *number);

/* Unloads by name; the errno of delete_module, or 0. */
int kernel_module_unload(const char *name);

/* True if a module of that name is loaded; what is built into the kernel is not. */
bool kernel_module_is_loaded(const char *name);

/* The build-id of a loaded module, in hexadecimal; the caller frees it. */
struct error *kernel_module_read_build(const char *name, char **build_id);

/* The loaded modules whose names are prefix, or begin with it and "_"; the newest first,
 * NULL-terminated. Free each and the array. */
struct error *kernel_module_list(const char *prefix, char ***names);

bool kernel_module_has_core(void);

/*
 * Makes sure that the core is loaded: from path, if not NULL; else from the file that
 * KSPLICE_MODULE names; else by modprobe; else from where it is installed with the tools.
 * *loaded tells whether this call did it.
 */
struct error *kernel_module_need_core(const char *path, bool *loaded);

/* Unloads the core; that it is in use is fine. */
void kernel_module_drop_core(void);

#endif
