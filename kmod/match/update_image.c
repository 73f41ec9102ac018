// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/update_image.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "kmod/change/trampoline.h"
#include "kmod/compat/module_memory.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/match/hook_table.h"
#include "kmod/match/patch_site.h"

bool update_image_is_id(const char *id)
{
	size_t length = strnlen(id, KSPLICE_ID_SIZE);
	size_t i;

	if (length != KSPLICE_ID_LENGTH)
		return false;
	for (i = 0; i < length; i++)
		if (!islower(id[i]) && !isdigit(id[i]))
			return false;
	return true;
}

/* ksplice_<id>, or ksplice_<id>_ and more. */
static bool has_name_of_id(
	const struct module *module, const struct ksplice_update *update)
{
	const char *name = module->name;
	size_t length = strlen(KSPLICE_MODULE_PREFIX);

	if (!update_image_is_id(update->id) ||
		strncmp(name, KSPLICE_MODULE_PREFIX, length))
		return false;
	name += length;
	length = strlen(update->id);
	return !strncmp(name, update->id, length) &&
	       (!name[length] || name[length] == '_');
}

static bool owns_table(const struct module *module, u64 address, u64 count, size_t size,
	size_t alignment)
{
	return IS_ALIGNED(address, alignment) && count <= U32_MAX &&
	       module_owns_range(module, address, count * size);
}

/* The row of the part that this module is, is its first target. */
static int check_parts(const struct module *module, const struct update_image *image)
{
	const struct ksplice_update *update = image->header;

	if (update->part < update->part_count &&
		!memcmp(&image->parts[update->part], image->targets,
			sizeof(*image->targets)))
		return target_table_check(
			module->name, image->parts, update->part_count);
	problem_add("%s: its table of parts is damaged", module->name);
	return -ENOEXEC;
}

/* What must hold before anything else of the update is looked at. */
static int check_header(const struct module *module, const struct ksplice_update *update)
{
	if (!module_owns_range(module, (unsigned long)update,
		    offsetofend(struct ksplice_update, abi)) ||
		update->magic != KSPLICE_UPDATE_MAGIC) {
		problem_add("%s: contains no update", module->name);
		return -ENOEXEC;
	}
	if (update->abi != KSPLICE_ABI_VERSION) {
		problem_add("%s: has format %u, and this ksplice.ko reads %u",
			module->name, update->abi, KSPLICE_ABI_VERSION);
		return -ENOEXEC;
	}
	if (!module_owns_range(module, (unsigned long)update, sizeof(*update)) ||
		update->reserved) {
		problem_add("%s: its header is damaged", module->name);
		return -ENOEXEC;
	}
	if (update->flags & ~KSPLICE_UPDATE_IRREVERSIBLE) {
		problem_add("%s: has the unknown flags 0x%x", module->name,
			update->flags & ~KSPLICE_UPDATE_IRREVERSIBLE);
		return -ENOEXEC;
	}
	if (!has_name_of_id(module, update)) {
		problem_add("%s: its name does not agree with its id", module->name);
		return -ENOEXEC;
	}
	if (!owns_table(module, update->targets, update->target_count,
		    sizeof(struct ksplice_target), 8) ||
		!owns_table(module, update->parts, update->part_count,
			sizeof(struct ksplice_target), 8) ||
		!owns_table(module, update->symbols, update->symbols_size, 1, 8) ||
		!owns_table(module, update->hunks, update->hunk_count,
			sizeof(struct ksplice_hunk), 8) ||
		!owns_table(module, update->sites, update->site_count,
			sizeof(struct ksplice_site), 4) ||
		!owns_table(module, update->match, update->match_size, 1, 8) ||
		(!update->hunk_count && !update->hook_count) ||
		(update->hunk_count && !update->match_size)) {
		problem_add("%s: its tables are damaged", module->name);
		return -ENOEXEC;
	}
	return 0;
}

/*
 * The new code of another update cannot be replaced: when that one's target goes and
 * comes back, its part is loaded anew, and nobody would do so with a part for that part.
 */
static int check_first_target(
	const struct module *module, const struct ksplice_update *update)
{
	const struct ksplice_target *first =
		(const void *)(unsigned long)update->targets;

	if (!update->target_count || first->kind != KSPLICE_TARGET_UPDATE)
		return 0;
	problem_add("%s: replaces code of update module %.*s, and updates can replace "
		    "that of the kernel and its modules only",
		module->name, (int)sizeof(first->name), first->name);
	return -EOPNOTSUPP;
}

static bool is_in_match(const struct ksplice_update *update, u32 offset, u64 size)
{
	return offset <= update->match_size && size <= update->match_size - offset;
}

static bool is_text_in_match(const struct update_image *image, u32 offset)
{
	return offset < image->header->match_size &&
	       memchr(image->match + offset, 0, image->header->match_size - offset);
}

static int check_sites(const struct update_image *image, const struct ksplice_hunk *hunk)
{
	const struct ksplice_update *update = image->header;
	const struct ksplice_site *site = image->sites + hunk->first_site;
	const struct ksplice_site *end = site + hunk->site_count;
	u32 offset = 0;

	for (; site < end; offset = site->offset, site++) {
		struct patch_site patch = {
			.site = site,
			.target = target_table_at(&image->table, &hunk->place),
			.targets = &image->table,
			.data = image->match + site->data,
			.linked = image->match + hunk->bytes + site->offset,
		};

		if (site->offset >= offset && site->offset <= hunk->size &&
			site->length <= hunk->size - site->offset &&
			is_in_match(update, site->data, site->data_size) &&
			patch_site_is_valid(&patch))
			continue;
		problem_add("%s: %s+0x%x: a %s site of %u bytes is damaged",
			update_image_target(image, hunk), update_image_name(image, hunk),
			site->offset, patch_site_name(site->kind), site->length);
		return -ENOEXEC;
	}
	return 0;
}

/* Nothing but a pointer differs between a constant as linked and in memory. */
static int check_pointers(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	const struct ksplice_site *site = image->sites + hunk->first_site;
	const struct ksplice_site *end = site + hunk->site_count;

	for (; site < end; site++) {
		if (site->length == 8 && (site->kind == KSPLICE_SITE_ABSOLUTE ||
						 site->kind == KSPLICE_SITE_RELOCATION))
			continue;
		problem_add("%s: %s+0x%x: a constant has no %s site of %u bytes",
			update_image_target(image, hunk), update_image_name(image, hunk),
			site->offset, patch_site_name(site->kind), site->length);
		return -ENOEXEC;
	}
	return 0;
}

static bool has_new_code(const struct module *module, const struct ksplice_hunk *hunk)
{
	return hunk->post >= module_text_start(module) &&
	       hunk->post < module_text_end(module) && hunk->size >= TRAMPOLINE_SIZE &&
	       hunk->jump <= hunk->size - TRAMPOLINE_SIZE;
}

static bool has_no_post(const struct module *module, const struct ksplice_hunk *hunk)
{
	return !hunk->post && !hunk->jump;
}

static bool has_new_content(const struct module *module, const struct ksplice_hunk *hunk)
{
	return !hunk->jump && module_owns_constants(module, hunk->post, hunk->size);
}

static const struct hunk_kind {
	/* May such a hunk be there? */
	bool (*has_place)(const struct target *target, unsigned long address, u64 size);
	const char *place;
	bool (*has_post)(const struct module *module, const struct ksplice_hunk *hunk);
	const char *post_problem;
} hunk_kinds[] = {
	[KSPLICE_HUNK_FUNCTION] = {target_has_text, "text", has_new_code,
		"has no place for the jump, or no new code"},
	[KSPLICE_HUNK_PART] = {target_has_text, "text", has_no_post,
		"is a part, but has new code or a jump"},
	[KSPLICE_HUNK_DATA] = {target_has_constants, "read-only data", has_new_content,
		"has no new content in the update's read-only data"},
};

static const struct hunk_kind *find_hunk_kind(u32 kind)
{
	return kind < ARRAY_SIZE(hunk_kinds) && hunk_kinds[kind].has_place
		       ? &hunk_kinds[kind]
		       : NULL;
}

static int check_place(const struct update_image *image, const struct ksplice_hunk *hunk)
{
	const struct hunk_kind *kind = find_hunk_kind(hunk->kind);
	const char *name = update_image_name(image, hunk);
	const char *target = update_image_target(image, hunk);
	const struct target *found = target_table_at(&image->table, &hunk->place);
	unsigned long address = update_image_address(image, hunk);

	if (!kind->has_place(found, address, hunk->size)) {
		problem_add(
			"%s: %s: is not in its target's %s", target, name, kind->place);
		return -EINVAL;
	}
	if (!target_has_name(found, name, address)) {
		problem_add("%s: %s: kallsyms does not know it at 0x%llx", target, name,
			hunk->place.offset);
		return -EINVAL;
	}
	return 0;
}

static int check_hunk(const struct module *module, struct update_image *image,
	const struct ksplice_hunk *hunk)
{
	const struct ksplice_update *update = image->header;
	const struct hunk_kind *kind = find_hunk_kind(hunk->kind);
	int result;

	if (!is_text_in_match(image, hunk->name) || !hunk->size ||
		!is_in_match(update, hunk->bytes, hunk->size) ||
		hunk->first_site > update->site_count ||
		hunk->site_count > update->site_count - hunk->first_site ||
		!target_table_resolve(&image->table, &hunk->place, hunk->size,
			&image->addresses[hunk - image->hunks]) ||
		hunk->place.target || hunk->reserved) {
		problem_add("%s: hunk %td is damaged", module->name, hunk - image->hunks);
		return -ENOEXEC;
	}
	if (!kind) {
		problem_add("%s: %s: is a hunk of the unknown kind %u",
			update_image_target(image, hunk), update_image_name(image, hunk),
			hunk->kind);
		return -ENOEXEC;
	}
	if (!kind->has_post(module, hunk)) {
		problem_add("%s: %s: %s", update_image_target(image, hunk),
			update_image_name(image, hunk), kind->post_problem);
		return -ENOEXEC;
	}
	result = check_place(image, hunk);
	if (!result)
		result = check_sites(image, hunk);
	if (!result && hunk->kind == KSPLICE_HUNK_DATA)
		result = check_pointers(image, hunk);
	return result;
}

static int compare_extents(const void *left, const void *right)
{
	const struct target_range *a = left;
	const struct target_range *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

static int check_overlap(const struct module *module, const struct update_image *image)
{
	u32 count = image->header->hunk_count;
	struct target_range *extents =
		kvmalloc_array(count, sizeof(*extents), GFP_KERNEL);
	int result = 0;
	u32 i;

	if (!extents)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		extents[i] = (struct target_range){image->addresses[i],
			image->addresses[i] + image->hunks[i].size};
	sort(extents, count, sizeof(*extents), compare_extents, NULL);
	for (i = 1; i < count && !result; i++) {
		if (extents[i].start >= extents[i - 1].end)
			continue;
		problem_add("%s: two of its hunks overlap", module->name);
		result = -ENOEXEC;
	}
	kvfree(extents);
	return result;
}

static int check_hunks(const struct module *module, struct update_image *image)
{
	const struct ksplice_hunk *hunk;
	int result;

	image->addresses = kvcalloc(image->header->hunk_count,
		sizeof(*image->addresses), GFP_KERNEL);
	if (!image->addresses)
		return -ENOMEM;
	update_image_foreach_hunk(hunk, image) {
		result = check_hunk(module, image, hunk);
		if (result)
			return result;
	}
	return check_overlap(module, image);
}

static int allocate_scratch(struct update_image *image)
{
	const struct ksplice_hunk *hunk;
	u32 largest = 0;

	update_image_foreach_hunk(hunk, image) largest = max(largest, hunk->size);
	image->scratch = kvmalloc(2 * (size_t)largest, GFP_KERNEL);
	return image->scratch ? 0 : -ENOMEM;
}

int update_image_check(const struct module *module, const struct ksplice_update *update,
	struct update_image *image)
{
	struct update_image checked = {0};
	int result = check_header(module, update);

	if (!result)
		result = check_first_target(module, update);
	if (result)
		return result;
	checked.header = update;
	checked.targets = (const void *)(unsigned long)update->targets;
	checked.parts = (const void *)(unsigned long)update->parts;
	checked.hunks = (const void *)(unsigned long)update->hunks;
	checked.sites = (const void *)(unsigned long)update->sites;
	checked.match = (const void *)(unsigned long)update->match;
	checked.table.names = (const char *)checked.match;
	checked.table.names_size = update->match_size;
	result = target_table_find(
		module->name, checked.targets, update->target_count, &checked.table);
	if (!result)
		result = check_parts(module, &checked);
	if (!result)
		result = hook_table_check(module, update);
	if (!result)
		result = check_hunks(module, &checked);
	if (!result)
		result = allocate_scratch(&checked);
	if (result)
		update_image_deinit(&checked);
	else
		*image = checked;
	return result;
}

void update_image_release(struct update_image *image)
{
	target_table_release(&image->table);
}

void update_image_deinit(struct update_image *image)
{
	target_table_deinit(&image->table);
	kvfree(image->addresses);
	image->addresses = NULL;
	kvfree(image->scratch);
	image->scratch = NULL;
}
