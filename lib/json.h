/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - JSON documents; the only user of jansson
 *
 * struct json_t is jansson's. Release a document with json_release. A value that is put
 * into another one belongs to it from then on.
 */
#ifndef KSPLICE_LIB_JSON_H
#define KSPLICE_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct json_t;

struct json_t *json_make_object(void);
struct json_t *json_make_array(void);

/* Reads one object or array. */
struct error *json_read_file(const char *path, struct json_t **json);

/* Reads it from memory; errors call it name. */
struct error *json_read_range(
	const char *name, const char *data, size_t size, struct json_t **json);

/* The document as text, indented and with a newline at the end; free it. */
char *json_to_text(const struct json_t *json);

/* NULL is fine. */
void json_release(struct json_t *json);

/* A text of NULL puts nothing. Each byte that is not UTF-8 becomes the code point of the
 * same number, as in records. */
void json_put_text(struct json_t *object, const char *key, const char *text);
void json_put_number(struct json_t *object, const char *key, int64_t number);
void json_put_real(struct json_t *object, const char *key, double number);
void json_put_flag(struct json_t *object, const char *key, bool flag);
void json_put(struct json_t *object, const char *key, struct json_t *value);
void json_append_text(struct json_t *array, const char *text);
void json_append(struct json_t *array, struct json_t *value);

/* NULL if absent; borrowed. Looking in NULL finds nothing. */
const struct json_t *json_find(const struct json_t *object, const char *key);
/* NULL if absent or not a text; borrowed. */
const char *json_find_text(const struct json_t *object, const char *key);
/* Gives otherwise if absent or not a whole number. */
int64_t json_find_number(const struct json_t *object, const char *key, int64_t otherwise);

/* 0 if it is not an array. */
size_t json_count_items(const struct json_t *array);
const struct json_t *json_find_item(const struct json_t *array, size_t number);
/* The item's text, NULL if it is not a text. */
const char *json_find_item_text(const struct json_t *array, size_t number);
/* The item's number; gives otherwise if it is not a whole number. */
int64_t json_find_item_number(
	const struct json_t *array, size_t number, int64_t otherwise);

static inline void cleanup_json(struct json_t **json)
{
	json_release(*json);
}
#define scope_json __attribute__((cleanup(cleanup_json)))

#endif
