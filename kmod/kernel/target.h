/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target.h - something in memory that updates are about: the kernel image, or a module
 *
 * An update names its targets in a table (abi/update.h), and places in them. Here a row
 * of that table becomes what is in memory, and a place an address:
 *
 *     struct ksplice_target ── target_find ──▶ struct target
 *     struct ksplice_place  ── target_resolve ──▶ address
 *
 * The image stays for ever. A module may go; who keeps a struct target of one must hear
 * of that (module_watch.h).
 */
#ifndef KSPLICE_KMOD_KERNEL_TARGET_H
#define KSPLICE_KMOD_KERNEL_TARGET_H

#include <linux/types.h>

#include "abi/update.h"

struct module;
struct page;

/* Memory from start up to, and without, end. */
struct target_range {
	unsigned long start;
	unsigned long end;
};

struct target {
	u32 kind; /* enum ksplice_target_kind */
	char name[KSPLICE_TARGET_SIZE];
	struct module *module; /* NULL: the image */
	bool is_released;      /* the reference on it has been given back */
	struct target_range whole;
	struct target_range text;
	struct target_range constants; /* read-only since boot, or since its init */
	struct target_range per_cpu;   /* a module's own area */
};

/*
 * Finds what a row of a table is about, which must be well made. On success fills
 * target; else an errno, with the reason added to the problems as object's.
 *
 * A module gets a reference, so that it stays until target_release. One that is being
 * loaded is found from its init on.
 */
int target_find(
	const char *object, const struct ksplice_target *row, struct target *target);

/* True if what the row is about is in memory now: a module that is being loaded is. */
bool target_is_loaded(const struct ksplice_target *row);

/* Gives back the reference. All zeros is fine. The addresses stay as they are. */
void target_release(struct target *target);

/*
 * The address of an offset in a section; section is NULL in the image, where the offset
 * counts from _text. False if there is no such place; address is then unchanged.
 */
bool target_resolve(const struct target *target, const char *section, u64 offset,
	unsigned long *address);

/* True if the bytes are all in the target, or in its per-cpu area; the second: in its
 * text; the third: in its data that is read-only, and has not been given away. */
bool target_has_range(const struct target *target, unsigned long address, u64 size);
bool target_has_text(const struct target *target, unsigned long address, u64 size);
bool target_has_constants(const struct target *target, unsigned long address, u64 size);

/* How far KASLR moved the image from where it was linked. */
unsigned long target_image_slide(void);

/* True if kallsyms knows that name at that address of the target (and maybe at others).
 */
bool target_has_name(
	const struct target *target, const char *name, unsigned long address);

/* The page that a target's address is in, for a second mapping of it. */
struct page *target_find_page(unsigned long address);

#endif
