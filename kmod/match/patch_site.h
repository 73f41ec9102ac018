/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patch_site.h - the places where code in memory may differ from code as linked
 *
 * The kernel rewrites its own code at boot and later. Each such place is a site, and
 * each kind of site has a few forms it may take; which ones is said in abi/update.h.
 * Where a form depends on the running machine (what pv_ops holds, which return thunk
 * is in use) the value is read from the running kernel, so it is the one right
 * form and not just a plausible one.
 */
#ifndef KSPLICE_KMOD_PATCH_SITE_H
#define KSPLICE_KMOD_PATCH_SITE_H

#include <linux/types.h>

struct ksplice_site;
struct target_table;

struct patch_site_view {
	const struct ksplice_site *site;
	const struct target_table *targets; /* for the places in its data */
	const u8 *data;                     /* of the site */
	const u8 *linked;                   /* site->length bytes as linked */
	const u8 *memory;                   /* site->length bytes as they are in memory */
	unsigned long address;              /* where memory was read */
};

/* For messages; never NULL. */
const char *patch_site_name(unsigned int kind);

/* True if kind, length and data fit together, and the places in the data are in one of
 * the targets. data has site->data_size bytes. */
bool patch_site_is_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets);

/* True if memory has one of the forms, other than the one as linked, of this site. */
bool patch_site_accepts(const struct patch_site_view *view);

/* True if the kernel may write to this site later, or stop on what it finds there: then
 * no trampoline can lie on it. */
bool patch_site_is_rewritten(const struct ksplice_site *site, const u8 *memory);

/* True if the bytes are one or more whole nop instructions. */
bool patch_site_is_nops(const u8 *bytes, size_t size);

#endif
