// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_survey.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "differ/index/database.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/file_stamp.h"
#include "lib/memory.h"
#include "lib/record_rule.h"
#include "lib/text.h"

struct surveying {
	const struct database *database;
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	struct index_survey *survey;
};

static void text_replace(char **text, char *with)
{
	free(*text);
	*text = with;
}

static struct surveyed_unit *survey_add_unit(
	struct index_survey *survey, const char *object)
{
	survey->units = array_reserve(survey->units, sizeof(*survey->units),
		survey->unit_count + 1, &survey->unit_capacity);
	struct surveyed_unit *unit = &survey->units[survey->unit_count];
	*unit = (struct surveyed_unit){.object = memory_copy_text(object)};
	name_map_set(&survey->by_object, object, (int64_t)survey->unit_count++);
	return unit;
}

/* The unit of that object, which is added if there is none. */
static struct surveyed_unit *survey_find_unit(
	struct index_survey *survey, const char *object)
{
	int64_t position;
	if (name_map_find(&survey->by_object, object, &position))
		return &survey->units[position];
	struct surveyed_unit *unit = survey_add_unit(survey, object);
	char **const texts[] = {&unit->source, &unit->target, &unit->state, &unit->reason,
		&unit->record_stamp, &unit->object_stamp, &unit->old_target};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = memory_copy_text("");
	unit->is_changed = true;
	return unit;
}

static struct error *survey_read_units(const struct surveying *surveying)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(surveying->database,
		"SELECT number, object, source, target, link_order, state, reason, "
		"record_stamp, object_stamp FROM unit",
		&list));
	while (!(error = database_step(surveying->database, list, &row)) && row) {
		struct surveyed_unit *unit =
			survey_add_unit(surveying->survey, database_text(list, 1));
		unit->number = database_number(list, 0);
		unit->source = memory_copy_text(database_text(list, 2));
		unit->old_target = memory_copy_text(database_text(list, 3));
		unit->target = memory_copy_text("");
		unit->link_order = database_number(list, 4);
		unit->state = memory_copy_text(database_text(list, 5));
		unit->reason = memory_copy_text(database_text(list, 6));
		unit->record_stamp = memory_copy_text(database_text(list, 7));
		unit->object_stamp = memory_copy_text(database_text(list, 8));
	}
	return error;
}

static const char unread_prefix[] = "unread ";

char *index_survey_stamp_unread(const struct kernel_tree *tree, const char *stamp)
{
	scope_free char *path = memory_format(
		"%s/%s/%s", tree->objects, KSPLICE_RECORD_DIR, KSPLICE_RECORD_DICTIONARY);
	scope_free char *dictionary = file_stamp_read(path);
	return memory_format("%s%s %s", unread_prefix, stamp, dictionary);
}

static void survey_see_record(
	const struct surveying *surveying, const char *object, const struct stat *status)
{
	struct surveyed_unit *unit = survey_find_unit(surveying->survey, object);
	scope_free char *stamp = file_stamp_from_status(status);
	unit->has_record = true;
	if (strcmp(unit->record_stamp, stamp) == 0)
		return;
	if (text_has_prefix(unit->record_stamp, unread_prefix)) {
		scope_free char *unread =
			index_survey_stamp_unread(surveying->tree, stamp);
		if (strcmp(unit->record_stamp, unread) == 0)
			return;
	}
	text_replace(&unit->record_stamp, take_pointer(stamp));
	unit->is_record_changed = true;
}

static struct error *survey_see_entry(
	const struct surveying *surveying, const FTSENT *entry, const char *folder)
{
	const char *relative;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
		return error_failed(
			"%s: %s", entry->fts_path, strerror(entry->fts_errno));
	if (entry->fts_info != FTS_F ||
		!text_has_suffix(entry->fts_name, KSPLICE_RECORD_SUFFIX) ||
		!file_is_below(folder, entry->fts_path, &relative))
		return NULL;
	scope_free char *object = memory_copy_range(
		relative, strlen(relative) - strlen(KSPLICE_RECORD_SUFFIX));
	survey_see_record(surveying, object, entry->fts_statp);
	return NULL;
}

static struct error *survey_walk_records(const struct surveying *surveying)
{
	scope_free char *folder = file_join(surveying->tree->objects, KSPLICE_RECORD_DIR);
	char *roots[] = {folder, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_errno("%s", folder);
	struct error *error = NULL;
	FTSENT *entry;
	while (!error && (entry = fts_read(walk)))
		error = survey_see_entry(surveying, entry, folder);
	fts_close(walk);
	if (error)
		return error;
	for (size_t i = 0; i < surveying->survey->unit_count; i++) {
		struct surveyed_unit *unit = &surveying->survey->units[i];
		if (unit->has_record || !unit->record_stamp[0])
			continue;
		text_replace(&unit->record_stamp, memory_copy_text(""));
		unit->is_record_changed = true;
	}
	return NULL;
}

static void survey_see_object(const struct surveying *surveying, const char *object,
	const char *target, int64_t link_order)
{
	struct surveyed_unit *unit = survey_find_unit(surveying->survey, object);
	scope_free char *path = file_join(surveying->tree->objects, object);
	scope_free char *stamp = file_stamp_read(path);
	if (strcmp(unit->object_stamp, stamp) != 0) {
		text_replace(&unit->object_stamp, take_pointer(stamp));
		unit->is_object_changed = true;
	}
	/* What is listed twice was linked where it is listed first. */
	if (strcmp(unit->target, target) == 0)
		return;
	text_replace(&unit->target, memory_copy_text(target));
	if (unit->link_order != link_order) {
		unit->link_order = link_order;
		unit->is_changed = true;
	}
}

/* The build-id is part of it: the same size and time happen where time stands still. */
static char *survey_read_stamp(
	const struct surveying *surveying, const char *path, bool is_vmlinux)
{
	scope_free char *stamp = file_stamp_read(path);
	if (!is_vmlinux)
		return take_pointer(stamp);
	scope_free char *build_id = text_from_bytes(
		surveying->image->build_id, surveying->image->build_id_size);
	return memory_format("%s %s", build_id, stamp);
}

static struct error *survey_list_targets(const struct surveying *surveying)
{
	struct index_survey *survey = surveying->survey;
	const struct kernel_tree *tree = surveying->tree;
	try(kernel_tree_list_targets(tree, &survey->listed, &survey->target_count));
	survey->targets =
		memory_allocate(survey->target_count * sizeof(*survey->targets));
	for (size_t i = 0; i < survey->target_count; i++) {
		struct surveyed_target *target = &survey->targets[i];
		target->listed = &survey->listed[i];
		target->path =
			i ? memory_format("%s/%s.ko", tree->objects, target->listed->name)
			  : memory_copy_text(tree->vmlinux);
		target->stamp = survey_read_stamp(surveying, target->path, i == 0);
		target->is_changed = true; /* until the index says that it is not */
		name_map_set(&survey->by_target, target->listed->name, (int64_t)i);
		for (size_t k = 0; k < target->listed->object_count; k++)
			survey_see_object(surveying, target->listed->objects[k],
				target->listed->name, (int64_t)k);
	}
	return NULL;
}

static struct surveyed_target *survey_find_target(
	const struct index_survey *survey, const char *name)
{
	int64_t position;
	return name_map_find(&survey->by_target, name, &position)
		       ? &survey->targets[position]
		       : NULL;
}

static struct error *survey_compare_targets(const struct surveying *surveying)
{
	struct index_survey *survey = surveying->survey;
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(
		surveying->database, "SELECT name, stamp FROM target", &list));
	while (!(error = database_step(surveying->database, list, &row)) && row) {
		struct surveyed_target *target =
			survey_find_target(survey, database_text(list, 0));
		if (!target)
			survey->is_stale = true; /* it is gone */
		else
			target->is_changed =
				strcmp(target->stamp, database_text(list, 1)) != 0;
	}
	return error;
}

/* What was said of a unit without a record is as a rule had it that is no longer so. */
static bool survey_is_outdated(const struct surveyed_unit *unit)
{
	if (unit->has_record || !unit->state[0])
		return false;
	const char *rule = record_rule_find(unit->object);
	const char *old_rule = strcmp(unit->state, "excluded") == 0 ? unit->reason : "";
	return strcmp(rule ? rule : "", old_rule) != 0;
}

static void survey_compare_units(struct index_survey *survey)
{
	for (size_t i = 0; i < survey->unit_count; i++) {
		struct surveyed_unit *unit = &survey->units[i];
		if (!unit->target[0] && unit->object_stamp[0]) {
			text_replace(&unit->object_stamp, memory_copy_text(""));
			unit->is_object_changed = true;
		}
		bool has_moved = strcmp(unit->target, unit->old_target) != 0;
		unit->is_changed |= has_moved || unit->is_record_changed ||
				    unit->is_object_changed || survey_is_outdated(unit);
		survey->is_stale |= unit->is_changed;
		struct surveyed_target *targets[] = {
			survey_find_target(survey, unit->target),
			survey_find_target(survey, unit->old_target)};
		for (size_t k = 0; k < 2; k++) {
			if (targets[k])
				targets[k]->is_changed |= unit->is_changed;
		}
	}
	for (size_t i = 0; i < survey->target_count; i++)
		survey->is_stale |= survey->targets[i].is_changed;
}

bool index_survey_is_gone(const struct surveyed_unit *unit)
{
	return !unit->has_record && !unit->target[0];
}

struct error *index_survey_make(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image,
	struct index_survey *survey)
{
	const struct surveying surveying = {database, tree, image, survey};
	try(survey_read_units(&surveying));
	try(survey_walk_records(&surveying));
	try(survey_list_targets(&surveying));
	try(survey_compare_targets(&surveying));
	survey_compare_units(survey);
	return NULL;
}

void index_survey_deinit(struct index_survey *survey)
{
	for (size_t i = 0; i < survey->unit_count; i++) {
		struct surveyed_unit *unit = &survey->units[i];
		char *const texts[] = {unit->object, unit->source, unit->target,
			unit->state, unit->reason, unit->record_stamp, unit->object_stamp,
			unit->old_target};
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			free(texts[k]);
	}
	for (size_t i = 0; i < survey->target_count; i++) {
		free(survey->targets[i].path);
		free(survey->targets[i].stamp);
	}
	free(survey->units);
	free(survey->targets);
	kernel_tree_free_targets(survey->listed, survey->target_count);
	name_map_deinit(&survey->by_object);
	name_map_deinit(&survey->by_target);
	*survey = (struct index_survey){0};
}
