// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/unit_screen.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/create/series_apply.h"
#include "differ/create/shadow.h"
#include "differ/create/update_plan.h"
#include "differ/create/update_unit.h"
#include "differ/index/index.h"
#include "differ/tree/build_record.h"
#include "differ/tree/compile.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/record_difference.h"
#include "differ/tree/record_relocation.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/parallel.h"
#include "lib/process.h"
#include "lib/text.h"

/* A line of progress after so many units. */
enum { SCREEN_STEP = 100 };

struct screening {
	const struct update_source *source;
	const struct index_unit **units; /* those of the plan that are looked at */
	bool *is_same;
	struct error **errors; /* that end all */
	size_t count;
	atomic_size_t done;
	atomic_size_t failed; /* the first that does not compile, count: none */
};

/* Compiles the unit with the patch, and compares it with its record. An error is one of
 * this unit, which the pass behind this one will meet again. */
static struct error *screen_compare(const struct update_source *source,
	const char *object, bool *is_same, int *status)
{
	scope_free char *path = memory_format("%s/%s/%s%s", source->tree->objects,
		KSPLICE_RECORD_DIR, object, KSPLICE_RECORD_SUFFIX);
	scope_free char *made = memory_format("%s/screen/%s", source->work, object);
	scope_free char *part = memory_format("%s.json", made);
	scope_free char *log = memory_format("%s.log", made);
	scope_free char *list = shadow_find_list(source->shadow, SHADOW_MARKED);
	scope_record struct record record = {0};
	scope_record struct record again = {0};
	struct record_difference difference;
	try(record_read(path, &record));
	if (record.unrecorded)
		return NULL;
	record_relocate(source->tree, &record);
	struct compile_job job = {
		.record = &record,
		.object = made,
		.unit = part,
		.shadow = list,
		.log = log,
		.is_built = true,
		.is_screening = true,
	};
	struct error *error = compile_run(source->tree, object, &job, 1);
	*status = job.status;
	try(error);
	try(record_read_unit(part, &again));
	try(shadow_check(source->tree, source->files, &record, &again, log));
	*is_same = record.plugin == again.plugin &&
		   !record_find_difference(&record, &again, RECORD_WHOLE, &difference);
	/* Thousands of them fill the disk. */
	if (*is_same) {
		try(file_remove(made));
		try(file_remove(part));
	}
	return NULL;
}

static void screen_run(size_t i, void *context)
{
	struct screening *screening = context;
	int status = 0;
	if (process_interruption() || screening->failed < screening->count)
		return;
	struct error *error = screen_compare(screening->source,
		screening->units[i]->object, &screening->is_same[i], &status);
	if (status)
		screening->failed = i;
	/* What refuses the compiler as such is the same for every unit. */
	if (error && error_get_kind(error) == ERROR_REFUSED)
		screening->errors[i] = error;
	else
		error_free(error);
	size_t done = atomic_fetch_add(&screening->done, 1) + 1;
	if (done % SCREEN_STEP == 0 && done < screening->count)
		message_step("compiled %zu of %zu", done, screening->count);
}

/* Is the unit's own source patched? Then hardly ever is it the same. */
static bool unit_is_patched(
	const struct patched_files *files, const struct index_unit *unit)
{
	static const char source[] = "source:";
	return text_has_prefix(unit->source, source) &&
	       patched_files_find(files, unit->source + strlen(source));
}

static struct error *screening_apply(
	const struct screening *screening, struct update_plan *plan)
{
	size_t kept = 0;
	size_t number = 0;
	if (process_interruption())
		return process_interrupted();
	for (size_t i = 0; i < screening->count; i++) {
		if (screening->errors[i]) {
			struct error *error = screening->errors[i];
			screening->errors[i] = NULL;
			return error;
		}
	}
	const struct index_unit *failed = screening->failed < screening->count
						  ? screening->units[screening->failed]
						  : NULL;
	for (size_t i = 0; i < plan->count; i++) {
		bool is_same = number < screening->count &&
			       screening->units[number] == &plan->units[i] &&
			       screening->is_same[number];
		if (number < screening->count &&
			screening->units[number] == &plan->units[i])
			number++;
		if (is_same || (failed && failed != &plan->units[i])) {
			index_unit_deinit(&plan->units[i]);
			plan->same_count += is_same;
		} else if (kept++ != i) {
			plan->units[kept - 1] = plan->units[i];
		}
	}
	plan->count = kept;
	return NULL;
}

struct error *unit_screen_run(
	const struct update_source *source, struct update_plan *plan)
{
	struct screening screening = {
		.source = source,
		.units = memory_allocate((plan->count + 1) * sizeof(*screening.units)),
		.is_same = memory_allocate((plan->count + 1) * sizeof(bool)),
		.errors = memory_allocate((plan->count + 1) * sizeof(struct error *)),
	};
	for (size_t i = 0; i < plan->count; i++) {
		if (!unit_is_patched(source->files, &plan->units[i]))
			screening.units[screening.count++] = &plan->units[i];
	}
	if (screening.count)
		message_step("compiling %zu object%s that read what the patch changes",
			screening.count, screening.count == 1 ? "" : "s");
	screening.failed = screening.count;
	parallel_run(screening.count, screen_run, &screening);
	struct error *error = screening_apply(&screening, plan);
	for (size_t i = 0; i < screening.count; i++)
		error_free(screening.errors[i]);
	free(screening.errors);
	free(screening.is_same);
	free(screening.units);
	return error;
}
