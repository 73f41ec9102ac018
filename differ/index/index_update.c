// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_update.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/index/database.h"
#include "differ/index/index_place.h"
#include "differ/index/index_record.h"
#include "differ/index/index_schema.h"
#include "differ/index/index_survey.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/parallel.h"
#include "lib/record_rule.h"
#include "lib/text.h"

/* As many records are in memory at a time; one may be ten times its file's size. */
enum { records_at_once = 128 };

struct updating {
	const struct database *database;
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	struct index_survey survey;
	struct index_writer *writer;
};

static void unit_set_state(struct surveyed_unit *unit, const char *state,
	const char *reason, const char *source)
{
	free(unit->state);
	free(unit->reason);
	free(unit->source);
	unit->state = memory_copy_text(state);
	unit->reason = memory_copy_text(reason);
	unit->source = memory_copy_text(source);
}

static struct error *unit_store(
	const struct updating *updating, struct surveyed_unit *unit)
{
	scope_statement struct sqlite3_stmt *store = NULL;
	try(database_prepare(updating->database,
		unit->number
			? "UPDATE unit SET object = ?, source = ?, target = ?, "
			  "link_order = ?, state = ?, reason = ?, record_stamp = ?, "
			  "object_stamp = ? WHERE number = ?"
			: "INSERT INTO unit(object, source, target, link_order, state, "
			  "reason, record_stamp, object_stamp) "
			  "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
		&store));
	database_bind(store,
		unit->number ? "tttittt"
			       "ti"
			     : "tttittt"
			       "t",
		unit->object, unit->source, unit->target, unit->link_order, unit->state,
		unit->reason, unit->record_stamp, unit->object_stamp, unit->number);
	try(database_execute(updating->database, store));
	if (!unit->number)
		unit->number = database_last_number(updating->database);
	return NULL;
}

static struct error *unit_run(const struct updating *updating,
	const struct surveyed_unit *unit, const char *sql)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(updating->database, sql, &statement));
	database_bind(statement, "i", unit->number);
	return database_execute(updating->database, statement);
}

static struct error *unit_remove_places(
	const struct updating *updating, const struct surveyed_unit *unit)
{
	try(unit_run(updating, unit, "DELETE FROM place WHERE unit = ?"));
	return unit_run(updating, unit, "DELETE FROM symbol WHERE unit = ?");
}

/* Is the object assembled rather than compiled? kbuild's .cmd file names its source. */
static bool object_is_assembly(const struct kernel_tree *tree, const char *object)
{
	scope_free char *folder = file_parent(object);
	scope_free char *path =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(object));
	scope_text struct text text = {0};
	scope_error struct error *error = file_read(path, &text);
	if (error)
		return false;
	scope_free char *key = memory_format("source_%s := ", object);
	const char *source = strstr(text.data, key);
	if (!source)
		return false;
	source += strlen(key);
	scope_free char *name = memory_copy_range(source, strcspn(source, "\n"));
	return text_has_suffix(name, ".S");
}

static void unit_find_state(const struct updating *updating, struct surveyed_unit *unit)
{
	const char *rule = record_rule_find(unit->object);
	if (rule)
		unit_set_state(unit, "excluded", rule, "");
	else if (object_is_assembly(updating->tree, unit->object))
		unit_set_state(unit, "assembly", "", "");
	else
		unit_set_state(unit, "unrecorded", "the compile left no record", "");
}

/* Units that left, and those that are here without a record. */
static struct error *update_units(const struct updating *updating)
{
	for (size_t i = 0; i < updating->survey.unit_count; i++) {
		struct surveyed_unit *unit = &updating->survey.units[i];
		if (!unit->target[0] && unit->old_target[0])
			try(unit_remove_places(updating, unit));
		if (index_survey_is_gone(unit)) {
			try(index_writer_forget_record(updating->writer, unit->number));
			try(unit_run(
				updating, unit, "DELETE FROM unit WHERE number = ?"));
		} else if (unit->is_changed && !unit->has_record) {
			unit_find_state(updating, unit);
			try(unit_store(updating, unit));
			try(index_writer_forget_record(updating->writer, unit->number));
		} else if (unit->is_changed && !unit->is_record_changed) {
			try(unit_store(updating, unit));
		}
	}
	return NULL;
}

struct reading {
	struct surveyed_unit *unit;
	struct record record;
	struct error *problem;
};

struct reading_batch {
	const struct kernel_tree *tree;
	struct reading items[records_at_once];
	size_t count;
};

static void reading_run(size_t i, void *context)
{
	struct reading_batch *batch = context;
	struct reading *reading = &batch->items[i];
	scope_free char *path = memory_format("%s/%s/%s%s", batch->tree->objects,
		KSPLICE_RECORD_DIR, reading->unit->object, KSPLICE_RECORD_SUFFIX);
	reading->problem = record_read(path, &reading->record);
}

/* A record that cannot be used makes its unit unrecorded, with the reason. */
static struct error *reading_enter(
	const struct updating *updating, const struct reading *reading)
{
	struct surveyed_unit *unit = reading->unit;
	const struct record *record = &reading->record;
	const char *reason =
		reading->problem ? error_get_text(reading->problem) : record->unrecorded;
	if (!reason && strcmp(record->object, unit->object) != 0)
		reason = "its record belongs to another object";
	/* With another dictionary it may be readable. */
	if (reading->problem) {
		char *stamp =
			index_survey_stamp_unread(updating->tree, unit->record_stamp);
		free(unit->record_stamp);
		unit->record_stamp = stamp;
	}
	if (reason) {
		unit_set_state(unit, "unrecorded", reason, "");
	} else {
		scope_free char *path = file_normalize(record->folder, record->source);
		scope_free char *related = kernel_tree_relate_path(updating->tree, path);
		unit_set_state(unit, "recorded", "", related);
	}
	try(unit_store(updating, unit));
	try(index_writer_forget_record(updating->writer, unit->number));
	return reason ? NULL
		      : index_writer_add_record(updating->writer, unit->number, record);
}

static struct error *update_batch(
	const struct updating *updating, struct reading_batch *batch)
{
	struct error *error = NULL;
	parallel_run(batch->count, reading_run, batch);
	for (size_t i = 0; i < batch->count; i++) {
		if (!error)
			error = reading_enter(updating, &batch->items[i]);
		record_deinit(&batch->items[i].record);
		error_free(batch->items[i].problem);
	}
	*batch = (struct reading_batch){.tree = updating->tree};
	return error;
}

static struct error *update_records(const struct updating *updating)
{
	struct reading_batch batch = {.tree = updating->tree};
	for (size_t i = 0; i < updating->survey.unit_count; i++) {
		struct surveyed_unit *unit = &updating->survey.units[i];
		if (!unit->has_record || !unit->is_record_changed)
			continue;
		batch.items[batch.count++].unit = unit;
		if (batch.count == records_at_once)
			try(update_batch(updating, &batch));
	}
	try(update_batch(updating, &batch));
	return index_writer_add_digests(updating->writer);
}

static struct error *target_store(
	const struct updating *updating, const struct surveyed_target *target)
{
	scope_statement struct sqlite3_stmt *store = NULL;
	bool is_vmlinux = target == updating->survey.targets;
	try(database_prepare(updating->database,
		"INSERT OR REPLACE INTO target VALUES(?, ?, ?)", &store));
	database_bind(store, "ttb", target->listed->name, target->stamp,
		is_vmlinux ? updating->image->build_id : NULL,
		updating->image->build_id_size);
	return database_execute(updating->database, store);
}

/* What could not be read is said of the unit, unless there is worse to say of it. */
static struct error *unit_note_problem(
	const struct updating *updating, struct surveyed_unit *unit, const char *problem)
{
	if (strcmp(unit->state, "recorded") != 0 || strcmp(unit->reason, problem) == 0)
		return NULL;
	free(unit->reason);
	unit->reason = memory_copy_text(problem);
	return unit_store(updating, unit);
}

static struct error *target_place(
	const struct updating *updating, const struct surveyed_target *target)
{
	const struct kernel_tree_target *listed = target->listed;
	scope_module_image struct module_image *module = NULL;
	scope_free struct placed_unit *units =
		memory_allocate((listed->object_count + 1) * sizeof(*units));
	scope_free struct surveyed_unit **surveyed = memory_allocate(
		(listed->object_count + 1) * sizeof(struct surveyed_unit *));
	struct place_request request = {.database = updating->database,
		.tree = updating->tree,
		.writer = updating->writer,
		.units = units};
	if (target == updating->survey.targets) {
		request.image = updating->image;
	} else {
		scope_error struct error *unreadable =
			module_image_open(target->path, &module);
		request.image = unreadable ? NULL : module_image_get(module);
		request.module = module;
	}
	for (size_t i = 0; i < listed->object_count; i++) {
		int64_t position;
		if (!name_map_find(
			    &updating->survey.by_object, listed->objects[i], &position))
			continue;
		struct surveyed_unit *unit = &updating->survey.units[position];
		/* An object may be in several modules, the last one has it; and twice in
		 * one target. */
		if (strcmp(unit->target, listed->name) != 0 ||
			unit->link_order != (int64_t)i)
			continue;
		surveyed[request.count] = unit;
		units[request.count++] = (struct placed_unit){
			.number = unit->number,
			.object = unit->object,
			.state = unit->state,
			.is_new = unit->is_object_changed || unit->is_record_changed,
		};
	}
	struct error *error = index_place_units(&request);
	for (size_t i = 0; i < request.count; i++) {
		const char *problem = units[i].problem ? units[i].problem : "";
		if (!error)
			error = unit_note_problem(updating, surveyed[i], problem);
		free(units[i].problem);
	}
	return error;
}

static struct error *update_targets(const struct updating *updating)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	scope_statement struct sqlite3_stmt *forget = NULL;
	bool row;
	struct error *error;
	for (size_t i = 0; i < updating->survey.target_count; i++) {
		if (!updating->survey.targets[i].is_changed)
			continue;
		try(target_place(updating, &updating->survey.targets[i]));
		try(target_store(updating, &updating->survey.targets[i]));
	}
	try(database_prepare(updating->database, "SELECT name FROM target", &list));
	try(database_prepare(
		updating->database, "DELETE FROM target WHERE name = ?", &forget));
	while (!(error = database_step(updating->database, list, &row)) && row) {
		int64_t position;
		if (name_map_find(&updating->survey.by_target, database_text(list, 0),
			    &position))
			continue;
		database_bind(forget, "t", database_text(list, 0));
		try(database_execute(updating->database, forget));
	}
	return error;
}

static struct error *update_all(struct updating *updating)
{
	enum index_schema_state state;
	try(index_schema_find_state(updating->database, &state));
	if (state == INDEX_SCHEMA_ABSENT)
		try(index_schema_create(updating->database));
	try(index_survey_make(
		updating->database, updating->tree, updating->image, &updating->survey));
	if (!updating->survey.is_stale)
		return NULL;
	try(index_writer_open(updating->database, updating->tree, &updating->writer));
	try(update_units(updating));
	try(update_records(updating));
	return update_targets(updating);
}

struct error *index_update_check(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image,
	bool *is_current)
{
	scope_index_survey struct index_survey survey = {0};
	enum index_schema_state state;
	*is_current = false;
	try(index_schema_find_state(database, &state));
	if (state != INDEX_SCHEMA_PRESENT)
		return NULL;
	try(index_survey_make(database, tree, image, &survey));
	*is_current = !survey.is_stale;
	return NULL;
}

struct error *index_update(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image)
{
	struct updating updating = {database, tree, image, {0}, NULL};
	try(database_run(database, "BEGIN IMMEDIATE"));
	struct error *error = update_all(&updating);
	index_writer_close(updating.writer);
	index_survey_deinit(&updating.survey);
	if (!error)
		return database_run(database, "COMMIT");
	struct error *undone = database_run(database, "ROLLBACK");
	error_free(undone);
	return error;
}
