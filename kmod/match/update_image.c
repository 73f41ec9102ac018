// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/update_image.h"

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "kmod/change/trampoline.h"
#include "kmod/compat/module_memory.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/running_kernel.h"
#include "kmod/kernel/target_table.h"
#include "kmod/match/hook_table.h"
#include "kmod/match/patch_site.h"

static bool is_id(const char *id)
{
	size_t length = strnlen(id, KSPLICE_ID_SIZE);
	size_t i;

	if (!length || length == KSPLICE_ID_SIZE)
		return false;
	for (i = 0; i < length; i++)
		if (!islower(id[i]) && !isdigit(id[i]))
			return false;
	return true;
}

static bool owns_table(const struct module *module, u64 address, u64 count, size_t size,
	size_t alignment)
{
	return IS_ALIGNED(address, alignment) && count <= U32_MAX &&
	       module_owns_range(module, address, count * size);
}

/* What must hold before anything else of the update is looked at. */
static int check_header(const struct module *module, const struct ksplice_update *update)
{
	if (!module_owns_range(module, (unsigned long)update,
		    offsetofend(struct ksplice_update, abi)) ||
		update->magic != KSPLICE_UPDATE_MAGIC) {
		problem_add("%s: carries no update", module->name);
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
	if (!is_id(update->id) || !str_has_prefix(module->name, KSPLICE_MODULE_PREFIX) ||
		strcmp(module->name + strlen(KSPLICE_MODULE_PREFIX), update->id)) {
		problem_add("%s: has another name than its id", module->name);
		return -ENOEXEC;
	}
	if (!owns_table(module, update->targets, update->target_count,
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
		if (site->offset >= offset && site->offset <= hunk->size &&
			site->length <= hunk->size - site->offset &&
			is_in_match(update, site->data, site->data_size) &&
			patch_site_is_valid(site, image->match + site->data,
				update->target_count))
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
		if (site->kind == KSPLICE_SITE_ABSOLUTE && site->length == 8)
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
	bool (*has_place)(u64 offset, u64 size); /* may such a hunk be there? */
	const char *place;
	bool (*has_post)(const struct module *module, const struct ksplice_hunk *hunk);
	const char *post_problem;
} hunk_kinds[] = {
	[KSPLICE_HUNK_FUNCTION] = {running_kernel_has_text, "text", has_new_code,
		"has no place for the jump, or no new code"},
	[KSPLICE_HUNK_PART] = {running_kernel_has_text, "text", has_no_post,
		"is a part, and has new code or a jump"},
	[KSPLICE_HUNK_DATA] = {running_kernel_has_constants, "read-only data",
		has_new_content, "has no new content in the update's read-only data"},
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
	unsigned long address = running_kernel_address(hunk->place.offset);

	if (!kind->has_place(hunk->place.offset, hunk->size)) {
		problem_add("%s: %s: is not in the kernel's %s", target, name,
			kind->place);
		return -EINVAL;
	}
	if (!running_kernel_has_name(name, address)) {
		problem_add(
			"%s: %s: kallsyms does not know it at 0x%lx", target, name, address);
		return -EINVAL;
	}
	return 0;
}

static int check_hunk(const struct module *module, const struct update_image *image,
	const struct ksplice_hunk *hunk)
{
	const struct ksplice_update *update = image->header;
	const struct hunk_kind *kind = find_hunk_kind(hunk->kind);
	int result;

	if (!is_text_in_match(image, hunk->name) || !hunk->size ||
		!is_in_match(update, hunk->bytes, hunk->size) ||
		hunk->first_site > update->site_count ||
		hunk->site_count > update->site_count - hunk->first_site ||
		!target_table_has_range(
			update->target_count, &hunk->place, hunk->size) ||
		hunk->reserved) {
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

int update_image_check(const struct module *module, const struct ksplice_update *update,
	struct update_image *image)
{
	struct update_image checked;
	const struct ksplice_hunk *hunk;
	int result = check_header(module, update);

	if (result)
		return result;
	checked.header = update;
	checked.targets = (const void *)(unsigned long)update->targets;
	checked.hunks = (const void *)(unsigned long)update->hunks;
	checked.sites = (const void *)(unsigned long)update->sites;
	checked.match = (const void *)(unsigned long)update->match;
	result = target_table_check(module->name, checked.targets, update->target_count);
	if (!result)
		result = hook_table_check(module, update);
	/* An update without its hooks is another update. */
	if (!result && update->hook_count) {
		problem_add("%s: has hooks, and this ksplice.ko runs none", module->name);
		result = -EOPNOTSUPP;
	}
	if (result)
		return result;
	update_image_foreach_hunk(hunk, &checked) {
		result = check_hunk(module, &checked, hunk);
		if (result)
			return result;
	}
	*image = checked;
	return 0;
}
