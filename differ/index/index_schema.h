/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_schema.h - the tables of the index (docs/FORMAT.md, "The index")
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_SCHEMA_H
#define KSPLICE_DIFFER_INDEX_INDEX_SCHEMA_H

#include <stdbool.h>

struct database;
struct error;

enum index_schema_state {
	INDEX_SCHEMA_PRESENT,
	INDEX_SCHEMA_ABSENT, /* a new, empty file */
	INDEX_SCHEMA_OTHER,  /* of another version of these tools */
};

/* Which tables the file has. It must not be used unless they are the present ones. */
struct error *index_schema_find_state(
	const struct database *database, enum index_schema_state *state);

/* Makes the tables in an empty file. */
struct error *index_schema_create(const struct database *database);

/* What a row of symbol is. */
enum index_symbol_kind {
	INDEX_SYMBOL_FUNCTION = 0,  /* of C, as recorded */
	INDEX_SYMBOL_PART = 1,      /* what GCC moved out of a function: foo.cold */
	INDEX_SYMBOL_ALIAS = 2,     /* another name of a function */
	INDEX_SYMBOL_ASSEMBLER = 3, /* of an asm statement, or an assembler source */
	INDEX_SYMBOL_UNKNOWN = 4,   /* the object has no record */
};

#endif
