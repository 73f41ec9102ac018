/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line_marker.h - keeps the old line numbers of unchanged lines in a patched file
 *
 * __LINE__ ends up in code (WARN, might_sleep, …), so a line added at the top would
 * change every function below that uses it. A #line directive behind each hunk restores
 * the numbers; every difference that remains comes from the patch.
 */
#ifndef KSPLICE_DIFFER_CREATE_LINE_MARKER_H
#define KSPLICE_DIFFER_CREATE_LINE_MARKER_H

#include <stddef.h>

struct patch_hunk;
struct text;

/*
 * Adds to marked the text of the patched file with #line directives. They name no file,
 * so __FILE__ stays what it is. The hunks are those of diff -U0 between the file before
 * and after, in order. A directive goes to the first line at or behind the hunk's end
 * that starts neither in a comment, nor in a string, nor in parentheses (a macro's
 * arguments), nor behind a backslash; where the next hunk comes first, its own will do.
 * It may stand in a part that #if skips, so another one follows each #elif, #else and
 * #endif of a conditional around it.
 */
void line_marker_insert(const char *patched, const struct patch_hunk *hunks,
	size_t hunk_count, struct text *marked);

#endif
