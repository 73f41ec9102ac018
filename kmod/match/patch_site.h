/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patch_site.h - the places where code in memory may differ from code as linked
 *
 * The kernel rewrites its own code at boot and later. Each such place is a site. The
 * kinds are in abi/update.h; what memory must have there is in site_form.h.
 */
#ifndef KSPLICE_KMOD_PATCH_SITE_H
#define KSPLICE_KMOD_PATCH_SITE_H

#include <linux/types.h>

#include "kmod/match/site_form.h"

struct ksplice_site;
struct target;
struct target_table;

/* A site of a hunk that is being checked. */
struct patch_site {
	const struct ksplice_site *site;
	const struct target *target;        /* that the hunk is in */
	const struct target_table *targets; /* for the places in its data */
	const u8 *data;                     /* site->data_size bytes */
	const u8 *linked;                   /* site->length bytes as linked */
};

/* For messages; never NULL. */
const char *patch_site_name(unsigned int kind);

/* True if kind, length, data and code as linked fit together, and the places in the data
 * are in the targets. Nothing else here is asked about a site that is not valid. */
bool patch_site_is_valid(const struct patch_site *patch);

/* When the kernel does it: sites with a lower number before those with a higher one. */
#define PATCH_SITE_STEPS 7
unsigned int patch_site_step(const struct ksplice_site *site);

/* Makes of view->code what memory must have. */
void patch_site_write(const struct site_view *view);

/* True if the kernel may write to this site later, or stop on what it finds there: then
 * no trampoline can lie on it. */
bool patch_site_is_rewritten(const struct ksplice_site *site, const u8 *memory);

#endif
