// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json.h"

#include <jansson.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/memory.h"
#include "lib/text.h"

struct json_t *json_make_object(void)
{
	return json_object();
}

struct json_t *json_make_array(void)
{
	return json_array();
}

struct error *json_read_file(const char *path, struct json_t **json)
{
	scope_text struct text text = {0};
	try(file_read(path, &text));
	return json_read_range(path, text.data, text.size, json);
}

struct error *json_read_range(
	const char *name, const char *data, size_t size, struct json_t **json)
{
	json_error_t problem;
	json_t *read = json_loadb(data, size, JSON_REJECT_DUPLICATES, &problem);
	if (!read)
		return error_failed(
			"%s:%d: not valid JSON: %s", name, problem.line, problem.text);
	*json = read;
	return NULL;
}

char *json_to_text(const struct json_t *json)
{
	scope_free char *dumped = json_dumps(json, JSON_INDENT(2));
	return memory_format("%s\n", dumped ? dumped : "null");
}

void json_release(struct json_t *json)
{
	json_decref(json);
}

/* JSON must be UTF-8, and a path may be anything. */
static json_t *json_make_text(const char *text)
{
	scope_free char *valid = json_text_make_valid(text);
	return json_string(valid);
}

void json_put_text(struct json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_make_text(text));
}

void json_put_number(struct json_t *object, const char *key, int64_t number)
{
	json_object_set_new(object, key, json_integer(number));
}

void json_put_real(struct json_t *object, const char *key, double number)
{
	json_object_set_new(object, key, json_real(number));
}

void json_put_flag(struct json_t *object, const char *key, bool flag)
{
	json_object_set_new(object, key, json_boolean(flag));
}

void json_put(struct json_t *object, const char *key, struct json_t *value)
{
	json_object_set_new(object, key, value);
}

void json_append_text(struct json_t *array, const char *text)
{
	json_array_append_new(array, json_make_text(text));
}

void json_append(struct json_t *array, struct json_t *value)
{
	json_array_append_new(array, value);
}

const struct json_t *json_find(const struct json_t *object, const char *key)
{
	return json_object_get(object, key);
}

const char *json_find_text(const struct json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int64_t json_find_number(const struct json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

size_t json_count_items(const struct json_t *array)
{
	return json_array_size(array);
}

const struct json_t *json_find_item(const struct json_t *array, size_t number)
{
	return json_array_get(array, number);
}

const char *json_find_item_text(const struct json_t *array, size_t number)
{
	return json_string_value(json_array_get(array, number));
}

int64_t json_find_item_number(
	const struct json_t *array, size_t number, int64_t otherwise)
{
	const struct json_t *value = json_array_get(array, number);
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}
