/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_device.h - /dev/ksplice, user space's side
 *
 * While it is open nobody else can open it; when it is closed, the core forgets what was
 * prepared.
 */
#ifndef KSPLICE_APPLY_CORE_DEVICE_H
#define KSPLICE_APPLY_CORE_DEVICE_H

struct error;
struct text;

/* Waits a little while somebody else has it open. The caller closes *device. */
struct error *core_device_open(int *device);

/* Hands over a symbol list. A refusal quotes the core's reason. */
struct error *core_device_prepare(int device, const struct text *symbols);

/* Why the core's last step failed: lines joined with "; ". "" if it does not say.
 * The caller frees it. */
char *core_device_read_reason(int device);

#endif
