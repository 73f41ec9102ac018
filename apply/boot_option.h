/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_option.h - ksplice.enable=0 on the kernel's command line
 *
 * It keeps installed updates out of the kernel for this boot. Updates that somebody
 * applies by hand are not affected.
 */
#ifndef KSPLICE_APPLY_BOOT_OPTION_H
#define KSPLICE_APPLY_BOOT_OPTION_H

#include <stdbool.h>

struct error;

/* True if the text of /proc/cmdline turns it off. The last of several counts, and what
 * follows "--" is for init. */
bool boot_option_is_off(const char *command_line);

/* The same of the running kernel's. */
struct error *boot_option_read(bool *is_off);

#endif
