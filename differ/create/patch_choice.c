// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_choice.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "differ/create/patch_source.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/name_map.h"
#include "lib/parallel.h"
#include "lib/process.h"
#include "lib/text.h"

/* Exit statuses of ksplice-create. */
enum answer { ANSWER_MADE, ANSWER_ERROR, ANSWER_REFUSED, ANSWER_NO_CHANGE, ANSWER_NONE };

struct candidate {
	const struct patch_source *source;
	char *path;              /* of its text, relative to the work folder */
	struct patch_list files; /* what it touches */
	size_t group;       /* the first candidate that is connected with it by files */
	enum answer answer; /* of the last run in which it was judged */
	bool is_taken;
	struct json_t *said; /* by that run, if it is not taken; or NULL */
	size_t tried_with;   /* how many others were in it */
};

struct choice {
	const struct patch_choice_request *request;
	array_of(struct candidate) candidates;
	char *program; /* absolute */
	char *tree_path;
	char *source_path;
	char *output;
	char *keep;
	size_t *groups; /* their first candidates */
	size_t group_count;
	struct error **errors; /* by group */
	atomic_size_t judged;
};

/* "NAME (TITLE)" */
static char *candidate_describe(const struct candidate *candidate)
{
	const char *title = candidate->files.items[0].title;
	if (!title)
		return memory_copy_text(candidate->source->name);
	return memory_format("%s (%s)", candidate->source->name, title);
}

/* ---- the candidates -------------------------------------------------------------- */

static struct error *choice_add(struct choice *choice, const struct patch_source *source)
{
	struct candidate *candidate = array_add(&choice->candidates);
	size_t number = choice->candidates.count;
	candidate->source = source;
	candidate->group = number - 1;
	candidate->answer = ANSWER_NONE;
	candidate->path = memory_format("%04zu/%s", number, source->file_name);
	try(patch_reader_read(source->name, source->text.data, choice->request->strip,
		&candidate->files));
	if (source->title && !candidate->files.items[0].title)
		candidate->files.items[0].title = memory_copy_text(source->title);
	scope_free char *path = file_join(choice->request->work, candidate->path);
	return file_write(path, source->text.data, source->text.size);
}

static size_t choice_find_group(const struct choice *choice, size_t number)
{
	while (choice->candidates.items[number].group != number)
		number = choice->candidates.items[number].group;
	return number;
}

/* Of two groups that share a file, the later one becomes part of the earlier one. */
static void choice_connect(
	struct choice *choice, struct name_map *owners, const char *path, size_t number)
{
	int64_t owner;
	if (!path)
		return;
	size_t group = choice_find_group(choice, number);
	if (name_map_find(owners, path, &owner)) {
		size_t other = choice_find_group(choice, (size_t)owner);
		size_t first = other < group ? other : group;
		choice->candidates.items[other].group = first;
		choice->candidates.items[group].group = first;
	}
	name_map_set(owners, path, (int64_t)number);
}

static void choice_group(struct choice *choice)
{
	struct name_map owners = {0};
	size_t count = choice->candidates.count;
	for (size_t i = 0; i < count; i++) {
		const struct patch_list *files = &choice->candidates.items[i].files;
		for (size_t k = 0; k < files->count; k++) {
			for (size_t e = 0; e < files->items[k].count; e++) {
				const struct patch_entry *entry =
					&files->items[k].entries[e];
				choice_connect(choice, &owners, entry->path, i);
				choice_connect(choice, &owners, entry->old_path, i);
			}
		}
	}
	name_map_deinit(&owners);
	choice->groups = memory_allocate(count * sizeof(*choice->groups));
	choice->errors = memory_allocate(count * sizeof(struct error *));
	for (size_t i = 0; i < count; i++) {
		choice->candidates.items[i].group = choice_find_group(choice, i);
		if (choice->candidates.items[i].group == i)
			choice->groups[choice->group_count++] = i;
	}
}

/* Do two candidates touch a file in common? */
static bool candidates_share_file(const struct candidate *a, const struct candidate *b)
{
	struct name_map paths = {0};
	bool is_shared = false;
	int64_t ignored;
	for (size_t k = 0; k < a->files.count; k++) {
		for (size_t e = 0; e < a->files.items[k].count; e++)
			name_map_set(&paths, a->files.items[k].entries[e].path, 0);
	}
	for (size_t k = 0; k < b->files.count; k++) {
		for (size_t e = 0; e < b->files.items[k].count; e++)
			is_shared |= name_map_find(
				&paths, b->files.items[k].entries[e].path, &ignored);
	}
	name_map_deinit(&paths);
	return is_shared;
}

/* ---- runs of ksplice-create ------------------------------------------------------ */

/* What one run says of these candidates, as numbers in ascending order. A trial keeps
 * nothing. */
static struct error *choice_ask(struct choice *choice, const size_t *numbers,
	size_t count, bool is_trial, enum answer *answer, struct json_t **said)
{
	const struct patch_choice_request *request = choice->request;
	scope_text struct text output = {0};
	scope_text struct text errors = {0};
	array_of(char *) made = {0};
	array_of(const char *) words = {0};
	int status;
	*array_add(&words) = choice->program;
	*array_add(&words) = "--json";
	*array_add(&words) = "--quiet";
	if (is_trial || request->is_dry)
		*array_add(&words) = "--dry-run";
	if (!is_trial && choice->keep)
		*array_add(&made) = memory_format("--keep=%s", choice->keep);
	*array_add(&made) = memory_format("--strip=%u", request->strip);
	*array_add(&made) = memory_format("--output=%s", choice->output);
	if (choice->source_path)
		*array_add(&made) = memory_format("--source=%s", choice->source_path);
	if (request->description)
		*array_add(&made) =
			memory_format("--description=%s", request->description);
	for (size_t i = 0; i < request->allowed_layouts->count; i++)
		*array_add(&made) = memory_format(
			"--allow-layout=%s", request->allowed_layouts->items[i]);
	for (size_t i = 0; i < count; i++)
		*array_add(&made) = memory_format(
			"--patch=%s", choice->candidates.items[numbers[i]].path);
	array_foreach (word, &made)
		*array_add(&words) = *word;
	*array_add(&words) = "--";
	*array_add(&words) = choice->tree_path;
	*array_add(&words) = NULL;
	struct process_request run = {.arguments = words.items,
		.folder = request->work,
		.output = &output,
		.errors = &errors};
	struct error *error = process_run(&run, &status);
	array_foreach (word, &made)
		free(*word);
	free(made.items);
	free(words.items);
	if (!error && status > ANSWER_NO_CHANGE)
		error = error_failed("a run of ksplice-create ended with status %d: %s",
			status, errors.data ? errors.data : "");
	if (!error)
		error = json_read_range(
			"ksplice-create --json", output.data, output.size, said);
	*answer = (enum answer)status;
	return error;
}

static void candidate_judge(struct candidate *candidate, enum answer answer,
	struct json_t *said, size_t others)
{
	json_release(candidate->said);
	candidate->answer = answer;
	candidate->is_taken = answer == ANSWER_MADE || answer == ANSWER_NO_CHANGE;
	candidate->said = candidate->is_taken ? NULL : said;
	candidate->tried_with = others;
	if (candidate->is_taken)
		json_release(said);
}

static const char *candidate_find_verdict(const struct candidate *candidate)
{
	const char *reason = json_find_text(candidate->said, "reason");
	switch (candidate->answer) {
	case ANSWER_MADE:
		return "can be live";
	case ANSWER_NO_CHANGE:
		return "changes nothing in this kernel";
	default:
		return reason ? reason : "does not compile";
	}
}

/* Judges a candidate with those of the list that were taken; the list has room for it. */
static struct error *choice_judge(
	struct choice *choice, size_t number, size_t *numbers, size_t count)
{
	struct candidate *candidate = &choice->candidates.items[number];
	enum answer answer;
	struct json_t *said = NULL;
	numbers[count] = number;
	try(choice_ask(choice, numbers, count + 1, true, &answer, &said));
	candidate_judge(candidate, answer, said, count);
	return NULL;
}

/* ---- the three steps ------------------------------------------------------------- */

/* A step's list of candidates: those below the end that were taken, of one group or, for
 * SIZE_MAX, of all. */
static size_t choice_list_taken(
	const struct choice *choice, size_t group, size_t end, size_t *numbers)
{
	size_t count = 0;
	for (size_t i = 0; i < end; i++) {
		const struct candidate *candidate = &choice->candidates.items[i];
		if (candidate->is_taken &&
			(group == SIZE_MAX || candidate->group == group))
			numbers[count++] = i;
	}
	return count;
}

static struct error *choice_judge_members(struct choice *choice, size_t group)
{
	size_t total = choice->candidates.count;
	scope_free size_t *numbers = memory_allocate((total + 1) * sizeof(*numbers));
	for (size_t i = group; i < total; i++) {
		struct candidate *candidate = &choice->candidates.items[i];
		if (candidate->group != group)
			continue;
		size_t count = choice_list_taken(choice, group, i, numbers);
		try(choice_judge(choice, i, numbers, count));
		scope_free char *name = candidate_describe(candidate);
		message_step("%zu of %zu: %s: %s",
			atomic_fetch_add(&choice->judged, 1) + 1, total, name,
			candidate_find_verdict(candidate));
	}
	return NULL;
}

static void choice_judge_group(size_t i, void *context)
{
	struct choice *choice = context;
	if (!process_interruption())
		choice->errors[i] = choice_judge_members(choice, choice->groups[i]);
}

static struct error *choice_judge_groups(struct choice *choice)
{
	struct error *error = NULL;
	parallel_run(choice->group_count, choice_judge_group, choice);
	for (size_t i = 0; i < choice->group_count; i++) {
		if (!error)
			error = choice->errors[i];
		else
			error_free(choice->errors[i]);
		choice->errors[i] = NULL;
	}
	return error || !process_interruption() ? error : process_interrupted();
}

/* May what it says be otherwise with other patches in front of it? */
static bool candidate_may_need_others(const struct candidate *candidate)
{
	static const char *const reasons[] = {"unknown-symbol", "removed-function",
		"removed-variable", "patch-does-not-apply", "no-such-file"};
	const char *reason = json_find_text(candidate->said, "reason");
	if (candidate->answer == ANSWER_ERROR)
		return true;
	for (size_t i = 0; reason && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reason, reasons[i]) == 0)
			return true;
	}
	return false;
}

/* Leaves out the first one with which those before it cannot be one update. said is what
 * a run said of all of them. */
static struct error *choice_drop_one(struct choice *choice, const size_t *numbers,
	size_t count, enum answer answer, struct json_t *said)
{
	size_t good = 0;    /* so many of them are an update, or nothing */
	size_t bad = count; /* so many are not, and that is what was said */
	while (bad - good > 1) {
		size_t middle = good + (bad - good) / 2;
		enum answer of_middle;
		struct json_t *said_of_middle = NULL;
		message_step("looking for the patch that cannot be in one update with "
			     "the others: %zu of %zu",
			middle, count);
		struct error *error = choice_ask(
			choice, numbers, middle, true, &of_middle, &said_of_middle);
		if (error) {
			json_release(said);
			return error;
		}
		if (of_middle == ANSWER_MADE || of_middle == ANSWER_NO_CHANGE) {
			good = middle;
			json_release(said_of_middle);
		} else {
			bad = middle;
			answer = of_middle;
			json_release(said);
			said = said_of_middle;
		}
	}
	struct candidate *candidate = &choice->candidates.items[numbers[bad - 1]];
	candidate_judge(candidate, answer, said, bad - 1);
	scope_free char *name = candidate_describe(candidate);
	message_step("%s: %s", name, candidate_find_verdict(candidate));
	return NULL;
}

/* Leaves out what cannot be in one update with the others. *said is what the run said of
 * all that are left; NULL if there is none. */
static struct error *choice_unite(
	struct choice *choice, bool is_trial, enum answer *answer, struct json_t **said)
{
	size_t total = choice->candidates.count;
	scope_free size_t *numbers = memory_allocate((total + 1) * sizeof(*numbers));
	for (;;) {
		size_t count = choice_list_taken(choice, SIZE_MAX, total, numbers);
		struct json_t *found = NULL;
		if (!count)
			return NULL;
		message_step("making one update of what can be live: %zu of %zu", count,
			total);
		try(choice_ask(choice, numbers, count, is_trial, answer, &found));
		if (*answer == ANSWER_MADE || *answer == ANSWER_NO_CHANGE) {
			*said = found;
			return NULL;
		}
		try(choice_drop_one(choice, numbers, count, *answer, found));
		if (!is_trial && choice->keep)
			try(file_remove(choice->keep));
	}
}

/* Patches that need others are judged with those that can be one update. */
static struct error *choice_judge_again(struct choice *choice)
{
	size_t total = choice->candidates.count;
	scope_free size_t *numbers = memory_allocate((total + 1) * sizeof(*numbers));
	bool is_united = false;
	for (size_t i = 0; i < total; i++) {
		struct candidate *candidate = &choice->candidates.items[i];
		size_t count = choice_list_taken(choice, SIZE_MAX, i, numbers);
		enum answer answer;
		struct json_t *ignored = NULL;
		if (candidate->is_taken || !candidate_may_need_others(candidate) ||
			count == candidate->tried_with)
			continue;
		if (!is_united)
			try(choice_unite(choice, true, &answer, &ignored));
		json_release(ignored);
		is_united = true;
		count = choice_list_taken(choice, SIZE_MAX, i, numbers);
		try(choice_judge(choice, i, numbers, count));
		scope_free char *name = candidate_describe(candidate);
		message_step("with the %zu before it: %s: %s", count, name,
			candidate_find_verdict(candidate));
	}
	return NULL;
}

/* ---- the result ------------------------------------------------------------------ */

/* An earlier one that was left out, too, and that it may build on. */
static const struct candidate *choice_find_missing(
	const struct choice *choice, const struct candidate *candidate)
{
	if (!candidate_may_need_others(candidate))
		return NULL;
	array_foreach (earlier, &choice->candidates) {
		if (earlier == candidate)
			break;
		if (!earlier->is_taken && candidates_share_file(earlier, candidate))
			return earlier;
	}
	return NULL;
}

static void describe_name(const struct candidate *candidate, struct json_t *item)
{
	const struct patch_file *patch = &candidate->files.items[0];
	struct json_t *cves = json_make_array();
	json_put_text(item, "name", candidate->source->name);
	json_put_text(item, "title", patch->title);
	for (size_t i = 0; i < patch->cve_count; i++)
		json_append_text(cves, patch->cves[i]);
	json_put(item, "cves", cves);
}

static struct json_t *choice_describe_left(
	const struct choice *choice, const struct candidate *candidate)
{
	static const char *const members[] = {"result", "reason", "message", "hint"};
	struct json_t *item = json_make_object();
	const struct candidate *missing = choice_find_missing(choice, candidate);
	describe_name(candidate, item);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_put_text(
			item, members[i], json_find_text(candidate->said, members[i]));
	if (missing)
		json_put_text(item, "may_need", missing->source->name);
	return item;
}

static void choice_warn(const struct choice *choice, const struct candidate *candidate)
{
	const struct candidate *missing = choice_find_missing(choice, candidate);
	const char *message = json_find_text(candidate->said, "message");
	int length = message ? (int)strcspn(message, "\n") : 0;
	scope_free char *name = candidate_describe(candidate);
	message_warn("left out: %s: %.*s%s%s%s", name, length, message ? message : "",
		missing ? " (it may need " : "", missing ? missing->source->name : "",
		missing ? ", which is left out)" : "");
}

/* What the run that made the update would have told its user. */
static void choice_show_findings(const struct json_t *result)
{
	const struct json_t *warnings = json_find(result, "warnings");
	const struct json_t *findings = json_find(result, "findings");
	for (size_t i = 0; i < json_count_items(warnings); i++)
		message_warn("%s", json_find_item_text(warnings, i));
	for (size_t i = 0; i < json_count_items(findings); i++) {
		const struct json_t *finding = json_find_item(findings, i);
		const char *name = json_find_text(finding, "name");
		if (strcmp(json_find_text(finding, "consequence"), "none") != 0)
			message_warn("%s: %s%s%s", json_find_text(finding, "object"),
				name ? name : "", name ? ": " : "",
				json_find_text(finding, "text"));
	}
}

static void choice_report(const struct choice *choice, struct json_t *result)
{
	struct json_t *left_out = json_make_array();
	struct json_t *same = json_make_array();
	choice_show_findings(result);
	array_foreach (candidate, &choice->candidates) {
		if (!candidate->is_taken) {
			choice_warn(choice, candidate);
			json_append(left_out, choice_describe_left(choice, candidate));
		} else if (candidate->answer == ANSWER_NO_CHANGE) {
			struct json_t *item = json_make_object();
			describe_name(candidate, item);
			json_append(same, item);
		}
	}
	message_step("left out: %zu of %zu", json_count_items(left_out),
		choice->candidates.count);
	json_put(result, "left_out", left_out);
	json_put(result, "without_change", same);
}

static struct error *choice_run(struct choice *choice, struct json_t **result)
{
	const struct patch_choice_request *request = choice->request;
	enum answer answer = ANSWER_NONE;
	array_foreach (source, request->patches)
		try(choice_add(choice, source));
	choice_group(choice);
	message_step("judging each patch: %zu, in %zu groups that have files in common",
		choice->candidates.count, choice->group_count);
	try(choice_judge_groups(choice));
	try(choice_judge_again(choice));
	try(choice_unite(choice, false, &answer, result));
	if (!*result)
		*result = json_make_object();
	choice_report(choice, *result);
	if (answer == ANSWER_MADE)
		return NULL;
	if (answer == ANSWER_NO_CHANGE)
		return error_no_change("none of the patches that can be live changes "
				       "anything in this kernel");
	return error_refused("nothing-live", "none of the %zu patches can be live",
		choice->candidates.count);
}

static char *path_make_absolute(const char *path)
{
	scope_free char *folder = realpath(".", NULL);
	return file_normalize(folder ? folder : "/", path);
}

struct error *patch_choice_run(
	const struct patch_choice_request *request, struct json_t **result)
{
	struct choice choice = {.request = request};
	choice.program = realpath("/proc/self/exe", NULL);
	choice.tree_path = path_make_absolute(request->tree_path);
	choice.output = path_make_absolute(request->output);
	if (request->keep)
		choice.keep = path_make_absolute(request->keep);
	if (request->source_path)
		choice.source_path = path_make_absolute(request->source_path);
	struct error *error = choice.program ? choice_run(&choice, result)
					     : error_errno("/proc/self/exe");
	array_foreach (candidate, &choice.candidates) {
		patch_list_deinit(&candidate->files);
		json_release(candidate->said);
		free(candidate->path);
	}
	free(choice.candidates.items);
	free(choice.groups);
	free(choice.errors);
	free(choice.program);
	free(choice.tree_path);
	free(choice.source_path);
	free(choice.output);
	free(choice.keep);
	return error;
}
