// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/name_hint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

enum {
	length_most = 128,    /* of what is compared letter by letter */
	length_least = 4,     /* shorter ones are part of too much */
	letters_per_error = 3 /* of what was wanted, for each letter that differs */
};
static const unsigned score_none = 1000;

/* The end of the path with as many slashes as wanted has. */
static const char *name_find_tail(const char *name, const char *wanted)
{
	size_t slashes = 0;
	for (const char *at = wanted; *at; at++)
		slashes += *at == '/';
	const char *tail = name + strlen(name);
	while (tail > name && (tail[-1] != '/' || slashes--))
		tail--;
	return tail;
}

static unsigned least(unsigned left, unsigned right)
{
	return left < right ? left : right;
}

/* How many letters have to be put in, taken out, changed or swapped with the next. */
static unsigned name_find_distance(const char *left, const char *right)
{
	size_t left_length = strlen(left);
	size_t right_length = strlen(right);
	unsigned rows[3][length_most + 1] = {0};
	if (left_length > length_most || right_length > length_most)
		return score_none;
	for (size_t k = 0; k <= right_length; k++)
		rows[0][k] = (unsigned)k;
	for (size_t i = 1; i <= left_length; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *second = rows[(i + 1) % 3];
		row[0] = (unsigned)i;
		for (size_t k = 1; k <= right_length; k++) {
			row[k] = least(above[k - 1] + (left[i - 1] != right[k - 1]),
				least(above[k], row[k - 1]) + 1);
			if (i > 1 && k > 1 && left[i - 1] == right[k - 2] &&
				left[i - 2] == right[k - 1])
				row[k] = least(row[k], second[k - 2] + 1);
		}
	}
	return rows[left_length % 3][right_length];
}

/* Are the last two parts of both paths equal? */
static bool name_has_folder(const char *wanted, const char *name)
{
	scope_free char *wanted_folder = file_parent(wanted);
	scope_free char *folder = file_parent(name);
	return strcmp(file_name(wanted_folder), file_name(folder)) == 0;
}

static unsigned name_find_score(const char *wanted, const char *name)
{
	const char *tail = name_find_tail(name, wanted);
	size_t length = strlen(wanted);
	if (strcmp(tail, wanted) == 0)
		return 0;
	if (strchr(wanted, '/') && strcmp(file_name(name), file_name(wanted)) == 0)
		return name_has_folder(wanted, name) ? 1 : 2;
	size_t tail_length = strlen(tail);
	if (length >= length_least && strstr(tail, wanted))
		return 1 + (unsigned)((tail_length - length) / letters_per_error);
	size_t difference =
		tail_length > length ? tail_length - length : length - tail_length;
	if (difference > length / letters_per_error)
		return score_none;
	unsigned distance = name_find_distance(tail, wanted);
	return distance <= length / letters_per_error ? 1 + distance : score_none;
}

void name_hints_offer(struct name_hints *hints, const char *name)
{
	unsigned score = name_find_score(hints->wanted, name);
	size_t at = hints->count;
	if (score == score_none)
		return;
	while (at && hints->scores[at - 1] > score)
		at--;
	if (at == name_hints_most)
		return;
	if (hints->count == name_hints_most)
		free(hints->names[--hints->count]);
	size_t moved = hints->count++ - at;
	memmove(hints->names + at + 1, hints->names + at, moved * sizeof(*hints->names));
	memmove(hints->scores + at + 1, hints->scores + at,
		moved * sizeof(*hints->scores));
	hints->names[at] = memory_copy_text(name);
	hints->scores[at] = score;
}

char *name_hints_to_text(const struct name_hints *hints)
{
	struct text text = {0};
	if (!hints->count)
		return NULL;
	for (size_t i = 0; i < hints->count; i++) {
		bool is_last = i + 1 == hints->count;
		text_add(&text, !i ? "did you mean " : is_last ? " or " : ", ");
		text_add(&text, hints->names[i]);
	}
	text_add(&text, "?");
	return text.data;
}

void name_hints_deinit(struct name_hints *hints)
{
	while (hints->count)
		free(hints->names[--hints->count]);
}
