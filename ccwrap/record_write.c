// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_write.h"

#include <zlib.h>

#include "abi/record.h"
#include "ccwrap/object_section.h"
#include "ccwrap/record_place.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Higher levels save little and cost much of what recording may cost. */
#define RECORD_COMPRESSION 1

/* zlib: a gzip header and trailer instead of its own. */
#define RECORD_WINDOW (MAX_WBITS + 16)

static struct error *record_compress(const struct text *plain, struct text *packed)
{
	z_stream stream = {0};
	if (deflateInit2(&stream, RECORD_COMPRESSION, Z_DEFLATED, RECORD_WINDOW,
		    MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return error_failed("zlib: cannot start");
	size_t bound = deflateBound(&stream, plain->size);
	scope_free char *output = memory_allocate(bound);
	stream.next_in = (unsigned char *)plain->data;
	stream.avail_in = (uInt)plain->size;
	stream.next_out = (unsigned char *)output;
	stream.avail_out = (uInt)bound;
	int result = deflate(&stream, Z_FINISH);
	size_t size = stream.total_out;
	deflateEnd(&stream);
	if (result != Z_STREAM_END)
		return error_failed("zlib: cannot compress");
	text_add_range(packed, output, size);
	return NULL;
}

static struct error *record_put(const struct record_place *place, const struct text *json)
{
	scope_text struct text packed = {0};
	try(record_compress(json, &packed));
	return file_write(place->path, packed.data, packed.size);
}

static void record_start(const struct record_place *place, struct text *json)
{
	text_add(json, "{");
	json_text_put_number(json, "format", KSPLICE_RECORD_FORMAT);
	json_text_put_string(json, "object", place->object);
}

struct error *record_write_reason(const struct record_place *place, const char *reason)
{
	scope_text struct text json = {0};
	record_start(place, &json);
	json_text_put_string(&json, "unrecorded", reason);
	text_add(&json, "}\n");
	return record_put(place, &json);
}

static void record_add_arguments(struct text *json, const struct argument_list *arguments)
{
	json_text_add_key(json, "argv");
	text_add(json, "[");
	for (size_t i = 0; i < arguments->count; i++) {
		json_text_add_separator(json);
		json_text_add_string(json, arguments->items[i]);
	}
	text_add(json, "]");
}

struct error *record_write(const struct record *record)
{
	const struct record_place *place = record->place;
	scope_free char *object = file_join(place->root, place->object);
	scope_text struct text json = {0};
	record_start(place, &json);
	json_text_put_string(&json, "source", record->source);
	json_text_put_string(&json, "cwd", place->cwd);
	json_text_add_key(&json, "compiler");
	text_add(&json, "{");
	json_text_put_string(&json, "path", record->call->real);
	json_text_put_string(&json, "version", record->version);
	text_add(&json, "}");
	record_add_arguments(&json, &record->call->expanded);
	json_text_put_number(&json, "started", record->started);
	json_text_add_key(&json, "sections");
	try(object_section_write(object, &json));
	json_text_add_key(&json, "unit");
	text_add_range(&json, record->unit->data, record->unit->size);
	text_add(&json, "}\n");
	return record_put(place, &json);
}
