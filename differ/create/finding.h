/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - the results of the comparison, and the consequence of each
 *
 * A pass that compares pre and post does not stop at the first problem: it adds a
 * finding. One table gives the consequence of each kind of finding. Refusals, the report
 * and --json show the same list.
 */
#ifndef KSPLICE_DIFFER_CREATE_FINDING_H
#define KSPLICE_DIFFER_CREATE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct json_t;

enum finding_consequence {
	FINDING_NOTED,        /* the update is made as if nothing was said */
	FINDING_WARNED,       /* it is made, and the user has to know */
	FINDING_IRREVERSIBLE, /* it is made, and cannot be undone */
	FINDING_REFUSED,      /* it is not made */
};

enum finding_kind {
	/* functions */
	FINDING_CHANGED_FUNCTION,
	FINDING_NEW_FUNCTION,
	FINDING_GONE_FUNCTION,
	FINDING_INLINED_FUNCTION,
	FINDING_REMOVED_FUNCTION,
	FINDING_MOVED_FUNCTION,
	FINDING_DEFINED_TWICE,
	FINDING_CHANGED_SIGNATURE,
	FINDING_NOINSTR_FUNCTION,
	FINDING_SHARED_SECTION,
	FINDING_SPECIAL_SECTION,
	FINDING_SECTION_MEANING,
	FINDING_STOPPED_FUNCTION,
	FINDING_THREAD_FUNCTION,
	/* variables and constants */
	FINDING_NEW_VARIABLE,
	FINDING_GONE_VARIABLE,
	FINDING_REMOVED_VARIABLE,
	FINDING_ONCE_STATE,
	FINDING_CHANGED_DATA,
	FINDING_CHANGED_CONSTANT,
	FINDING_COPIED_CONSTANT,
	FINDING_GROWN_CONSTANT,
	FINDING_LOST_IDENTITY,
	FINDING_AMBIGUOUS_VARIABLE,
	FINDING_MOVED_VARIABLE,
	FINDING_UNCORRELATED_VARIABLE,
	FINDING_NEW_PER_CPU_VARIABLE,
	FINDING_UNNAMED_CONTENT,
	FINDING_AMBIGUOUS_REFERENCE,
	/* hooks and shadow variables */
	FINDING_HOOK,
	FINDING_UNKNOWN_HOOK,
	FINDING_FOREIGN_HOOK,
	FINDING_OLD_HOOK,
	FINDING_ONE_WAY_HOOK,
	FINDING_KEPT_SHADOW,
	/* types */
	FINDING_CHANGED_LAYOUT,
	FINDING_ALLOWED_LAYOUT,
	FINDING_PROVEN_LAYOUT,
	/* what acts once */
	FINDING_WITHOUT_EFFECT,
	FINDING_INIT_DEPENDENCY,
	FINDING_INIT_REFERENCE,
	FINDING_EXPORT,
	FINDING_NEW_EXPORT,
	FINDING_OLD_EXPORT,
	FINDING_MODULE_PARAMETER,
	FINDING_MODULE_INFORMATION,
	FINDING_INITCALL,
	FINDING_BOOT_PARAMETER,
	FINDING_BOOT_TABLE,
	FINDING_TRACEPOINT,
	FINDING_STATIC_CALL,
	FINDING_TOPLEVEL_ASSEMBLY,
	/* the rest */
	FINDING_ESCAPING_ADDRESS,
	FINDING_UNKNOWN_SECTION,
	FINDING_OTHER, /* a refusal of a later pass, under its own reason */
};

struct finding {
	enum finding_kind kind;
	enum finding_consequence consequence;
	const char *reason; /* the kind's name, or the refusal's own: a constant */
	char *object;       /* relative to the object tree */
	char *name;         /* of the function, variable or type */
	char *text;         /* what was found, without object and name */
	char *hint;         /* what to do about it, or NULL */
};

struct finding_list {
	struct finding *items;
	size_t count;
	size_t capacity;
};

/* Adds a finding. The hint is the kind's own. */
void finding_add(struct finding_list *list, enum finding_kind kind, const char *object,
	const char *name, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Adds a refusal that a later pass gave as an error, and frees it. Any other error is
 * returned as it is. */
struct error *finding_take_error(struct finding_list *list, const char *object,
	const char *name, struct error *error);

/* The kind that a SECTION_ONCE reason of the table of sections names. */
enum finding_kind finding_find_kind(const char *reason);

/* How many there are with that consequence. */
size_t finding_count(
	const struct finding_list *list, enum finding_consequence consequence);

/* The first one with that consequence, NULL if there is none. */
const struct finding *finding_find(
	const struct finding_list *list, enum finding_consequence consequence);

/* The refusal that the list amounts to: the first refused one's; NULL if none is. */
struct error *finding_refuse(const struct finding_list *list);

/* "object: name: text" as one line; the caller frees it. */
char *finding_describe(const struct finding *finding);

/* All of them, for --json; see docs/FORMAT.md. */
struct json_t *finding_list_to_json(const struct finding_list *list);

void finding_list_deinit(struct finding_list *list);

#endif
