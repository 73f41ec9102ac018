/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_text.h - writes JSON as text, piece by piece
 *
 * For the compiler wrapper and the GCC plugin: they run once per compile, and building a
 * tree first would cost too much time. All others use json.h, which has the same rule for
 * names that are not UTF-8.
 */
#ifndef KSPLICE_LIB_JSON_TEXT_H
#define KSPLICE_LIB_JSON_TEXT_H

#include <stdint.h>

struct text;

/*
 * Adds string, in quotes and escaped. JSON is UTF-8, but a file name may contain other
 * bytes; such a byte is written as the code point of the same number.
 */
void json_text_add_string(struct text *text, const char *string);

/* The string as UTF-8, by that rule: a copy that the caller frees. */
char *json_text_make_valid(const char *string);

/* Adds "key":, with a comma before it if the last byte requires one. */
void json_text_add_key(struct text *text, const char *key);

/* Adds a comma if the last byte requires one: before an item of an array. */
void json_text_add_separator(struct text *text);

/* Adds "key":"string". */
void json_text_put_string(struct text *text, const char *key, const char *string);

/* Adds "key":number. */
void json_text_put_number(struct text *text, const char *key, uint64_t number);

#endif
