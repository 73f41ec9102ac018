/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_record.h - what the records say, as rows of the index
 *
 *     records ──▶ input, function, name, file
 *
 * Within the transaction of index_update.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_RECORD_H
#define KSPLICE_DIFFER_INDEX_INDEX_RECORD_H

#include <stdint.h>

struct database;
struct error;
struct index_writer;
struct kernel_tree;
struct record;

/* Reads the names and files that have a number already. */
struct error *index_writer_open(const struct database *database,
	const struct kernel_tree *tree, struct index_writer **writer);
/* NULL is fine. */
void index_writer_close(struct index_writer *writer);

/* The number of a name of a function, which gets one if it has none. */
struct error *index_writer_find_name(
	struct index_writer *writer, const char *name, int64_t *number);

/* Removes what the record of the unit said. */
struct error *index_writer_forget_record(struct index_writer *writer, int64_t unit);

/* Enters what the record says of the unit, of which nothing is there. */
struct error *index_writer_add_record(
	struct index_writer *writer, int64_t unit, const struct record *record);

/* Remembers what the files hold that the added records name. */
struct error *index_writer_add_digests(struct index_writer *writer);

static inline void cleanup_index_writer(struct index_writer **writer)
{
	index_writer_close(*writer);
}
#define scope_index_writer __attribute__((cleanup(cleanup_index_writer)))

#endif
