// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/constant_in_place.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_image.h"
#include "lib/error.h"
#include "lib/memory.h"

/* MODULE_NAME_LEN of a 64-bit kernel, with the NUL. */
enum { MODULE_NAME_SIZE = 64 - sizeof(uint64_t) };

/* Which parts use what another one brings: needs[a * count + b]. */
struct part_order {
	struct update *update;
	struct update_target **targets;
	size_t count;
	bool *needs;
	bool *is_done;
};

static size_t order_find(
	const struct part_order *order, const struct update_target *target)
{
	size_t i = 0;
	while (i < order->count && order->targets[i] != target)
		i++;
	return i;
}

static void order_note_piece(struct part_order *order, const struct update_unit *unit,
	const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		const struct elf_reloc *reloc = &piece->relocs[i];
		if (reloc == piece->idle_reloc || constant_keeps_field(piece, reloc))
			continue;
		struct error *unclear = update_find_reference(
			order->update, unit, piece, reloc, &reference);
		error_free(unclear);
		if (unclear || !reference.is_other_part ||
			update_is_outward(piece, &reference))
			continue;
		reference.piece->is_shared = true;
		size_t user = order_find(order, unit->target);
		size_t used = order_find(order, reference.unit->target);
		order->needs[user * order->count + used] = true;
	}
}

static void order_note_needs(struct part_order *order)
{
	for (size_t i = 0; i < order->update->unit_count; i++) {
		const struct update_unit *unit = &order->update->units[i];
		for (size_t k = 0; unit->has_change && k < unit->post_pieces->count;
			k++) {
			if (unit->post_pieces->pieces[k].travels)
				order_note_piece(
					order, unit, &unit->post_pieces->pieces[k]);
		}
	}
}

static bool order_is_ready(const struct part_order *order, size_t number)
{
	for (size_t i = 0; i < order->count; i++) {
		if (order->needs[number * order->count + i] && !order->is_done[i])
			return false;
	}
	return !order->is_done[number];
}

/* The names of the part, from the target's. A name in struct module has an end. */
static void part_set_names(struct update_part *part, const char *id)
{
	const char *name = part->target->row.name;
	part->file_name = memory_format("ksplice-%s-%s.ko", id, name);
	if (part->target->module)
		part->module_name = memory_format("%s%s_%.*s", KSPLICE_MODULE_PREFIX, id,
			(int)(MODULE_NAME_SIZE - sizeof(KSPLICE_MODULE_PREFIX) -
				strlen(id) - 1),
			name);
	else
		part->module_name = memory_format("%s%s", KSPLICE_MODULE_PREFIX, id);
}

static bool update_has_module_name(
	const struct update *update, const struct update_part *part)
{
	for (size_t i = 0; i < update->part_count; i++) {
		if (&update->parts[i] != part &&
			strcmp(update->parts[i].module_name, part->module_name) == 0)
			return true;
	}
	return false;
}

struct error *update_parts_add(
	struct update *update, struct update_target *target, const char *id)
{
	update->parts = memory_resize(
		update->parts, update->part_count + 1, sizeof(*update->parts));
	struct update_part *part = &update->parts[update->part_count];
	*part = (struct update_part){0};
	part->target = target;
	part_set_names(part, id);
	if (update_has_module_name(update, part)) {
		free(part->module_name);
		free(part->file_name);
		return error_refused("unknown-module",
			"%s: its name is too long to be distinct from another one",
			target->path);
	}
	update->part_count++;
	return update_match_init(&part->match, update->targets, target);
}

static struct error *order_add_parts(struct part_order *order, const char *id)
{
	for (size_t done = 0; done < order->count; done++) {
		size_t next = 0;
		while (next < order->count && !order_is_ready(order, next))
			next++;
		if (next == order->count)
			return error_refused("cyclic-parts",
				"the parts of the update for several modules need each "
				"other");
		order->is_done[next] = true;
		try(update_parts_add(order->update, order->targets[next], id));
	}
	return NULL;
}

struct error *update_parts_make(struct update *update, const char *id)
{
	size_t most = update->targets->count;
	struct part_order order = {.update = update,
		.targets = memory_allocate(most * sizeof(*order.targets))};
	for (size_t i = 0; i < most; i++) {
		bool has_change = false;
		for (size_t k = 0; k < update->unit_count; k++)
			has_change |=
				update->units[k].has_change &&
				update->units[k].target == update->targets->items[i];
		if (has_change)
			order.targets[order.count++] = update->targets->items[i];
	}
	order.needs = memory_allocate(order.count * order.count + 1);
	order.is_done = memory_allocate(order.count + 1);
	if (order.count > 1)
		order_note_needs(&order);
	struct error *error = order_add_parts(&order, id);
	free(order.targets);
	free(order.needs);
	free(order.is_done);
	return error;
}

struct update_part *update_part_find(
	const struct update *update, const struct update_target *target)
{
	for (size_t i = 0; i < update->part_count; i++) {
		if (update->parts[i].target == target)
			return &update->parts[i];
	}
	return NULL;
}

struct error *update_part_take_module(struct update_part *part, const char *path)
{
	try(elf_object_open(path, ELF_RELOCS_SKIP, &part->linked));
	struct kernel_image image = {.object = part->linked};
	kernel_image_find_build_id(&image);
	if (!image.build_id || image.build_id_size > sizeof(part->row.build_id))
		return error_failed("%s: has no build-id from the linker", path);
	part->row.kind = KSPLICE_TARGET_UPDATE;
	part->row.build_id_size = (uint32_t)image.build_id_size;
	memcpy(part->row.build_id, image.build_id, image.build_id_size);
	strncpy(part->row.name, part->module_name, sizeof(part->row.name) - 1);
	return NULL;
}

struct error *update_part_find_place(const struct update_part *part,
	const struct piece *piece, struct target_place *place)
{
	const struct elf_object *object = part->linked;
	for (size_t i = 1; object && i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(object, symbol);
		if (!section || symbol->binding == STB_LOCAL ||
			strcmp(symbol->name, piece->symbol->name) != 0)
			continue;
		*place = (struct target_place){.target = &part->row,
			.section = section->name,
			.offset = symbol->value};
		return NULL;
	}
	return error_failed("%s: has no %s, which another part of the update uses",
		part->file_name, piece->symbol->name);
}

void update_parts_deinit(struct update *update)
{
	for (size_t i = 0; i < update->part_count; i++) {
		struct update_part *part = &update->parts[i];
		update_match_deinit(&part->match);
		elf_object_close(part->linked);
		free(part->module_name);
		free(part->file_name);
	}
	free(update->parts);
	update->parts = NULL;
	update->part_count = 0;
}
