// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/line_marker.h"

#include <stdbool.h>
#include <string.h>

#include "differ/create/patch_file.h"
#include "lib/text.h"

/* As much of C's grammar as says whether a directive may stand before a line. */
struct scanner {
	bool is_comment;   // in a /* comment */
	bool is_continued; /* the last line ended with a backslash */
	bool is_directive; /* in a directive, which may be continued */
	long parentheses;
	long conditionals; /* open ones, since the last directive of ours */
	bool is_outside;   /* a conditional ended in which that directive was */
};

/* A directive of ours that is in a part which the preprocessor skips has no effect, so
 * where such a part may end another one is needed: at #elif, #else and #endif of a
 * conditional that was open where the last one stands. */
static void scanner_read_conditional(struct scanner *scanner, const char *directive)
{
	const char *name = directive + 1;
	name += strspn(name, " \t");
	if (text_has_prefix(name, "if"))
		scanner->conditionals++;
	else if (text_has_prefix(name, "el"))
		scanner->is_outside |= !scanner->conditionals;
	else if (text_has_prefix(name, "endif") && scanner->conditionals)
		scanner->conditionals--;
	else if (text_has_prefix(name, "endif"))
		scanner->is_outside = true;
}

/* Skips a literal that starts at the quote; gives its last character. A literal that
 * is not closed ends with the line. */
static const char *scanner_skip_literal(const char *at, const char *end)
{
	char quote = *at;
	for (at++; at < end && *at != quote; at++) {
		if (*at == '\\')
			at++;
	}
	return at < end ? at : end;
}

static void scanner_read_line(struct scanner *scanner, const char *line, const char *end)
{
	const char *first = line + strspn(line, " \t");
	if (!scanner->is_continued && !scanner->is_comment) {
		scanner->is_directive = first < end && *first == '#';
		if (scanner->is_directive)
			scanner_read_conditional(scanner, first);
	}
	/* No statement is open where a line starts with a brace: the count may be off
	 * where #if and #else each open what is closed once. */
	if (!scanner->is_comment && *line == '}')
		scanner->parentheses = 0;
	for (const char *at = line; at < end; at++) {
		if (scanner->is_comment) {
			if (at[0] == '*' && at + 1 < end && at[1] == '/') {
				scanner->is_comment = false;
				at++;
			}
		} else if (at[0] == '/' && at + 1 < end && at[1] == '*') {
			scanner->is_comment = true;
			at++;
		} else if (at[0] == '/' && at + 1 < end && at[1] == '/') {
			break;
		} else if (*at == '"' || *at == '\'') {
			at = scanner_skip_literal(at, end);
		} else if (*at == '(' && !scanner->is_directive) {
			scanner->parentheses++;
		} else if (*at == ')' && !scanner->is_directive && scanner->parentheses) {
			scanner->parentheses--;
		}
	}
	scanner->is_continued = end > line && end[-1] == '\\';
}

static bool scanner_is_safe(const struct scanner *scanner)
{
	return !scanner->is_comment && !scanner->is_continued && !scanner->parentheses;
}

/* The first line of post behind the hunk. */
static unsigned long hunk_end(const struct patch_hunk *hunk)
{
	return hunk->new_count ? hunk->new_line + hunk->new_count : hunk->new_line + 1;
}

void line_marker_insert(const char *patched, const struct patch_hunk *hunks,
	size_t hunk_count, struct text *marked)
{
	struct scanner scanner = {0};
	bool is_due = false;
	long shift = 0; /* old number less new number of the lines from here on */
	size_t next = 0;
	unsigned long number = 1;
	for (const char *line = patched; *line; number++) {
		if (next < hunk_count && number == hunk_end(&hunks[next])) {
			shift +=
				(long)hunks[next].old_count - (long)hunks[next].new_count;
			is_due = true;
			next++;
		}
		bool is_changed = next < hunk_count && hunks[next].new_count &&
				  number >= hunks[next].new_line;
		is_due |= next && scanner.is_outside;
		if (is_due && !is_changed && scanner_is_safe(&scanner)) {
			text_add_format(marked, "#line %ld\n", (long)number + shift);
			is_due = false;
			scanner.conditionals = 0;
			scanner.is_outside = false;
		}
		const char *end = line + strcspn(line, "\n");
		scanner_read_line(&scanner, line, end);
		size_t size = (size_t)(end - line) + (*end == '\n');
		text_add_range(marked, line, size);
		line += size;
	}
}
