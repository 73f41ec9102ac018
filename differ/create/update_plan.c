// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_plan.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/create/config_proof.h"
#include "differ/create/file_presence.h"
#include "differ/create/product_proof.h"
#include "differ/create/series_apply.h"
#include "differ/index/index.h"
#include "differ/tree/build_trace.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/record_rule.h"
#include "lib/text.h"

/* What is done with a file of the patch before anybody asks what was made from it. */
enum plan_action {
	PLAN_COMPILE,   /* recorded compiles that read it are compiled again */
	PLAN_PROVE,     /* refused, unless what is made from it stays the same */
	PLAN_CONFIGURE, /* refused, unless all options keep their values */
	PLAN_REFUSE,
	PLAN_IGNORE, /* never part of a kernel */
};

/* Patterns of fnmatch without FNM_PATHNAME, for paths in the source tree: a star crosses
 * slashes. The first row that fits counts. */
static const struct plan_rule {
	const char *pattern;
	enum plan_action action;
	const char *reason;
	const char *what;
	const char *hint;
} plan_rules[] = {
	{"Documentation/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"LICENSES/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"MAINTAINERS", PLAN_IGNORE, NULL, NULL, NULL},
	{"CREDITS", PLAN_IGNORE, NULL, NULL, NULL},
	{"README", PLAN_IGNORE, NULL, NULL, NULL},
	{"COPYING", PLAN_IGNORE, NULL, NULL, NULL},
	{".mailmap", PLAN_IGNORE, NULL, NULL, NULL},
	{"*.rst", PLAN_IGNORE, NULL, NULL, NULL},
	/* Where a configuration may start; the kernel has one. */
	{"arch/*/configs/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"kernel/configs/*.config", PLAN_IGNORE, NULL, NULL, NULL},
	{"scripts/checkpatch.pl", PLAN_IGNORE, NULL, NULL, NULL},
	{"scripts/get_maintainer.pl", PLAN_IGNORE, NULL, NULL, NULL},
	{"scripts/coccinelle/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"scripts/spelling.txt", PLAN_IGNORE, NULL, NULL, NULL},
	{"*.gitignore", PLAN_IGNORE, NULL, NULL, NULL},
	/* The build of the kernel runs objtool and resolve_btfids, which take libraries
	 * and headers from all over tools. */
	{"tools/testing/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/perf/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/power/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/accounting/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/hv/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/iio/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/kvm/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/memory-model/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/rcu/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/thermal/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/tracing/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/usb/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/verification/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/virtio/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/vm/*", PLAN_IGNORE, NULL, NULL, NULL},
	{"tools/*", PLAN_REFUSE, "host-program", "programs that the build runs",
		"leave it out of the patch"},
	{"*/Kconfig*", PLAN_CONFIGURE, "build-file", "the configuration",
		"leave it out of the patch"},
	{"Kconfig*", PLAN_CONFIGURE, "build-file", "the configuration",
		"leave it out of the patch"},
	{"*/Makefile*", PLAN_REFUSE, "build-file", "how the kernel is built",
		"leave it out of the patch"},
	{"Makefile*", PLAN_REFUSE, "build-file", "how the kernel is built",
		"leave it out of the patch"},
	{"*/Kbuild*", PLAN_REFUSE, "build-file", "how the kernel is built",
		"leave it out of the patch"},
	{"Kbuild*", PLAN_REFUSE, "build-file", "how the kernel is built",
		"leave it out of the patch"},
	{"*.tbl", PLAN_REFUSE, "generated-input", "a table that headers are made from",
		"that needs a new kernel"},
	/* kbuild leaves no command for these (filechk). */
	{"kernel/time/timeconst.bc", PLAN_REFUSE, "generated-input",
		"a file from which headers are made", "that needs a new kernel"},
	{"*.c", PLAN_COMPILE, NULL, NULL, NULL},
	{"*.h", PLAN_COMPILE, NULL, NULL, NULL},
	{"*.S", PLAN_PROVE, "assembly", "assembler source",
		"only functions that the compiler made can be replaced"},
	{"*.s", PLAN_PROVE, "assembly", "assembler source",
		"only functions that the compiler made can be replaced"},
	{"*.lds", PLAN_PROVE, "linker-script", "a linker script",
		"that needs a new kernel"},
	{"*.dts", PLAN_PROVE, "device-tree", "a device tree", "that needs a new kernel"},
	{"*.dtsi", PLAN_PROVE, "device-tree", "a device tree", "that needs a new kernel"},
	{"*", PLAN_REFUSE, "unknown-file", "a file of an unknown kind",
		"leave it out of the patch if it has no effect on the kernel"},
};

/* What a product without a record is, by its name; the first row that fits counts. */
static const struct plan_product {
	const char *pattern;
	const char *reason;
	const char *what; /* "X is made from it, …" */
} plan_products[] = {
	{"*.s", "generated-input", "from which headers are made"},
	{"*.o", "unlinked-object", "an object in neither vmlinux nor a module"},
	{"*.lds", "linker-script", "a linker script"},
	{"*.*", "generated-input", "which is part of the build"},
	{"*", "host-program", "a program that runs on the build machine"},
};

struct traced_path {
	const char *path;
	/* No linked unit reads it: that it has no effect needs proof. */
	bool is_unread;
};

struct planning {
	const struct kernel_tree *tree;
	const struct index *index;
	const struct patched_files *files;
	struct update_plan *plan;
	/* Files of the patch of which something may have been made without a record: an
	 * image of the vdso, a program that generates code. */
	struct traced_path *traced;
	const char **related; /* what stands for each of them in the commands */
	size_t traced_count;
};

static const struct plan_rule *plan_find_rule(const char *path)
{
	const struct plan_rule *rule = plan_rules;
	while (fnmatch(rule->pattern, path, 0) != 0)
		rule++;
	return rule;
}

static struct error *plan_refuse_file(const char *path)
{
	const struct plan_rule *rule = plan_find_rule(path);
	return error_hint(
		error_refused(rule->reason, "%s: the patch changes %s", path, rule->what),
		"%s", rule->hint);
}

static struct error *plan_check_unit(const struct index_unit *unit, const char *path)
{
	if (strcmp(unit->state, "assembly") == 0)
		return error_refused("assembly",
			"%s: the assembler source of %s includes it; only compiled functions "
			"can be replaced",
			path, unit->object);
	if (strcmp(unit->state, "recorded") != 0)
		return error_hint(error_refused("unrecorded", "%s: %s has no record: %s",
					  path, unit->object, unit->reason),
			"restore the missing files in " KSPLICE_RECORD_DIR
			", or remove the object and build it again with CC=ksplice-cc");
	if (!unit->target[0])
		return error_hint(
			error_refused("unlinked-object",
				"%s: the object %s is made from it, and is in neither "
				"vmlinux nor a module",
				path, unit->object),
			"remove the object if it is left over from an earlier build");
	return NULL;
}

/* wanted: what build_trace_read is to look for. */
static void plan_add_traced(
	struct planning *planning, const char *path, const char *wanted, bool is_unread)
{
	planning->related[planning->traced_count] = memory_copy_text(wanted);
	planning->traced[planning->traced_count++] =
		(struct traced_path){path, is_unread};
}

static struct error *plan_add_unit(
	struct planning *planning, struct index_unit *unit, const char *path)
{
	struct update_plan *plan = planning->plan;
	for (size_t k = 0; k < plan->count; k++) {
		if (plan->units[k].number == unit->number)
			return NULL;
	}
	try(plan_check_unit(unit, path));
	plan->units = array_reserve(
		plan->units, sizeof(*plan->units), plan->count + 1, &plan->capacity);
	plan->units[plan->count++] = *unit;
	*unit = (struct index_unit){0};
	return NULL;
}

static void plan_add_idle(struct update_plan *plan, const char *path, const char *reason)
{
	plan->idle = array_reserve(plan->idle, sizeof(*plan->idle), plan->idle_count + 1,
		&plan->idle_capacity);
	plan->idle[plan->idle_count++] = (struct plan_idle){path, reason};
}

/* Its readers, and what else was made from it. */
static struct error *plan_add_readers(
	struct planning *planning, const char *path, enum plan_action action)
{
	scope_free char *related = memory_format("source:%s", path);
	struct index_unit *units;
	size_t count;
	try(index_list_readers(planning->index, related, &units, &count));
	struct error *error = NULL;
	if (count && action == PLAN_PROVE)
		error = plan_refuse_file(path);
	else
		plan_add_traced(planning, path, related, !count);
	for (size_t i = 0; i < count && !error; i++)
		error = plan_add_unit(planning, &units[i], path);
	index_free_units(units, count);
	return error;
}

static void plan_add_claim(
	struct planning *planning, const char *path, const char *product)
{
	struct update_plan *plan = planning->plan;
	const struct patched_file *file = patched_files_find(planning->files, path);
	for (size_t i = 0; i < plan->claim_count; i++) {
		if (strcmp(plan->claims[i].path, path) == 0 &&
			strcmp(plan->claims[i].product, product) == 0)
			return;
	}
	plan->claims = array_reserve(plan->claims, sizeof(*plan->claims),
		plan->claim_count + 1, &plan->claim_capacity);
	plan->claims[plan->claim_count++] = (struct product_claim){
		path, memory_copy_text(product), file_presence_changes(file), false};
}

/* A unit that may find a file that the patch adds, or miss one that it deletes. */
static struct error *plan_add_finder(
	struct planning *planning, struct index_unit *unit, const char *path)
{
	if (strcmp(unit->state, "recorded") == 0 && unit->target[0])
		return plan_add_unit(planning, unit, path);
	plan_add_claim(planning, path, unit->object);
	return NULL;
}

/* Files that appear and go. */
static struct error *plan_add_presence(struct planning *planning,
	const struct patched_file *file, enum plan_action action)
{
	struct index_unit *units;
	size_t count;
	if (action != PLAN_COMPILE && file->is_there)
		return error_hint(
			error_refused("new-file", "%s: the patch creates it", file->path),
			"a patch may add .c and .h files that others include");
	try(file_presence_check(planning->tree, planning->index, file));
	try(file_presence_list_units(
		planning->tree, planning->index, file, &units, &count));
	struct error *error = NULL;
	for (size_t i = 0; i < count && !error; i++)
		error = plan_add_finder(planning, &units[i], file->path);
	index_free_units(units, count);
	if (error)
		return error;
	if (!file->is_there)
		return plan_add_readers(planning, file->path, action);
	/* What was made without a record may have read another file of that name. */
	scope_free char *name =
		memory_format("%s%s", BUILD_TRACE_NAME, file_name(file->path));
	plan_add_traced(planning, file->path, name, false);
	return NULL;
}

static struct error *plan_add_file(
	struct planning *planning, const struct patched_file *file)
{
	const char *path = file->path;
	enum plan_action action = plan_find_rule(path)->action;
	if (action == PLAN_IGNORE) {
		plan_add_idle(planning->plan, path, "never part of a kernel");
		return NULL;
	}
	if (!file->was_there && !file->is_there)
		return NULL;
	if (action == PLAN_REFUSE)
		return plan_refuse_file(path);
	if (action == PLAN_CONFIGURE) {
		planning->plan->config = path;
		return NULL;
	}
	if (!file->is_edited) {
		plan_add_idle(planning->plan, path, "changed in its mode only");
		return NULL;
	}
	if (file->is_binary)
		return error_hint(error_refused("binary-file",
					  "%s: the patch changes a binary file", path),
			"leave it out of the patch");
	if (file_presence_changes(file))
		return plan_add_presence(planning, file, action);
	return plan_add_readers(planning, path, action);
}

/* Something was made from the file, and no record says how. */
static struct error *plan_refuse_product(
	const struct index *index, const char *path, const char *product)
{
	if (plan_find_rule(path)->action == PLAN_PROVE)
		return plan_refuse_file(path);
	const char *name = record_rule_find_name(product);
	if (name)
		return error_hint(error_refused(name, "%s: %s is made from it, which %s",
					  path, product, record_rule_find(product)),
			"only code of the running kernel can be replaced");
	struct index_unit unit = {0};
	try(index_find_unit(index, product, &unit));
	struct error *error = unit.object ? plan_check_unit(&unit, path) : NULL;
	index_unit_deinit(&unit);
	if (error)
		return error;
	const struct plan_product *row = plan_products;
	while (fnmatch(row->pattern, file_name(product), 0) != 0)
		row++;
	return error_hint(error_refused(row->reason, "%s: %s is made from it, %s", path,
				  product, row->what),
		"only code of the running kernel can be replaced");
}

/* kernel/fork.c makes kernel/fork.o, also where neither record nor command is left. */
static struct error *plan_check_object(const struct planning *planning, const char *path)
{
	struct index_unit unit = {0};
	if (!text_has_suffix(path, ".c"))
		return NULL;
	scope_free char *object = memory_format("%.*so", (int)strlen(path) - 1, path);
	try(index_find_unit(planning->index, object, &unit));
	bool is_recorded = unit.state && strcmp(unit.state, "recorded") == 0;
	struct error *error =
		unit.object && !is_recorded ? plan_check_unit(&unit, path) : NULL;
	index_unit_deinit(&unit);
	return error;
}

/* Finds what was made without a record from files of the patch. Of boot code only what
 * reads nothing but it counts: else it is said that its change has no effect. */
static struct error *plan_find_claims(struct planning *planning)
{
	scope_build_trace struct build_trace trace = {0};
	struct update_plan *plan = planning->plan;
	if (!planning->traced_count)
		return NULL;
	for (size_t i = 0; i < planning->traced_count; i++) {
		if (planning->traced[i].is_unread)
			try(plan_check_object(planning, planning->traced[i].path));
	}
	try(build_trace_read(planning->tree, index_is_recorded, (void *)planning->index,
		planning->related, planning->traced_count, &trace));
	for (size_t i = 0; i < planning->traced_count; i++) {
		const struct traced_path *traced = &planning->traced[i];
		size_t count;
		const struct traced_file *made =
			build_trace_list(&trace, planning->related[i], &count);
		for (size_t k = 0; k < count; k++) {
			if (traced->is_unread || !build_trace_is_past(made[k].product))
				plan_add_claim(planning, traced->path, made[k].product);
		}
		if (traced->is_unread && !count)
			plan_add_idle(
				plan, traced->path, "not built in this configuration");
	}
	return NULL;
}

struct error *update_plan_prove_config(const struct kernel_tree *tree, const char *shadow,
	const char *work, struct update_plan *plan)
{
	scope_free char *obstacle = NULL;
	if (!plan->config)
		return NULL;
	try(config_proof_run(tree, shadow, work, &obstacle));
	if (!obstacle) {
		plan_add_idle(plan, plan->config,
			"part of the configuration, in which no option changes its value");
		return NULL;
	}
	const struct plan_rule *rule = plan_find_rule(plan->config);
	return error_hint(error_refused(rule->reason, "%s: the patch changes %s: %s",
				  plan->config, rule->what, obstacle),
		"%s", rule->hint);
}

struct error *update_plan_check_claims(
	const struct index *index, const struct update_plan *plan)
{
	for (size_t i = 0; i < plan->claim_count; i++) {
		const struct product_claim *claim = &plan->claims[i];
		if (!claim->is_same)
			return plan_refuse_product(index, claim->path, claim->product);
	}
	return NULL;
}

static struct error *plan_fill(struct planning *planning)
{
	for (size_t i = 0; i < planning->files->count; i++)
		try(plan_add_file(planning, &planning->files->items[i]));
	return plan_find_claims(planning);
}

struct error *update_plan_make(const struct kernel_tree *tree, const struct index *index,
	const struct patched_files *files, struct update_plan *plan)
{
	size_t count = files->count + 1;
	struct update_plan made = {0};
	struct planning planning = {.tree = tree,
		.index = index,
		.files = files,
		.plan = &made,
		.traced = memory_allocate(count * sizeof(*planning.traced)),
		.related = memory_allocate(count * sizeof(*planning.related))};
	struct error *error = plan_fill(&planning);
	for (size_t i = 0; i < planning.traced_count; i++)
		free((char *)planning.related[i]);
	free(planning.related);
	free(planning.traced);
	if (error)
		update_plan_deinit(&made);
	else
		*plan = made;
	return error;
}

void update_plan_deinit(struct update_plan *plan)
{
	index_free_units(plan->units, plan->count);
	for (size_t i = 0; i < plan->claim_count; i++)
		free(plan->claims[i].product);
	free(plan->claims);
	free(plan->idle);
	*plan = (struct update_plan){0};
}
