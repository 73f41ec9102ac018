// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_hook.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "tests/differ/audit_object.h"
#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_unit.h"

static const struct {
	const char *section;
	uint32_t kind;
} moments[] = {
	{".ksplice.hook.pre_apply", KSPLICE_HOOK_PRE_APPLY},
	{".ksplice.hook.check_apply", KSPLICE_HOOK_CHECK_APPLY},
	{".ksplice.hook.apply", KSPLICE_HOOK_APPLY},
	{".ksplice.hook.post_apply", KSPLICE_HOOK_POST_APPLY},
	{".ksplice.hook.fail_apply", KSPLICE_HOOK_FAIL_APPLY},
	{".ksplice.hook.pre_reverse", KSPLICE_HOOK_PRE_REVERSE},
	{".ksplice.hook.check_reverse", KSPLICE_HOOK_CHECK_REVERSE},
	{".ksplice.hook.reverse", KSPLICE_HOOK_REVERSE},
	{".ksplice.hook.post_reverse", KSPLICE_HOOK_POST_REVERSE},
	{".ksplice.hook.fail_reverse", KSPLICE_HOOK_FAIL_REVERSE},
};

static uint32_t section_find_kind(const struct audit_section *section)
{
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		if (strcmp(section->name, moments[i].section) == 0)
			return moments[i].kind;
	}
	return 0;
}

/* How many entries of the update's table have that kind, and lead to that copy. */
static size_t table_count(const struct audit_update *update,
	const struct audit_section *table, uint32_t kind, const struct audit_pair *copy)
{
	size_t found = 0;
	for (size_t i = 0; table && i < table->reloc_count; i++) {
		const struct audit_reloc *reloc = &table->relocs[i];
		struct audit_module_target target;
		struct ksplice_hook entry;
		if (reloc->offset % sizeof(entry) ||
			reloc->offset + sizeof(entry) > table->size ||
			!audit_module_target_find(update, table, reloc, &target))
			continue;
		memcpy(&entry, table->data + reloc->offset, sizeof(entry));
		found += entry.kind == kind && !entry.reserved && !target.is_outside &&
			 target.section == copy->section && target.place == copy->start;
	}
	return found;
}

/* The manifest's entry, by name and object. */
static bool manifest_has(const json_t *manifest, const char *section,
	const struct audit_unit *unit, const char *name)
{
	size_t i;
	size_t k;
	json_t *target;
	json_t *hook;
	json_array_foreach(json_object_get(manifest, "targets"), i, target)
	{
		json_array_foreach(json_object_get(target, "hooks"), k, hook)
		{
			const char *kind =
				json_string_value(json_object_get(hook, "kind"));
			const char *object =
				json_string_value(json_object_get(hook, "object"));
			const char *function =
				json_string_value(json_object_get(hook, "name"));
			if (kind && object && function &&
				audit_text_ends(section, kind) &&
				strcmp(object, unit->name) == 0 &&
				strcmp(function, name) == 0)
				return true;
		}
	}
	return false;
}

/* Does the manifest say that the source had it before the patch? */
static bool manifest_says_old(
	const json_t *manifest, const struct audit_unit *unit, const char *name)
{
	size_t i;
	json_t *old;
	json_array_foreach(json_object_get(manifest, "old_hooks"), i, old)
	{
		const char *object = json_string_value(json_object_get(old, "object"));
		const char *function = json_string_value(json_object_get(old, "name"));
		if (object && function && strcmp(object, unit->name) == 0 &&
			strcmp(function, name) == 0)
			return true;
	}
	return false;
}

/* How many entries the update's table must have for it. */
static size_t hook_check(const struct audit_update *update, const json_t *manifest,
	const struct audit_unit *unit, const struct audit_section *section,
	const struct audit_reloc *reloc)
{
	const struct audit_object *module = update->module;
	const struct audit_section *table =
		audit_object_find_section(module, KSPLICE_SECTION_HOOKS);
	struct audit_target target;
	if (!audit_target_find(unit->post.object, section, reloc, &target) ||
		target.outside || target.offset) {
		audit_complain(unit->name, "%s: leads to no function", section->name);
		return 1;
	}
	const char *name = audit_thing_name(&target.thing);
	if (manifest_says_old(manifest, unit, name))
		return 0;
	const struct audit_pair *copy =
		audit_pair_find(update, unit, target.thing.section, target.thing.start);
	if (!copy || copy->is_replacement)
		audit_complain(unit->name,
			"%s: is a hook, and is not in the update as one", name);
	else if (table_count(update, table, section_find_kind(section), copy) != 1)
		audit_complain(unit->name,
			"%s: is not in the table of hooks, once, for its moment", name);
	if (!manifest_has(manifest, section->name, unit, name))
		audit_complain(
			unit->name, "%s: is a hook, and the manifest says nothing", name);
	return 1;
}

void audit_hook_check(const struct audit_update *update, const json_t *manifest)
{
	const struct audit_section *table =
		audit_object_find_section(update->module, KSPLICE_SECTION_HOOKS);
	const struct audit_section *root =
		audit_object_find_section(update->module, KSPLICE_SECTION_UPDATE);
	struct ksplice_update header = {0};
	size_t count = 0;
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct audit_unit *unit = &update->units[i];
		for (size_t k = 1; k < unit->post.object->section_count; k++) {
			const struct audit_section *section =
				&unit->post.object->sections[k];
			if (!section_find_kind(section))
				continue;
			for (size_t r = 0; r < section->reloc_count; r++)
				count += hook_check(update, manifest, unit, section,
					&section->relocs[r]);
		}
	}
	if (root && root->size >= sizeof(header))
		memcpy(&header, root->data, sizeof(header));
	size_t relocs;
	if (root)
		audit_section_find_relocs(root, offsetof(struct ksplice_update, hooks),
			sizeof(header.hooks), &relocs);
	else
		relocs = 0;
	if (header.hook_count != count ||
		(table ? table->size / sizeof(struct ksplice_hook) : 0) != count ||
		relocs != (count ? 1 : 0))
		audit_complain(update->module_name,
			"the patch has %zu hooks, and the update says %u", count,
			header.hook_count);
}
