/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_report.h - what update_audit says, and what it counted
 *
 * A complaint is one line on standard output: "audit: object: function+0xoff: problem".
 * A program of tests: where the audit itself cannot go on, it ends with exit status 2.
 */
#ifndef KSPLICE_AUDIT_REPORT_H
#define KSPLICE_AUDIT_REPORT_H

#include <stddef.h>
#include <stdint.h>

struct audit_counts {
	size_t functions;   /* of the update, with their parts */
	size_t entries;     /* of tables about code */
	size_t references;  /* relocations that were followed */
	size_t variables;   /* data and constants that travel, or are changed in place */
	size_t hunks;       /* pieces of old code or data */
	size_t sites;       /* fields of old code that move with the kernel */
	size_t compared;    /* functions of pre that were compared with post's */
	size_t cannot_tell; /* references whose place nothing here can prove */
	size_t complaints;
};

extern struct audit_counts audit_counts;

/* The update is wrong: prints "audit: OBJECT: ..." and counts it. */
__attribute__((format(printf, 2, 3))) void audit_complain(
	const char *object, const char *format, ...);
/* Says something that may be right, without counting it as a complaint. */
__attribute__((format(printf, 2, 3))) void audit_warn(
	const char *object, const char *format, ...);
/* The audit could not be made: says why on standard error, and exits with 2. */
__attribute__((format(printf, 1, 2), noreturn)) void audit_fail(const char *format, ...);

/* Memory, zeroed; never NULL. */
void *audit_allocate(size_t size);
/* A malloc'd text, as by asprintf(); the caller frees it. */
__attribute__((format(printf, 1, 2))) char *audit_format(const char *format, ...);
/* Makes room for one more in an array that grows by doubling; gives the array. */
void *audit_grow(void *array, size_t count, size_t item_size);

#endif
