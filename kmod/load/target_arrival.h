/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target_arrival.h - a module that updates are about is loaded, or unloaded
 *
 * A module that comes after an update is patched before its own init runs. Its part of
 * the update is a kernel module too, and is loaded first. That cannot be done from the
 * notifier that says the module is coming: the notifier's chain is locked, and a load
 * within it would wait for whoever waits to register a notifier. So the notifier only
 * puts our function in front of the module's init, which the loader calls with no lock
 * held, like any init that asks for other modules:
 *
 *     COMING ─▶ our function instead of init
 *        └─▶ for each applied update that has a part for the module:
 *              /sys/kernel/ksplice/helper --part ID MODULE  loads the part like modprobe
 *              the core matches and applies it              while nobody runs the module
 *        └─▶ its own init
 *
 * User space finds the file and loads it, because the kernel has no other way to load a
 * module: so its signature is checked like any other's, and the core takes from it what
 * it takes from any part. The helper is a program that ksplice-apply names; root alone
 * can, as with /proc/sys/kernel/modprobe.
 *
 * If that fails, /sys/kernel/ksplice/on_mismatch says what then: "refuse" (the load of
 * the module fails) or "leave" (it runs without the update, and the log says so).
 *
 * A module that goes takes with it what was replaced in it, see
 * live_update_forget_target.
 */
#ifndef KSPLICE_KMOD_TARGET_ARRIVAL_H
#define KSPLICE_KMOD_TARGET_ARRIVAL_H

int target_arrival_init(void);
/* When no update is loaded any more. Waits for those who are in our function. */
void target_arrival_exit(void);

#endif
