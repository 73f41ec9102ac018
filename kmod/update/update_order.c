// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_order.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "kmod/kernel/problem.h"

static const struct order_verb {
	const char *word;
	struct update_order order;
} verbs[] = {
	{"applied", {}},
	{"reversed", {.is_reversal = true}},
	{"check-applied", {.is_trial = true}},
	{"check-reversed", {.is_reversal = true, .is_trial = true}},
};

static const struct order_option {
	const char *word;
	size_t offset; /* of the bool in struct update_order */
	bool fits_reversal;
} options[] = {
	{"full-scan", offsetof(struct update_order, is_full_scan), true},
	{"replace", offsetof(struct update_order, is_replacing), false},
	{"partial", offsetof(struct update_order, is_partial), false},
};

/* Moves *line behind its next word; 0 if there is none. */
static size_t next_word(const char **line, const char **word)
{
	const char *end;

	*word = skip_spaces(*line);
	for (end = *word; *end && !isspace(*end); end++)
		;
	*line = end;
	return end - *word;
}

static bool is_word(const char *name, const char *word, size_t length)
{
	return strlen(name) == length && !memcmp(name, word, length);
}

static int parse_verb(const char *word, size_t length, struct update_order *order)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!is_word(verbs[i].word, word, length))
			continue;
		*order = verbs[i].order;
		return 0;
	}
	problem_add("state: '%.*s' is not applied, reversed, check-applied or "
		    "check-reversed",
		(int)length, word);
	return -EINVAL;
}

static int parse_option(const char *word, size_t length, struct update_order *order)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		bool *flag = (void *)((char *)order + options[i].offset);

		if (!is_word(options[i].word, word, length))
			continue;
		if (*flag || (order->is_reversal && !options[i].fits_reversal))
			break;
		*flag = true;
		return 0;
	}
	problem_add(
		"state: '%.*s' is not an option here, or is given twice", (int)length, word);
	return -EINVAL;
}

int update_order_parse(const char *line, struct update_order *order)
{
	struct update_order parsed;
	const char *word;
	size_t length = next_word(&line, &word);
	int result = parse_verb(word, length, &parsed);

	while (!result && (length = next_word(&line, &word)))
		result = parse_option(word, length, &parsed);
	if (!result)
		*order = parsed;
	return result;
}
