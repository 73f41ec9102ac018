/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * running_kernel.h - the kernel image in memory: where it is and which it is
 */
#ifndef KSPLICE_KMOD_RUNNING_KERNEL_H
#define KSPLICE_KMOD_RUNNING_KERNEL_H

#include <linux/types.h>

/* Finds the build-id. After kernel_private_init, before all others here. */
int running_kernel_init(void);

/* The address of an offset from _text. */
unsigned long running_kernel_address(u64 offset);

/* How far KASLR moved the image from where it was linked. */
unsigned long running_kernel_slide(void);

/* True if the bytes are all in the image; the second: in its text; the third: in its
 * data that is read-only since boot. */
bool running_kernel_has_range(u64 offset, u64 size);
bool running_kernel_has_text(u64 offset, u64 size);
bool running_kernel_has_constants(u64 offset, u64 size);

/* True if this is the running kernel's GNU build-id; if not, it is reported as
 * object's problem. */
bool running_kernel_check_build(const char *object, const u8 *build_id, u32 size);

/* The build-id in hexadecimal. */
const char *running_kernel_build(void);

/* True if kallsyms knows that name at that address (and maybe at others). */
bool running_kernel_has_name(const char *name, unsigned long address);

#endif
