/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control_device.h - /dev/ksplice, where ksplice-apply prepares a load and asks for
 * changes
 *
 * What its calls mean is in abi/control.h. Each open file is a load_session.
 */
#ifndef KSPLICE_KMOD_CONTROL_DEVICE_H
#define KSPLICE_KMOD_CONTROL_DEVICE_H

int control_device_init(void);
void control_device_exit(void);

#endif
