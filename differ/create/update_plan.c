// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "differ/create/patch_file.h"
#include "differ/index/index.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What a patch may touch besides .c files, by name; the first row that fits counts. */
static const struct refused_file {
	const char *start;  /* of the file's name, or NULL */
	const char *ending; /* of the file's name, or NULL */
	const char *reason;
	const char *what;
	const char *hint;
} refused_files[] = {
	{NULL, ".h", "header", "a header", "patches of headers are not supported yet"},
	{NULL, ".S", "assembly", "assembler source",
		"only functions that the compiler made can be replaced"},
	{NULL, ".s", "assembly", "assembler source",
		"only functions that the compiler made can be replaced"},
	{NULL, ".lds", "linker-script", "a linker script", "that needs a new kernel"},
	{NULL, ".lds.S", "linker-script", "a linker script", "that needs a new kernel"},
	{NULL, ".tbl", "generated-input", "a table that headers are generated from",
		"that needs a new kernel"},
	{"Kconfig", NULL, "build-file", "the configuration", "leave it out of the patch"},
	{"Makefile", NULL, "build-file", "how the kernel is built",
		"leave it out of the patch"},
	{"Kbuild", NULL, "build-file", "how the kernel is built",
		"leave it out of the patch"},
};

/* Sources of which kbuild generates headers (Kbuild, arch/x86/kernel/Makefile). */
static const char *const generating_sources[] = {
	"kernel/bounds.c",
	"kernel/time/timeconst.bc",
	"arch/x86/kernel/asm-offsets.c",
	"arch/x86/kernel/asm-offsets_64.c",
	"kernel/sched/rq-offsets.c",
};

static struct error *plan_check_path(const char *path)
{
	const char *name = file_name(path);
	for (size_t i = 0; i < sizeof(refused_files) / sizeof(refused_files[0]); i++) {
		const struct refused_file *refused = &refused_files[i];
		if ((refused->start && text_has_prefix(name, refused->start)) ||
			(refused->ending && text_has_suffix(name, refused->ending)))
			return error_hint(
				error_refused(refused->reason, "%s: the patch changes %s",
					path, refused->what),
				"%s", refused->hint);
	}
	for (size_t i = 0; i < sizeof(generating_sources) / sizeof(generating_sources[0]);
		i++) {
		if (strcmp(path, generating_sources[i]) == 0)
			return error_hint(
				error_refused("generated-input",
					"%s: headers are generated from it", path),
				"that needs a new kernel");
	}
	return NULL;
}

static struct error *plan_check_unit(const struct index_unit *unit, const char *path)
{
	if (strcmp(unit->state, "recorded") != 0)
		return error_hint(error_refused("unrecorded", "%s: %s has no record: %s",
					  path, unit->object, unit->reason),
			"remove the object and build it again with CC=ksplice-cc");
	if (strcmp(unit->target, KSPLICE_TARGET_VMLINUX) != 0)
		return error_hint(
			error_refused("module", "%s: is built into the module %s", path,
				unit->target),
			"patches of modules are not supported yet");
	return NULL;
}

static struct error *plan_add_readers(const struct index *index, const char *path,
	struct update_plan *plan, bool *is_built)
{
	scope_free char *related = memory_format("source:%s", path);
	struct index_unit *units;
	size_t count;
	try(index_list_readers(index, related, &units, &count));
	struct error *error = NULL;
	for (size_t i = 0; i < count; i++) {
		bool is_known = false;
		for (size_t k = 0; k < plan->count; k++)
			is_known |= plan->units[k].number == units[i].number;
		/* Compiled, but linked into nothing: a probe of the build. */
		if (!units[i].target[0] || is_known) {
			index_unit_deinit(&units[i]);
			continue;
		}
		*is_built = true;
		if (!error)
			error = plan_check_unit(&units[i], path);
		plan->units = array_reserve(plan->units, sizeof(*plan->units),
			plan->count + 1, &plan->capacity);
		plan->units[plan->count++] = units[i];
	}
	free(units);
	return error;
}

static struct error *plan_fill(const struct index *index, const struct patch_file *patch,
	struct update_plan *plan)
{
	plan->unbuilt = memory_allocate(patch->count * sizeof(*plan->unbuilt));
	for (size_t i = 0; i < patch->count; i++) {
		const char *path = patch->entries[i].path;
		bool is_built = false;
		try(plan_check_path(path));
		try(plan_add_readers(index, path, plan, &is_built));
		if (!is_built)
			plan->unbuilt[plan->unbuilt_count++] = path;
	}
	if (!plan->count)
		return error_no_change(
			"%s: nothing of what the patch touches is built in this "
			"configuration",
			patch->entries[0].path);
	return NULL;
}

struct error *update_plan_make(const struct index *index, const struct patch_file *patch,
	struct update_plan *plan)
{
	struct update_plan made = {0};
	struct error *error = plan_fill(index, patch, &made);
	if (error)
		update_plan_deinit(&made);
	else
		*plan = made;
	return error;
}

void update_plan_deinit(struct update_plan *plan)
{
	index_free_units(plan->units, plan->count);
	free(plan->unbuilt);
	*plan = (struct update_plan){0};
}
