/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site_table.h - where the kernel rewrites its own code, and into what
 *
 * vmlinux carries tables of all places that boot and run time patch, and so does each
 * module: alternatives, paravirt calls, retpolines, returns, static calls, jump labels,
 * lock prefixes, fentry sites. The run-pre match needs those within the functions that it
 * is to prove (abi/update.h has the kinds and what they mean).
 */
#ifndef KSPLICE_DIFFER_CREATE_SITE_TABLE_H
#define KSPLICE_DIFFER_CREATE_SITE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct kernel_image;
struct kernel_layout;
struct module_image;

/* What a struct ksplice_place of a site's data has to say. */
struct site_place {
	uint32_t field;   /* its offset in the data */
	uint64_t address; /* in the image */
	char *name; /* or, where that is not NULL, of a symbol outside of the module */
};

struct patch_site {
	uint64_t address; /* in the image */
	uint16_t kind;    /* enum ksplice_site_kind */
	uint16_t length;
	uint32_t order; /* among all sites, as the tables have them */
	/* As abi/update.h says for the kind, with places still to be filled in; NULL if
	 * it has none. */
	uint8_t *data;
	size_t data_size;
	struct site_place places[2];
	size_t place_count;
	const char *problem; /* why it cannot be matched; NULL if it can */
};

struct site_table {
	struct patch_site *sites; /* by address */
	size_t count;
};

/* Reads all tables of the image; it is that of the module, or vmlinux's where module is
 * NULL. Refused if one cannot be understood. */
struct error *site_table_read(const struct kernel_image *image,
	const struct module_image *module, const struct kernel_layout *layout,
	struct site_table *table);
void site_table_deinit(struct site_table *table);

/* The sites that start in [address, +size): *count of them from the one returned. */
const struct patch_site *site_table_find(
	const struct site_table *table, uint64_t address, uint64_t size, size_t *count);

/* What a kind is called in messages. */
const char *site_kind_name(uint16_t kind);

#endif
