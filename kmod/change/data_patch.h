/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data_patch.h - a constant of the running kernel that is replaced where it is
 *
 * It lies in memory that is read-only since boot. It is written through a second,
 * writable mapping of its pages (memory_window.h), which is there for the time of one
 * attempt only:
 *
 *     init ─▶ check ─▶ (machine stopped) write
 *
 * The update lock keeps other updates away: it is what all of this relies on. text_mutex
 * keeps nobody from writing to read-only data; nobody else does.
 */
#ifndef KSPLICE_KMOD_DATA_PATCH_H
#define KSPLICE_KMOD_DATA_PATCH_H

#include <linux/types.h>

struct memory_window;

/* The bytes are somebody else's, and stay where they are. */
struct data_patch {
	unsigned long address;
	u8 *alias; /* the same bytes in a window, where they are written */
	u32 size;
	const u8 *before; /* size bytes that memory has */
	const u8 *after;  /* size bytes that it is to have */
};

/* The window must show all bytes, and stay open until they are written. */
void data_patch_init(struct data_patch *patch, unsigned long address, u32 size,
	const u8 *before, const u8 *after, const struct memory_window *window);

/* True if memory has the bytes before, and the window shows them; if not, reported as a
 * problem of object's name. */
bool data_patch_check(
	const struct data_patch *patch, const char *object, const char *name);

/*
 * Writes the bytes after. All other CPUs stand still with interrupts off, so nobody sees
 * a constant half written but an NMI or a machine check; for those each aligned word is
 * written whole, so a pointer is the old or the new one. It takes no lock, cannot fail,
 * and calls nothing that might be what is being patched.
 */
void data_patch_write(const struct data_patch *patch);

#endif
