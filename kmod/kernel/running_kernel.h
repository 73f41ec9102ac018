/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * running_kernel.h - the kernel image in memory: which it is, and how far it was moved
 */
#ifndef KSPLICE_KMOD_RUNNING_KERNEL_H
#define KSPLICE_KMOD_RUNNING_KERNEL_H

#include <linux/types.h>

/* Finds the build-id. After kernel_private_init, before all others here. */
int running_kernel_init(void);

/* How far KASLR moved the image from where it was linked. */
unsigned long running_kernel_slide(void);

/* True if this is the running kernel's GNU build-id; if not, it is reported as
 * object's problem. */
bool running_kernel_check_build(const char *object, const u8 *build_id, u32 size);

/* The build-id in hexadecimal. */
const char *running_kernel_build(void);

#endif
