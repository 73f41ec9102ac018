/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site_table.h - where the kernel rewrites its own code, and into what
 *
 * vmlinux carries tables of all places that boot and run time patch: alternatives,
 * paravirt calls, retpolines, returns, static calls, jump labels, lock prefixes, fentry
 * sites. The run-pre match needs those within the functions that it is to prove
 * (abi/update.h has the kinds and what they mean).
 */
#ifndef KSPLICE_DIFFER_CREATE_SITE_TABLE_H
#define KSPLICE_DIFFER_CREATE_SITE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct kernel_image;
struct kernel_layout;

struct patch_site {
	uint64_t address; /* as linked */
	uint16_t kind;    /* enum ksplice_site_kind */
	uint16_t length;
	uint8_t *data; /* as abi/update.h says for the kind; NULL if it has none */
	size_t data_size;
};

struct site_table {
	struct patch_site *sites; /* by address */
	size_t count;
};

/* Reads all tables of the image. Refused if one cannot be understood. */
struct error *site_table_read(const struct kernel_image *image,
	const struct kernel_layout *layout, struct site_table *table);
void site_table_deinit(struct site_table *table);

/* The sites that start in [address, +size): *count of them from the one returned. */
const struct patch_site *site_table_find(
	const struct site_table *table, uint64_t address, uint64_t size, size_t *count);

/* What a kind is called in messages. */
const char *site_kind_name(uint16_t kind);

#endif
