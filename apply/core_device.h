/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_device.h - /dev/ksplice, user space's side of abi/control.h
 *
 * Each open device is separate: it returns the reasons of its own steps, and the list
 * that it publishes is for the next load by this process. The core drops the list when
 * the load is over, and when the device is closed.
 */
#ifndef KSPLICE_APPLY_CORE_DEVICE_H
#define KSPLICE_APPLY_CORE_DEVICE_H

#include <stdint.h>

#include "abi/control.h"

struct error;
struct text;

/* The caller closes *device. */
struct error *core_device_open(int *device);

/*
 * Keeps other programs from applying or undoing the update of that id until the caller
 * closes *lock. If one does so just now, an error of the kind "busy".
 */
struct error *core_device_lock(const char *id, int *lock);

/*
 * Publishes a symbol list (the section's bytes) for the next load of a module by this
 * process. Waits a little while another process is loading an update. A refusal
 * ("symbols") quotes the core's reason.
 */
struct error *core_device_publish(int device, const struct text *symbols);

/*
 * One attempt to change the state of a loaded update: verb is a KSPLICE_CONTROL_APPLY,
 * _REVERSE, _CHECK_APPLY or _CHECK_REVERSE, options are the bits
 * KSPLICE_CONTROL_FULL_SCAN, _REPLACE, _PARTIAL. Gives 0 or the errno, whose meanings
 * abi/control.h lists: EAGAIN, a thread is in the way; EALREADY, nothing to do; for the
 * others core_device_read_reason says more.
 */
int core_device_change(int device, const char *id, uint32_t verb, uint32_t options);

/*
 * Makes an update known to the core of which no module can be loaded, because none of its
 * targets is, so that it can be applied and waits for them. parts is the section
 * KSPLICE_SECTION_PARTS of any of its modules. A refusal ("announce") quotes the core's
 * reason.
 */
struct error *core_device_announce(const char *id, const struct text *parts);

/* Ends an update that has no module loaded and is not applied. If there is none of that
 * id, nothing is done. */
struct error *core_device_forget(const char *id);

/* Why the last step failed that was made with this device, a load that it prepared
 * included: lines joined with "; ". "" if it did not fail. The caller frees it. */
char *core_device_read_reason(int device);

#endif
