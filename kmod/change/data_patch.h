/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * data_patch.h - a constant of the running kernel that is replaced where it is
 *
 * It lies in memory that is read-only since boot. It is written through a second,
 * writable mapping of its pages, which is there for the time of one attempt only:
 *
 *     init ─▶ map ─▶ save or check ─▶ (machine stopped) write ─▶ unmap ─▶ deinit
 *             └────────────── each attempt ──────────────────┘
 *
 * Mapping and unmapping may sleep and come outside of all locks but update_mutex, which
 * keeps other updates away: it is what all of this relies on. text_mutex keeps nobody
 * from writing to read-only data; nobody else does.
 */
#ifndef KSPLICE_KMOD_DATA_PATCH_H
#define KSPLICE_KMOD_DATA_PATCH_H

#include <linux/types.h>

struct ksplice_hunk;

struct data_patch {
	const struct ksplice_hunk *hunk;
	unsigned long address;
	u32 size;
	const u8 *replacement; /* in the update's read-only memory */
	u8 *original;          /* what memory had when it was last saved */
	void *mapping;         /* of whole pages; NULL between attempts */
};

/* Allocates the room for the original bytes of the hunk, which is at the address. 0 or
 * -ENOMEM. */
int data_patch_init(
	struct data_patch *patch, const struct ksplice_hunk *hunk, unsigned long address);
void data_patch_deinit(struct data_patch *patch); /* all zeros is fine */

/* Sorts by address. False if two of them overlap. */
bool data_patch_sort(struct data_patch *patches, size_t count);

/* Makes the writable mapping; takes it away (none is fine). Both may sleep. An errno if
 * there is no memory for it, or if it shows other memory than the constant. */
int data_patch_map(struct data_patch *patch);
void data_patch_unmap(struct data_patch *patch);

/* Keeps what memory has now, to be put back. An errno if it cannot be read. */
int data_patch_save(struct data_patch *patch);

/* True if memory has the replacement; if not, reported as a problem of object's name. */
bool data_patch_check(
	const struct data_patch *patch, const char *object, const char *name);

/*
 * Writes the replacement, or the original bytes. All other CPUs stand still with
 * interrupts off, so nobody sees a constant half written but an NMI or a machine check;
 * for those each aligned word is written whole, so a pointer is the old or the new one.
 * It takes no lock, cannot fail, and calls nothing that might be what is being patched.
 */
void data_patch_write(const struct data_patch *patch, bool is_reversal);

#endif
