/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control_device.h - /dev/ksplice, where ksplice-apply prepares a load
 *
 * open   one at a time, and only who may load modules
 * write  the bytes of an update's section .ksplice.symbols, in one write: checked and
 *        published for the next load of an update
 * read   why the last step failed (see problem.h)
 * close  withdraws what is still published, so a killed ksplice-apply leaves nothing
 */
#ifndef KSPLICE_KMOD_CONTROL_DEVICE_H
#define KSPLICE_KMOD_CONTROL_DEVICE_H

int control_device_init(void);
void control_device_exit(void);

#endif
