/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name_hint.h - which of many names somebody may have meant
 */
#ifndef KSPLICE_DIFFER_INDEX_NAME_HINT_H
#define KSPLICE_DIFFER_INDEX_NAME_HINT_H

#include <stddef.h>

enum { name_hints_most = 3 };

/* Set wanted; the rest is zero at the start. Release with name_hints_deinit. */
struct name_hints {
	const char *wanted;
	char *names[name_hints_most]; /* the nearest first */
	unsigned scores[name_hints_most];
	size_t count;
};

/*
 * Keeps the name if it is near: it has the same last part of the path, holds what was
 * wanted, or few letters differ. Of a path as many parts count as were wanted.
 */
void name_hints_offer(struct name_hints *hints, const char *name);

/* "did you mean a, b or c?", or NULL; the caller frees it. */
char *name_hints_to_text(const struct name_hints *hints);

void name_hints_deinit(struct name_hints *hints);

#define scope_name_hints __attribute__((cleanup(name_hints_deinit)))

#endif
