// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_hash.c - from normalised text to hashes
 *
 * While text is read, each body becomes a digest of its bytes and a list of references.
 * At the end of the unit, when the content of each constant is known, an object's hash is
 * made from its digests and from the values of its references:
 *
 *     constants, variables of the compiler     the hash of their content
 *     variables with an identity               their id, not their content
 *     anything else                            its name
 */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/unique_name.h"
#include "plugin/unit_state.h"

/* The seed or start of each digest, so that digests of different kinds are never equal.
 */
enum unit_hash_domain {
	UNIT_HASH_NAME = 1,
	UNIT_HASH_IDENTITY,
	UNIT_HASH_LABEL,
	UNIT_HASH_OBJECT,
	UNIT_HASH_PIECE,
};

/* Sections that the compiler chooses by a variable's type, with any suffix. */
static const char *const unit_section_classes[] = {
	".rodata",
	".data.rel.ro",
	".data",
	".bss",
	".tdata",
	".tbss",
	"COMMON",
};

void unit_hash_close_body(
	struct unit *unit, struct unit_body *body, struct unit_piece *piece)
{
	piece->digest = digest_of(body->text.data, body->text.size);
	piece->size = body->text.size;
	piece->first_reference = unit->references.count;
	piece->reference_count = body->references.count;
	array_foreach (reference, &body->references)
		*array_add(&unit->references) = *reference;
	body->text.size = 0;
	body->references.count = 0;
}

void unit_hash_close_labels(struct unit *unit, struct unit_object *object)
{
	const struct unit_label_map *map = &unit->function_scope.labels;
	scope_free uint32_t *places = memory_allocate((map->count + 1) * sizeof(*places));
	for (size_t i = unit->first_definition; i < unit->definitions.count; i++) {
		const struct unit_definition *definition = &unit->definitions.items[i];
		/* A label without a reference only helps debuggers. */
		if (unit_label_map_has(map, definition->number))
			places[map->labels[definition->number].ordinal] =
				(definition->offset << 1 | definition->piece) + 1;
	}
	object->labels = digest_of(places, map->count * sizeof(*places));
}

static struct digest unit_hash_text(
	enum unit_hash_domain domain, const char *text, size_t length)
{
	return digest_with_seed(text, length, domain);
}

static void unit_hash_start(struct digest_stream *stream, enum unit_hash_domain domain)
{
	uint64_t start = domain;
	digest_stream_start(stream);
	digest_stream_add(stream, &start, sizeof(start));
}

/* A label of a function, seen from data: the function's name and the place in it. */
static struct digest unit_hash_label(struct unit *unit, uint32_t number)
{
	array_foreach (definition, &unit->definitions) {
		if (definition->number != number)
			continue;
		const struct unit_object *object =
			&unit->objects.items[definition->object];
		const struct unit_name *name = unit_names_get(unit->names, object->name);
		const struct {
			struct digest name;
			uint64_t place;
		} label = {
			unit_hash_text(UNIT_HASH_LABEL, name->text, name->length),
			(uint64_t)definition->offset << 1 | definition->piece,
		};
		return digest_of(&label, sizeof(label));
	}
	return unit_hash_text(UNIT_HASH_LABEL, "", 0);
}

static struct digest unit_hash_stripped(const struct unit_name *name)
{
	scope_free char *stripped = memory_allocate(name->length + 1);
	size_t length = unique_name_strip(name->text, name->length, stripped);
	return unit_hash_text(UNIT_HASH_NAME, stripped, length);
}

static struct digest unit_hash_new_name(struct unit *unit, const struct unit_name *name)
{
	const struct unit_variable *variable =
		name->variable ? &unit->variables.items[name->variable - 1] : NULL;
	if (variable && variable->is_correlated) {
		const char *id = unit_get_name(unit, variable->id);
		return unit_hash_text(UNIT_HASH_IDENTITY, id, strlen(id));
	}
	if (name->object)
		return unit_hash_object(unit, name->object - 1);
	if (unique_name_is_counted(name->text, name->length))
		return unit_hash_stripped(name);
	if (name->text[0] != '.')
		return unit_hash_text(UNIT_HASH_NAME, name->text, name->length);
	/* A label of a function: its ordinal in the text identifies it. */
	return (struct digest){0};
}

static struct digest unit_hash_name(struct unit *unit, uint32_t index)
{
	struct unit_name *name = unit_names_get(unit->names, index);
	if (name->state == UNIT_NAME_NEW) {
		name->state = UNIT_NAME_DONE;
		name->value = unit_hash_new_name(unit, name);
	}
	return name->value;
}

static struct digest unit_hash_constant(struct unit *unit, uint32_t number)
{
	uint32_t object =
		number < unit->constants.count ? unit->constants.items[number] : 0;
	return object ? unit_hash_object(unit, object - 1)
		      : unit_hash_text(UNIT_HASH_NAME, ".LC", 3);
}

static struct digest unit_hash_reference(
	struct unit *unit, const struct unit_reference *reference)
{
	switch (reference->kind) {
	case UNIT_REFERENCE_CONSTANT:
		return unit_hash_constant(unit, reference->target);
	case UNIT_REFERENCE_NAME:
		return unit_hash_name(unit, reference->target);
	case UNIT_REFERENCE_LABEL:
		return unit_hash_label(unit, reference->target);
	}
	return (struct digest){0};
}

static void unit_hash_add_piece(
	struct unit *unit, const struct unit_piece *piece, struct digest_stream *stream)
{
	digest_stream_add(stream, &piece->digest, sizeof(piece->digest));
	for (size_t i = 0; i < piece->reference_count; i++) {
		const struct unit_reference *reference =
			&unit->references.items[piece->first_reference + i];
		const struct {
			struct digest target;
			uint64_t offset;
		} resolved = {unit_hash_reference(unit, reference), reference->offset};
		digest_stream_add(stream, &resolved, sizeof(resolved));
	}
}

struct digest unit_hash_piece(struct unit *unit, const struct unit_piece *piece)
{
	struct digest_stream stream;
	unit_hash_start(&stream, UNIT_HASH_PIECE);
	unit_hash_add_piece(unit, piece, &stream);
	return digest_stream_end(&stream);
}

/* The part of the section's name that the source decides. */
static const char *unit_hash_find_section(
	struct unit *unit, const struct unit_object *object)
{
	if (object->explicit != UNIT_NONE)
		return unit_get_name(unit, object->explicit);
	const char *section = unit_get_name(unit, object->section);
	if (object->kind != UNIT_OBJECT_DATA || !section)
		return "";
	size_t count = sizeof(unit_section_classes) / sizeof(unit_section_classes[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(section, unit_section_classes[i]))
			return unit_section_classes[i];
	}
	return section;
}

struct digest unit_hash_object(struct unit *unit, uint32_t index)
{
	struct unit_object *object = &unit->objects.items[index];
	if (object->state == UNIT_NAME_DONE)
		return object->value;
	/* It refers to itself, possibly through others: its name must do. */
	if (object->state == UNIT_NAME_BUSY)
		return unit_hash_stripped(unit_names_get(unit->names, object->name));
	object->state = UNIT_NAME_BUSY;
	struct digest_stream stream;
	unit_hash_start(&stream, UNIT_HASH_OBJECT);
	const char *section = unit_hash_find_section(unit, object);
	digest_stream_add(&stream, section, strlen(section) + 1);
	/* GCC writes no alignment of 1. */
	const struct {
		uint64_t kind;
		uint64_t alignment;
		struct digest labels;
	} facts = {
		object->kind, object->alignment ? object->alignment : 1, object->labels};
	digest_stream_add(&stream, &facts, sizeof(facts));
	unit_hash_add_piece(unit, &object->pieces[0], &stream);
	unit_hash_add_piece(unit, &object->pieces[1], &stream);
	object->value = digest_stream_end(&stream);
	object->state = UNIT_NAME_DONE;
	return object->value;
}
