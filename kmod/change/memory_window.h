/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_window.h - a second, writable mapping of read-only memory of the kernel
 *
 * The pages of all that one stop writes, code and constants, of the image and of modules,
 * are mapped side by side. It is made before the machine stops, because it may sleep and
 * may fail; then a write is a store, and needs no change of page tables. It is there for
 * the time of one attempt only.
 */
#ifndef KSPLICE_KMOD_MEMORY_WINDOW_H
#define KSPLICE_KMOD_MEMORY_WINDOW_H

#include <linux/types.h>

struct memory_span {
	unsigned long address;
	size_t size; /* not 0 */
};

struct memory_window {
	unsigned long *pages; /* addresses, sorted, each once */
	size_t page_count;
	u8 *mapping; /* of those pages, in that order */
};

/*
 * Maps the pages of all spans, in any order, which may overlap. 0, -ENOMEM, or -EFAULT
 * with a problem if there is no memory at one of them. Sleeps; takes no lock of ours.
 */
int memory_window_open(
	struct memory_window *window, const struct memory_span *spans, size_t count);

/* Unmaps; one that is all zeros is fine. Sleeps. */
void memory_window_close(struct memory_window *window);

/* Where the window shows the bytes at that address; NULL if it does not show them all. */
u8 *memory_window_find(
	const struct memory_window *window, unsigned long address, size_t size);

#endif
