/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_text.h - writes JSON as text, piece by piece
 *
 * For the recorder: the compiler wrapper and the GCC plugin run once per compile and
 * cannot afford to build a tree first. Everybody else uses json.h, which shares the rule
 * for names that are not UTF-8.
 */
#ifndef KSPLICE_LIB_JSON_TEXT_H
#define KSPLICE_LIB_JSON_TEXT_H

#include <stdint.h>

struct text;

/*
 * Adds string in quotes and escaped. JSON is UTF-8; a byte that is not (file names
 * may be anything) is written as the code point of the same number.
 */
void json_text_add_string(struct text *text, const char *string);

/* The string as UTF-8, by that rule: a copy that the caller frees. */
char *json_text_make_valid(const char *string);

/* Adds "key": in front of a value, and a comma where the last byte calls for one. */
void json_text_add_key(struct text *text, const char *key);

/* Adds a comma where the last byte calls for one: in front of an array's item. */
void json_text_add_separator(struct text *text);

/* Adds "key":"string". */
void json_text_put_string(struct text *text, const char *key, const char *string);

/* Adds "key":number. */
void json_text_put_number(struct text *text, const char *key, uint64_t number);

#endif
