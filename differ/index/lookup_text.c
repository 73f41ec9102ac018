// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/lookup_text.h"

#include <inttypes.h>
#include <string.h>

#include "differ/index/index.h"
#include "differ/index/index_lookup.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* A related path as people write it. */
static const char *path_shown(const char *related)
{
	const char *colon = related[0] == '/' ? NULL : strchr(related, ':');
	return colon ? colon + 1 : related;
}

/* "fs/x.c:10-20", or what is known of that; the caller frees it. */
static char *range_shown(const struct looked_up *item)
{
	return item->file
		       ? memory_format("%s:%" PRId64 "-%" PRId64, path_shown(item->file),
				 item->first_line, item->last_line)
		       : memory_copy_text("-");
}

/* "0xffffffff81000000+52", "fs/ext4/ext4.ko:.text+0x10+52", or why there is none. */
static char *place_shown(const struct looked_up *item)
{
	if (!item->section)
		return memory_copy_text("-");
	if (!item->is_proven)
		return memory_format("unproven:%s+0x%" PRIx64 "+%" PRId64, item->section,
			item->offset, item->size);
	if (item->output)
		return memory_format("%s.ko:%s+0x%" PRIx64 "+%" PRId64, item->target,
			item->output, item->address, item->size);
	return memory_format("0x%" PRIx64 "+%" PRId64, item->address, item->size);
}

static void place_add(const struct looked_up *item, struct text *text)
{
	if (!item->section)
		text_add(text, "in no linked object");
	else if (!item->is_proven)
		text_add_format(text,
			"not proven: somewhere in %s's %s at +0x%" PRIx64 ", %" PRId64
			" bytes",
			item->object, item->section, item->offset, item->size);
	else if (item->output)
		text_add_format(text, "%s.ko %s+0x%" PRIx64 ", %" PRId64 " bytes, proven",
			item->target, item->output, item->address, item->size);
	else
		text_add_format(text, "0x%" PRIx64 ", %" PRId64 " bytes, proven",
			item->address, item->size);
}

static void names_add(char *const *names, struct text *text)
{
	if (!names[0])
		return;
	text_add(text, "  inlined:  ");
	for (size_t i = 0; names[i]; i++)
		text_add_format(text, "%s%s", i ? ", " : "", names[i]);
	text_add(text, "\n");
}

/* "clone of x", "part of x": what the kind says with a name. */
static void kind_add(const struct looked_up *item, struct text *text)
{
	text_add_format(text, "%s: %s", item->name, item->kind);
	if (item->function && strcmp(item->function, item->name) != 0)
		text_add_format(text, " of %s", item->function);
	if (item->origin)
		text_add_format(text, ", clone of %s", item->origin);
	text_add(text, "\n");
}

void lookup_add_paragraphs(const struct lookup *found, struct text *text)
{
	array_foreach (item, found) {
		if (text->size)
			text_add(text, "\n");
		kind_add(item, text);
		text_add_format(text, "  unit:     %s%s%s, %s%s\n", item->object,
			item->source ? ", compiled from " : "",
			item->source ? path_shown(item->source) : "",
			item->target ? "linked into " : "linked into nothing",
			item->target ? item->target : "");
		if (item->file) {
			scope_free char *range = range_shown(item);
			text_add_format(text, "  source:   %s\n", range);
		}
		if (item->hash)
			text_add_format(text, "  hash:     %s\n", item->hash);
		text_add(text, "  place:    ");
		place_add(item, text);
		text_add(text, "\n");
		names_add(item->inlined, text);
	}
}

void lookup_add_lines(const struct lookup *found, struct text *text)
{
	array_foreach (item, found) {
		scope_free char *range = range_shown(item);
		scope_free char *place = place_shown(item);
		text_add_format(text, "%s %s %s %s %s\n", item->object, item->name, range,
			place, item->hash ? item->hash : "-");
	}
}

static struct json_t *place_describe(const struct looked_up *item)
{
	struct json_t *json = json_make_object();
	json_put_flag(json, "proven", item->is_proven);
	json_put_text(json, "object_section", item->section);
	json_put_number(json, "object_offset", item->offset);
	json_put_number(json, "size", item->size);
	if (item->is_proven) {
		scope_free char *address = memory_format("0x%" PRIx64, item->address);
		json_put_text(json, item->output ? "offset" : "address", address);
		json_put_text(json, "section", item->output);
	}
	return json;
}

static struct json_t *item_describe(const struct looked_up *item)
{
	struct json_t *json = json_make_object();
	json_put_text(json, "name", item->name);
	json_put_text(json, "kind", item->kind);
	json_put_text(json, "function", item->function);
	json_put_text(json, "origin", item->origin);
	json_put_text(json, "object", item->object);
	json_put_text(json, "source", item->source);
	json_put_text(json, "target", item->target);
	json_put_text(json, "hash", item->hash);
	json_put_text(json, "file", item->file);
	if (item->file) {
		json_put_number(json, "line", item->first_line);
		json_put_number(json, "end", item->last_line);
	}
	if (item->section)
		json_put(json, "place", place_describe(item));
	if (item->inlined[0]) {
		struct json_t *names = json_make_array();
		for (size_t i = 0; item->inlined[i]; i++)
			json_append_text(names, item->inlined[i]);
		json_put(json, "inlined", names);
	}
	return json;
}

struct json_t *lookup_describe(const struct lookup *found)
{
	struct json_t *json = json_make_array();
	array_foreach (item, found)
		json_append(json, item_describe(item));
	return json;
}

void unit_add_line(const struct index_unit *unit, struct text *text)
{
	text_add_format(text, "%s %s %s\n", unit->object,
		unit->source[0] ? path_shown(unit->source) : "-",
		unit->target[0] ? unit->target : "-");
}

struct json_t *unit_describe(const struct index_unit *unit)
{
	struct json_t *json = json_make_object();
	json_put_text(json, "object", unit->object);
	json_put_text(json, "source", unit->source);
	json_put_text(json, "target", unit->target[0] ? unit->target : NULL);
	json_put_text(json, "state", unit->state);
	return json;
}
