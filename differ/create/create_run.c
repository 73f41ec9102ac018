// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/create_run.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "differ/create/assess.h"
#include "differ/create/closure.h"
#include "differ/create/finding.h"
#include "differ/create/origin.h"
#include "differ/create/patch_git.h"
#include "differ/create/patch_pair.h"
#include "differ/create/patch_source.h"
#include "differ/create/product_proof.h"
#include "differ/create/shadow.h"
#include "differ/create/unit_screen.h"
#include "differ/create/update_hook.h"
#include "differ/create/update_manifest.h"
#include "differ/create/update_match.h"
#include "differ/create/update_object.h"
#include "differ/create/update_package.h"
#include "differ/create/update_parts.h"
#include "differ/create/update_plan.h"
#include "differ/create/update_symbol.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/index.h"
#include "differ/piece/piece.h"
#include "differ/seal/seal_read.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_template.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/parallel.h"
#include "lib/process.h"
#include "lib/text.h"

static double create_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct error *create_make_work(struct create *create)
{
	scope_free char *made = NULL;
	if (create->keep)
		try(file_make_folder(create->keep));
	else
		try(file_make_temporary("ksplice-create", &made));
	/* Absolute: the compiler runs elsewhere. */
	create->work = realpath(create->keep ? create->keep : made, NULL);
	if (!create->work)
		return error_errno("%s", create->keep ? create->keep : made);
	create->shadow = file_join(create->work, "shadow");
	create->patch_copy = memory_format(
		"%s/patch/%s", create->work, patch_sources_find_name(&create->sources));
	scope_text struct text text = {0};
	patch_sources_print(&create->sources, &text);
	return file_write(create->patch_copy, text.data, text.size);
}

/* With patch(1), -p is the number of folders. */
const char create_strip_hint[] =
	"-p names the patch; the number of folders to strip is --strip=N (1 by default)";

bool create_is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* Patches in files are read before anything else: they may come through a pipe. */
static struct error *create_read_files(struct create *create)
{
	for (size_t i = 0; i < create->patch_paths.count; i++) {
		const char *path = create->patch_paths.items[i];
		struct error *error = patch_source_read_file(path, &create->sources);
		if (error)
			return create_is_number(path)
				       ? error_hint(error, "%s", create_strip_hint)
				       : error;
	}
	return patch_sources_read(&create->sources, create->strip, &create->patches);
}

/* What is made from the source tree; its paths have one folder to strip. */
static struct error *create_read_tree(struct create *create)
{
	const char *source =
		create->source_path ? create->source_path : create->tree->source;
	if (create->patch_paths.count)
		return NULL;
	for (size_t i = 0; i < create->commits.count; i++)
		try((create->is_each ? patch_git_read_each : patch_git_read)(
			source, create->commits.items[i], &create->sources));
	if (create->extension)
		try(patch_pair_read(
			create->tree->source, create->extension, &create->sources));
	return patch_sources_read(&create->sources, 1, &create->patches);
}

struct error *create_open(struct create *create)
{
	try(create_read_files(create));
	try(seal_open_tree(create->tree_path, create->source_path, &create->tree));
	try(create_read_tree(create));
	try(kernel_image_open(create->tree->vmlinux, &create->image));
	message_step("reading the index of %s (Linux %s)", create->tree->objects,
		create->tree->release);
	return index_open(create->tree, create->image, &create->index);
}

static void create_show_warnings(const struct create *create, size_t known)
{
	for (size_t i = known; i < json_count_items(create->warnings); i++)
		message_warn("%s", json_find_item_text(create->warnings, i));
}

static struct update_source create_find_source(const struct create *create)
{
	return (struct update_source){
		.tree = create->tree,
		.index = create->index,
		.files = &create->files,
		.layout = &create->template.layout,
		.shadow = create->shadow,
		.work = create->work,
	};
}

/* What reads the patched files and comes out the same needs no update: units by their
 * hashes, what has no record by its bytes. */
static struct error *create_screen(struct create *create)
{
	struct update_plan *plan = &create->plan;
	struct update_source source = create_find_source(create);
	if (plan->claim_count)
		message_step("making %zu files without a record before and after",
			plan->claim_count);
	try(product_proof_run(create->tree, create->shadow, create->work, plan->claims,
		plan->claim_count));
	try(update_plan_check_claims(create->index, plan));
	return unit_screen_run(&source, plan);
}

static struct error *create_apply(struct create *create)
{
	scope_free char *steps = memory_format("%s/patch/steps", create->work);
	struct error *error = shadow_create(create->tree, &create->patches,
		create->shadow, steps, &create->files, create->warnings);
	create_show_warnings(create, 0);
	return error;
}

static struct error *create_plan(struct create *create)
{
	struct update_plan *plan = &create->plan;
	try(create_make_work(create));
	try(create_apply(create));
	try(update_plan_make(create->tree, create->index, &create->files, plan));
	try(update_plan_prove_config(create->tree, create->shadow, create->work, plan));
	if (!plan->count && !plan->claim_count)
		return error_no_change(
			"%s: nothing of what the patch touches is built in "
			"this configuration",
			create->files.items[0].path);
	for (size_t i = 0; i < plan->idle_count; i++)
		message_warn("%s is %s, so its change has no effect", plan->idle[i].path,
			plan->idle[i].reason);
	try(create_screen(create));
	if (!plan->count)
		return error_no_change(
			"%s: the patch changes no function of this kernel: all that was "
			"made from what it touches comes out the same",
			create->sources.items[0].name);
	if (plan->same_count)
		message_step("%zu of them are the same with the patch", plan->same_count);
	for (size_t i = 0; i < plan->count; i++)
		message_step("the patch changes %s", plan->units[i].object);
	return NULL;
}

/* The units' targets; that of a module is the one that its object is in, and no other. */
static struct error *create_open_units(struct create *create)
{
	struct update_source source = {.tree = create->tree, .index = create->index};
	create->units = memory_allocate(create->plan.count * sizeof(*create->units));
	for (size_t i = 0; i < create->plan.count; i++) {
		const struct index_unit *unit = &create->plan.units[i];
		struct update_target *target;
		try(update_targets_find(&create->targets, unit->target, &target));
		if (target->module)
			try(update_targets_check_object(&create->targets, unit->object));
		try(update_unit_open(&source, unit, target, &create->units[i]));
	}
	return NULL;
}

static struct error *create_prepare(struct create *create)
{
	scope_text struct text build_ids = {0};
	scope_text struct text patch = {0};
	update_targets_init(&create->targets, create->tree, create->index,
		&create->template.layout, create->image);
	create->update.targets = &create->targets;
	try(create_open_units(create));
	for (size_t i = 0; i < create->targets.count; i++) {
		const struct ksplice_target *row = &create->targets.items[i]->row;
		scope_free char *text =
			text_from_bytes(row->build_id, row->build_id_size);
		text_add_format(&build_ids, "%s%s", i ? " " : "", text);
	}
	patch_sources_print(&create->sources, &patch);
	update_package_make_id(patch.data, build_ids.data, create->id);
	scope_free char *build_id =
		text_from_bytes(create->image->build_id, create->image->build_id_size);
	return module_template_prepare(create->tree, build_id,
		create->units[0].record.compiler, create->work, &create->template);
}

/* One unit among several that are compiled at the same time. */
struct compiling {
	struct create *create;
	const struct update_source *source;
	struct error **errors;
	atomic_size_t done;
};

static void create_compile_unit(size_t i, void *context)
{
	struct compiling *compiling = context;
	struct create *create = compiling->create;
	struct update_unit *unit = &create->units[i];
	if (process_interruption())
		return;
	message_step("compiling %s before and after (%zu of %zu)", unit->object,
		atomic_fetch_add(&compiling->done, 1) + 1, create->plan.count);
	compiling->errors[i] = update_unit_compile(compiling->source, unit);
}

/* Compiles the units on all processors. The first error, in the order of the units, is
 * the answer. */
static struct error *create_compile(
	struct create *create, const struct update_source *source)
{
	size_t count = create->plan.count;
	struct compiling compiling = {
		.create = create,
		.source = source,
		.errors = memory_allocate((count + 1) * sizeof(struct error *)),
	};
	struct error *error = NULL;
	parallel_run(count, create_compile_unit, &compiling);
	for (size_t i = 0; i < count; i++) {
		size_t known = json_count_items(create->warnings);
		update_unit_hear(&create->units[i], create->warnings);
		create_show_warnings(create, known);
		if (!error)
			error = compiling.errors[i];
		else
			error_free(compiling.errors[i]);
	}
	free(compiling.errors);
	if (!error && process_interruption())
		error = process_interrupted();
	return error;
}

/* Pre is what runs: piece by piece as its target has it, or the object as a whole. */
static struct error *create_prove(
	const struct update_source *source, const struct update_unit *unit)
{
	scope_error struct error *different = origin_prove_unit(unit);
	if (!different || error_get_kind(different) != ERROR_REFUSED)
		return take_pointer(different);
	message_step("compiling %s as it was built", unit->object);
	scope_error struct error *other = update_unit_prove_object(source, unit);
	/* The first one names the function or variable. */
	bool is_refused = other && error_get_kind(other) == ERROR_REFUSED;
	return is_refused ? take_pointer(different) : take_pointer(other);
}

/* Compiles each unit twice, and takes both objects apart. */
static struct error *create_compare(struct create *create)
{
	struct update_source source = create_find_source(create);
	try(create_compile(create, &source));
	for (size_t i = 0; i < create->plan.count; i++) {
		struct update_unit *unit = &create->units[i];
		try(update_unit_prove(&source, unit));
		try(update_unit_compare(&source, unit));
		try(create_prove(&source, unit));
	}
	return NULL;
}

/* Says what the differences mean, and selects what has to travel. */
static struct error *create_select(struct create *create)
{
	struct update *update = &create->update;
	update->units = create->units;
	update->unit_count = create->plan.count;
	update_collect_globals(update);
	assess_functions(update);
	try(assess_links(update));
	assess_data(update);
	assess_boot(update);
	update_hook_collect(update);
	try(closure_select(update));
	assess_selection(update);
	assess_threads(update);
	assess_exports(update);
	assess_init(update);
	update_hook_assess(update);
	return assess_layouts(update, &create->allowed_layouts);
}

/* Old code and constants, with all places where memory may differ from the target. */
static struct error *create_match_unit(struct create *create, struct update_unit *unit)
{
	struct finding_list *findings = &create->update.findings;
	struct update_match *match =
		&update_part_find(&create->update, unit->target)->match;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		struct error *error = NULL;
		if (update_is_replacement(piece))
			error = update_match_add(match, unit, piece);
		else if (piece->travels && piece->in_place)
			error = update_match_add_constant(match, unit, piece);
		try(finding_take_error(
			findings, unit->object, update_piece_name(piece), error));
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (!update_is_function(piece) || piece->twin ||
			piece->kind == SECTION_KIND_INIT)
			continue;
		struct error *error = update_match_add_gone(match, unit, piece);
		try(finding_take_error(
			findings, unit->object, piece->symbol->name, error));
	}
	return NULL;
}

static struct error *create_match(struct create *create)
{
	struct update *update = &create->update;
	if (!update->has_change)
		return NULL;
	try(update_parts_make(update, create->id));
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].has_change)
			try(create_match_unit(create, &update->units[i]));
	}
	return update_symbol_check(update);
}

/* Nothing travels, yet the patched kernel would be another one. */
static struct error *create_refuse_idle(
	const struct create *create, const struct finding *warned)
{
	bool is_export =
		warned->kind == FINDING_NEW_EXPORT || warned->kind == FINDING_OLD_EXPORT;
	return error_hint(
		error_refused(is_export ? "export" : "init-function",
			"%s: all that the patch changes is %s",
			create->sources.items[0].name,
			is_export ? "what is exported to modules"
				  : "used at boot only, or when a module is loaded or "
				    "unloaded"),
		"build the kernel or module with the patch, and boot or load it");
}

/* Tells all findings that the user has to hear of; the first refusal is the answer. */
static struct error *create_judge(const struct create *create)
{
	const struct finding_list *findings = &create->update.findings;
	const struct finding *refused = finding_find(findings, FINDING_REFUSED);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		scope_free char *text = finding_describe(finding);
		if (finding->consequence != FINDING_NOTED && finding != refused)
			message_warn("%s", text);
		else if (finding->kind == FINDING_CHANGED_FUNCTION && !refused)
			message_step("replacing %s", finding->name);
		else if (finding->kind == FINDING_CHANGED_CONSTANT && !refused)
			message_step("changing the constant %s in place", finding->name);
		else if (finding->kind == FINDING_HOOK && !refused)
			message_step("%s %s", finding->name, finding->text);
	}
	if (refused)
		return finding_refuse(findings);
	if (create->update.has_change)
		return NULL;
	const struct finding *warned = finding_find(findings, FINDING_WARNED);
	if (warned)
		return create_refuse_idle(create, warned);
	return error_no_change("%s: the patch changes no function of this kernel",
		create->sources.items[0].name);
}

static struct error *create_write(struct create *create)
{
	const struct update_content content = {
		&create->update, create->id, &create->patches, create->description};
	const char *output = create->is_dry ? create->work : create->output;
	return update_package_write(&content, &create->template, create->patch_copy,
		create->work, output, &create->archive);
}

struct error *create_run(struct create *create)
{
	double start = create_clock();
	try(create_open(create));
	try(create_plan(create));
	try(create_prepare(create));
	try(create_compare(create));
	try(create_select(create));
	try(create_match(create));
	try(create_judge(create));
	try(create_write(create));
	create->seconds = create_clock() - start;
	return NULL;
}

struct error *create_clean(struct create *create)
{
	struct error *error = NULL;
	if (create->work && (!create->keep || create->is_each))
		error = file_remove(create->work);
	for (size_t i = 0; create->units && i < create->plan.count; i++)
		update_unit_deinit(&create->units[i]);
	free(create->units);
	update_parts_deinit(&create->update);
	update_deinit(&create->update);
	update_targets_deinit(&create->targets);
	module_template_deinit(&create->template);
	update_plan_deinit(&create->plan);
	patched_files_deinit(&create->files);
	patch_list_deinit(&create->patches);
	patch_sources_deinit(&create->sources);
	index_close(create->index);
	kernel_image_close(create->image);
	kernel_tree_close(create->tree);
	json_release(create->warnings);
	json_release(create->chosen);
	free(create->patch_copy);
	free(create->shadow);
	free(create->work);
	return error;
}

/* Names of the old functions and constants that the update replaces. */
static void describe_part(const struct update_part *part, struct json_t *functions,
	struct json_t *constants)
{
	for (size_t i = 0; i < part->match.count; i++) {
		const struct match_hunk *hunk = &part->match.items[i];
		if (hunk->hunk.kind == KSPLICE_HUNK_FUNCTION)
			json_append_text(functions, hunk->piece->symbol->name);
		else if (hunk->hunk.kind == KSPLICE_HUNK_DATA)
			json_append_text(constants, hunk->name);
	}
}

struct json_t *create_describe(const struct create *create)
{
	const struct update *update = &create->update;
	struct json_t *functions = json_make_array();
	struct json_t *constants = json_make_array();
	for (size_t i = 0; i < update->part_count; i++)
		describe_part(&update->parts[i], functions, constants);
	struct json_t *json = json_make_object();
	json_put_text(json, "result", "created");
	json_put_text(json, "id", create->id);
	if (!create->is_dry)
		json_put_text(json, "archive", create->archive);
	json_put_flag(json, "dry_run", create->is_dry);
	json_put(json, "functions", functions);
	json_put(json, "constants", constants);
	json_put(json, "targets", update_manifest_list_targets(update));
	json_put(json, "hooks", update_manifest_list_hooks(&create->update));
	json_put_flag(json, "reversible",
		!finding_find(&create->update.findings, FINDING_IRREVERSIBLE));
	json_put_real(json, "seconds", create->seconds);
	return json;
}
