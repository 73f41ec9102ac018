// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_hash.c - from normalised text to hashes
 *
 * While text is read, each body becomes a digest of its bytes plus a list of
 * references. At the end of the unit, when the content of every constant is known,
 * an object's hash is made of its digests and of what its references stand for:
 *
 *     constants, and what the compiler made    the hash of their content
 *     variables with an identity               their id, not their content
 *     anything else                            its name
 */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/unique_name.h"
#include "plugin/unit_state.h"

/* What a digest is made from starts with one of these, so that no two kinds of
 * things can be equal. */
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

static void unit_hash_digest(const void *data, size_t size, uint64_t digest[2])
{
	XXH128_hash_t hash = XXH3_128bits(data, size);
	digest[0] = hash.high64;
	digest[1] = hash.low64;
}

void unit_hash_close_body(
	struct unit *unit, struct unit_body *body, struct unit_piece *piece)
{
	unit_hash_digest(body->text.data, body->text.size, piece->digest);
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
	uint32_t *places = memory_allocate((map->count + 1) * sizeof(*places));
	for (size_t i = unit->first_definition; i < unit->definitions.count; i++) {
		const struct unit_definition *definition = &unit->definitions.items[i];
		/* A label that nothing refers to is there for debuggers only. */
		if (unit_label_map_has(map, definition->number))
			places[map->labels[definition->number].ordinal] =
				(definition->offset << 1 | definition->piece) + 1;
	}
	unit_hash_digest(places, map->count * sizeof(*places), object->labels);
	free(places);
}

static void unit_hash_text(
	enum unit_hash_domain domain, const char *text, size_t length, uint64_t value[2])
{
	XXH128_hash_t hash = XXH3_128bits_withSeed(text, length, domain);
	value[0] = hash.high64;
	value[1] = hash.low64;
}

static void unit_hash_start(XXH3_state_t *state, enum unit_hash_domain domain)
{
	*state = (XXH3_state_t){0};
	XXH3_128bits_reset(state);
	uint64_t start = domain;
	XXH3_128bits_update(state, &start, sizeof(start));
}

/* A label of some function, seen from data: the function's name and the place. */
static void unit_hash_label(struct unit *unit, uint32_t number, uint64_t value[2])
{
	array_foreach (definition, &unit->definitions) {
		if (definition->number != number)
			continue;
		const struct unit_object *object =
			&unit->objects.items[definition->object];
		const struct unit_name *name = unit_names_get(unit->names, object->name);
		uint64_t place[3];
		unit_hash_text(UNIT_HASH_LABEL, name->text, name->length, place);
		place[2] = (uint64_t)definition->offset << 1 | definition->piece;
		unit_hash_digest(place, sizeof(place), value);
		return;
	}
	unit_hash_text(UNIT_HASH_LABEL, "", 0, value);
}

static void unit_hash_stripped(const struct unit_name *name, uint64_t value[2])
{
	char *stripped = memory_allocate(name->length + 1);
	size_t length = unique_name_strip(name->text, name->length, stripped);
	unit_hash_text(UNIT_HASH_NAME, stripped, length, value);
	free(stripped);
}

static void unit_hash_name(struct unit *unit, uint32_t index, uint64_t value[2])
{
	struct unit_name *name = unit_names_get(unit->names, index);
	if (name->state == UNIT_NAME_NEW) {
		const struct unit_variable *variable =
			name->variable ? &unit->variables.items[name->variable - 1]
				       : NULL;
		name->state = UNIT_NAME_DONE;
		if (variable && variable->is_correlated) {
			const char *id = unit_get_name(unit, variable->id);
			unit_hash_text(UNIT_HASH_IDENTITY, id, strlen(id), name->value);
		} else if (name->object) {
			unit_hash_object(unit, name->object - 1, name->value);
		} else if (unique_name_is_counted(name->text, name->length)) {
			unit_hash_stripped(name, name->value);
		} else if (name->text[0] != '.') {
			unit_hash_text(
				UNIT_HASH_NAME, name->text, name->length, name->value);
		}
		/* else a label of a function: its ordinal in the text says it all. */
	}
	memcpy(value, name->value, sizeof(name->value));
}

static void unit_hash_reference(
	struct unit *unit, const struct unit_reference *reference, uint64_t value[2])
{
	uint32_t object = 0;
	switch (reference->kind) {
	case UNIT_REFERENCE_CONSTANT:
		if (reference->target < unit->constants.count)
			object = unit->constants.items[reference->target];
		if (object)
			unit_hash_object(unit, object - 1, value);
		else
			unit_hash_text(UNIT_HASH_NAME, ".LC", 3, value);
		break;
	case UNIT_REFERENCE_NAME:
		unit_hash_name(unit, reference->target, value);
		break;
	case UNIT_REFERENCE_LABEL:
		unit_hash_label(unit, reference->target, value);
		break;
	}
}

static void unit_hash_add_piece(
	struct unit *unit, const struct unit_piece *piece, XXH3_state_t *state)
{
	XXH3_128bits_update(state, piece->digest, sizeof(piece->digest));
	for (size_t i = 0; i < piece->reference_count; i++) {
		const struct unit_reference *reference =
			&unit->references.items[piece->first_reference + i];
		uint64_t resolved[3] = {0, 0, reference->offset};
		unit_hash_reference(unit, reference, resolved);
		XXH3_128bits_update(state, resolved, sizeof(resolved));
	}
}

void unit_hash_piece(struct unit *unit, const struct unit_piece *piece, uint64_t value[2])
{
	XXH3_state_t state;
	unit_hash_start(&state, UNIT_HASH_PIECE);
	unit_hash_add_piece(unit, piece, &state);
	XXH128_hash_t hash = XXH3_128bits_digest(&state);
	value[0] = hash.high64;
	value[1] = hash.low64;
}

/* The section counts as far as the source decides it. */
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

void unit_hash_object(struct unit *unit, uint32_t index, uint64_t value[2])
{
	struct unit_object *object = &unit->objects.items[index];
	if (object->state == UNIT_NAME_DONE) {
		memcpy(value, object->value, sizeof(object->value));
		return;
	}
	if (object->state == UNIT_NAME_BUSY) {
		/* It refers to itself, by way of others; here the name must do. */
		unit_hash_stripped(unit_names_get(unit->names, object->name), value);
		return;
	}
	object->state = UNIT_NAME_BUSY;
	XXH3_state_t state;
	unit_hash_start(&state, UNIT_HASH_OBJECT);
	const char *section = unit_hash_find_section(unit, object);
	XXH3_128bits_update(&state, section, strlen(section) + 1);
	/* GCC says nothing where it does not matter. */
	uint32_t alignment = object->alignment ? object->alignment : 1;
	uint64_t facts[4] = {
		object->kind, alignment, object->labels[0], object->labels[1]};
	XXH3_128bits_update(&state, facts, sizeof(facts));
	unit_hash_add_piece(unit, &object->pieces[0], &state);
	unit_hash_add_piece(unit, &object->pieces[1], &state);
	XXH128_hash_t hash = XXH3_128bits_digest(&state);
	object->value[0] = hash.high64;
	object->value[1] = hash.low64;
	object->state = UNIT_NAME_DONE;
	memcpy(value, object->value, sizeof(object->value));
}
