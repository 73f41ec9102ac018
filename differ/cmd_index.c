// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_index.c - ksplice-index: updates a tree's index, prints its coverage, and answers
 * queries
 */
#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "differ/elf/elf_object.h"
#include "differ/index/coverage_text.h"
#include "differ/index/index.h"
#include "differ/index/index_coverage.h"
#include "differ/index/index_lookup.h"
#include "differ/index/lookup_text.h"
#include "differ/seal/seal_read.h"
#include "differ/seal/seal_write.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/remake.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

static const char help[] =
	"usage: ksplice-index [OPTION]... OBJTREE\n"
	"Update the index of a kernel's object tree, and print its coverage or the answer to\n"
	"a query.\n"
	"\n"
	"OBJTREE is the folder in which 'make CC=ksplice-cc' built vmlinux, or an archive of it\n"
	"that --seal made. The index is OBJTREE/.ksplice/index.db; ksplice-create updates it\n"
	"by itself.\n"
	"\n"
	"  -c, --check            exit with status 2 if an object of the kernel has no record,\n"
	"                         or a C function of vmlinux is not known (its object, source\n"
	"                         lines, hash and proven address)\n"
	"  -v, --verbose          list everything that is not known or not proven, and why\n"
	"\n"
	"Queries, instead of the coverage:\n"
	"  -f, --function=NAME    show the functions of that name, their parts (NAME.cold),\n"
	"                         aliases and clones; NAME may be a pattern such as 'vfs_*'\n"
	"  -F, --functions=FILE   list the functions of all objects that are compiled from\n"
	"                         FILE or read it: object, name, source, address, hash\n"
	"  -i, --inliners=NAME    list the functions into which NAME was inlined, directly or\n"
	"                         through others; lines as above\n"
	"  -d, --dependents=FILE  list the objects that read FILE: object, source, target\n"
	"\n"
	"FILE may be relative to the source tree, the object tree or the current folder.\n"
	"\n"
	"      --record[=OBJECT]  compile objects without a record (or only OBJECT) again with\n"
	"                         kbuild's saved command; keep the record if the object comes\n"
	"                         out the same, byte by byte\n"
	"      --seal=OUT         pack everything that ksplice-create needs of OBJTREE into\n"
	"                         the archive OUT (.tar.zst, .tar.gz, .tar.xz, .tar); an\n"
	"                         existing archive is replaced\n"
	"\n"
	"      --source=DIR       the source tree, if it has moved since the build\n"
	"      --json             print the result as JSON\n"
	"  -h, --help             show this help\n"
	"      --version          show the version\n"
	"\n"
	"Exit status: 0 done, 1 error (also: no such function or file), 2 refused or\n"
	"incomplete.\n";

struct index_options;

/* What there is to answer from, and where the answer goes. */
struct index_session {
	const struct index_options *options;
	struct kernel_tree *tree;
	struct kernel_image *image;
	struct index *index;
	struct text text;    /* without --json */
	struct json_t *json; /* with it */
};

struct index_options {
	const char *tree;
	struct error *(*answer)(struct index_session *session);
	const char *subject; /* of the question: a function or a file */
	const char *source;
	bool is_check;
	bool is_verbose;
	bool is_json;
};

/* What --check asks for. */
static struct error *index_check_coverage(
	const struct kernel_tree *tree, const struct index_coverage *coverage)
{
	const struct coverage_count *functions = &coverage->vmlinux[COVERAGE_FUNCTION];
	if (coverage->unrecorded.count)
		return error_hint(
			error_refused("unrecorded", "%s: %zu objects have no record",
				tree->objects, coverage->unrecorded.count),
			"build them again with CC=ksplice-cc, or run ksplice-index --record; --verbose lists "
			"them all");
	if (functions->known != functions->all)
		return error_hint(
			error_refused("incomplete",
				"%s: %" PRId64 " functions of vmlinux are not known",
				tree->objects, functions->all - functions->known),
			"--verbose lists them all, with the reasons");
	return NULL;
}

static struct error *answer_coverage(struct index_session *session)
{
	scope_index_coverage struct index_coverage coverage = {0};
	try(index_coverage_make(
		session->index, session->tree, session->image, &coverage));
	if (session->options->is_json)
		session->json = coverage_describe(&coverage);
	else
		coverage_add_text(
			&coverage, session->options->is_verbose, &session->text);
	return session->options->is_check ? index_check_coverage(session->tree, &coverage)
					  : NULL;
}

/* {question: subject, answer: content}; content is taken. */
static struct json_t *index_describe_answer(const char *question, const char *subject,
	const char *answer, struct json_t *content)
{
	struct json_t *json = json_make_object();
	json_put_text(json, question, subject);
	json_put(json, answer, content);
	return json;
}

/* A name that is not a function's may be a variable's. Takes error, and gives it or a
 * better one. */
static struct error *answer_explain_miss(
	const struct index_session *session, struct error *error)
{
	const char *name = session->options->subject;
	const struct elf_symbol *const *symbols;
	size_t count;
	kernel_image_find_symbols(session->image, name, &symbols, &count);
	for (size_t i = 0; i < count; i++) {
		if (symbols[i]->type != STT_OBJECT)
			continue;
		error_free(error);
		return error_failed(
			"%s: is a variable, and the index contains functions only", name);
	}
	return error;
}

static struct error *answer_function(struct index_session *session)
{
	const char *name = session->options->subject;
	scope_lookup struct lookup found = {0};
	struct error *error = index_look_up_function(session->index, name, &found);
	if (error)
		return answer_explain_miss(session, error);
	if (session->options->is_json)
		session->json = index_describe_answer(
			"function", name, "found", lookup_describe(&found));
	else
		lookup_add_paragraphs(&found, &session->text);
	return NULL;
}

static struct error *answer_inliners(struct index_session *session)
{
	const char *name = session->options->subject;
	scope_lookup struct lookup found = {0};
	struct error *error = index_look_up_inliners(session->index, name, &found);
	if (error)
		return answer_explain_miss(session, error);
	if (!found.count)
		message_step("%s: was inlined into no function", name);
	if (session->options->is_json)
		session->json = index_describe_answer(
			"inlined", name, "into", lookup_describe(&found));
	else
		lookup_add_lines(&found, &session->text);
	return NULL;
}

/* A unit with, where asked for, its functions. */
static struct error *answer_add_unit(struct index_session *session,
	const struct index_unit *unit, bool has_functions, struct json_t *units)
{
	scope_lookup struct lookup found = {0};
	if (has_functions)
		try(index_look_up_unit(session->index, unit, &found));
	if (!session->options->is_json) {
		if (has_functions)
			lookup_add_lines(&found, &session->text);
		else
			unit_add_line(unit, &session->text);
		return NULL;
	}
	struct json_t *item = unit_describe(unit);
	if (has_functions)
		json_put(item, "functions", lookup_describe(&found));
	json_append(units, item);
	return NULL;
}

static struct error *answer_units(struct index_session *session, bool has_functions)
{
	scope_free char *related = NULL;
	struct index_unit *units;
	size_t count;
	struct error *error = NULL;
	try(index_look_up_file(session->index, session->tree, session->options->subject,
		&related, &units, &count));
	struct json_t *array = json_make_array();
	for (size_t i = 0; i < count && !error; i++)
		error = answer_add_unit(session, &units[i], has_functions, array);
	index_free_units(units, count);
	if (error) {
		json_release(array);
		return error;
	}
	if (has_functions && !session->options->is_json && !session->text.size)
		message_step("%s: no object that reads it has a function",
			session->options->subject);
	session->json = index_describe_answer("file", related, "units", array);
	return NULL;
}

static struct error *answer_functions(struct index_session *session)
{
	return answer_units(session, true);
}

static struct error *answer_dependents(struct index_session *session)
{
	return answer_units(session, false);
}

static struct error *index_answer(struct index_session *session)
{
	try(seal_open_tree(
		session->options->tree, session->options->source, &session->tree));
	try(kernel_image_open(session->tree->vmlinux, &session->image));
	try(index_open(session->tree, session->image, &session->index));
	return session->options->answer(session);
}

/* The answer on stdout; with --json also what went wrong. */
static void index_print(struct index_session *session, const struct error *error)
{
	if (!session->options->is_json) {
		fputs(session->text.data ? session->text.data : "", stdout);
		return;
	}
	struct json_t *document = session->json ? session->json : json_make_object();
	if (!json_find_text(document, "result"))
		json_put_text(document, "result", "answered");
	session->json = NULL;
	message_print_json(document, error);
}

/* On a terminal, one line that changes. */
static void show_sealing(size_t done, size_t count)
{
	if (isatty(STDERR_FILENO) && (done % 64 == 0 || done == count))
		fprintf(stderr, "\rksplice-index: %zu of %zu files%s", done, count,
			done == count ? "\n" : "");
}

static struct error *answer_seal(struct index_session *session)
{
	struct seal_summary summary;
	const char *archive = session->options->subject;
	try(seal_write(session->tree, session->image, session->index, archive,
		show_sealing, &summary));
	text_add_format(&session->text, "%s: %zu files, %.1f MB, packed %.1f MB\n",
		archive, summary.files, (double)summary.content_size / 1e6,
		(double)summary.archive_size / 1e6);
	session->json = json_make_object();
	json_put_text(session->json, "result", "sealed");
	json_put_text(session->json, "archive", archive);
	json_put_number(session->json, "files", (int64_t)summary.files);
	json_put_number(session->json, "content_size", summary.content_size);
	json_put_number(session->json, "archive_size", summary.archive_size);
	return NULL;
}

struct index_remade {
	size_t made;
	size_t failed;
	struct json_t *failures; /* array */
};

/* One batch: as many compiles at a time as there are processors. */
static struct error *answer_remake(struct index_session *session,
	const char *const *objects, size_t count, struct index_remade *remade)
{
	struct error **errors = memory_allocate((count + 1) * sizeof(*errors));
	struct error *error = remake_records(session->tree, objects, count, errors);
	for (size_t i = 0; i < count && !error; i++) {
		if (!errors[i]) {
			remade->made++;
			continue;
		}
		remade->failed++;
		text_add_format(
			&session->text, "not recorded: %s\n", error_get_text(errors[i]));
		struct json_t *failure = message_describe(errors[i]);
		json_put_text(failure, "object", objects[i]);
		json_append(remade->failures, failure);
		error_free(errors[i]);
	}
	free(errors);
	return error;
}

static struct error *answer_record(struct index_session *session)
{
	scope_index_coverage struct index_coverage coverage = {0};
	const char *only = session->options->subject;
	array_of(const char *) objects = {0};
	struct index_remade remade = {.failures = json_make_array()};
	struct error *error = NULL;
	if (*only) {
		*array_add(&objects) = only;
	} else {
		error = index_coverage_make(
			session->index, session->tree, session->image, &coverage);
		for (size_t i = 0; i < coverage.unrecorded.count; i++)
			*array_add(&objects) = coverage.unrecorded.items[i].object;
	}
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t batch = processors > 1 ? (size_t)processors : 1;
	for (size_t i = 0; i < objects.count && !error; i += batch) {
		size_t count = objects.count - i < batch ? objects.count - i : batch;
		message_step("%zu of %zu: %s", i + 1, objects.count, objects.items[i]);
		error = answer_remake(session, objects.items + i, count, &remade);
	}
	free(objects.items);
	text_add_format(&session->text, "recorded now: %zu, still not recorded: %zu\n",
		remade.made, remade.failed);
	session->json = json_make_object();
	json_put_text(session->json, "result", "recorded");
	json_put_number(session->json, "recorded", (int64_t)remade.made);
	json_put(session->json, "failures", remade.failures);
	if (error)
		return error;
	/* What has been recorded is to be found from now on. */
	index_close(session->index);
	session->index = NULL;
	try(index_open(session->tree, session->image, &session->index));
	return remade.failed ? error_refused("unrecorded",
				       "%s: %zu objects could not be recorded",
				       session->tree->objects, remade.failed)
			     : NULL;
}

static struct error *index_run(const struct index_options *options)
{
	struct index_session session = {.options = options};
	struct error *error = index_answer(&session);
	index_print(&session, error);
	json_release(session.json);
	text_deinit(&session.text);
	index_close(session.index);
	kernel_image_close(session.image);
	kernel_tree_close(session.tree);
	return error;
}

/* The queries; subject is the option's argument, NULL where the option is not given. */
#define INDEX_QUESTIONS 6

struct index_question {
	struct error *(*answer)(struct index_session *session);
	const char *subject;
};

static struct error *index_choose_question(
	const struct index_question *questions, struct index_options *options)
{
	for (size_t i = 0; i < INDEX_QUESTIONS; i++) {
		if (!questions[i].subject)
			continue;
		if (options->subject)
			return error_usage("only one query is possible at a time");
		options->answer = questions[i].answer;
		options->subject = questions[i].subject;
	}
	if (options->subject && options->is_check)
		return error_usage("--check cannot be combined with a query");
	return NULL;
}

/* tree stays NULL where there is nothing to do. */
static struct error *index_read_options(
	struct index_options *options, int count, char **arguments)
{
	struct index_question questions[INDEX_QUESTIONS] = {
		{answer_function},
		{answer_functions},
		{answer_inliners},
		{answer_dependents},
		{answer_record},
		{answer_seal},
	};
	const struct command_option table[] = {
		{"check", 'c', .flag = &options->is_check},
		{"verbose", 'v', .flag = &options->is_verbose},
		{"function", 'f', .text = &questions[0].subject},
		{"functions", 'F', .text = &questions[1].subject},
		{"inliners", 'i', .text = &questions[2].subject},
		{"dependents", 'd', .text = &questions[3].subject},
		{"record", .is_optional = true, .text = &questions[4].subject},
		{"seal", .text = &questions[5].subject},
		{"source", .text = &options->source},
		{"json", .flag = &options->is_json},
		{0},
	};
	const struct command_line line = {
		"ksplice-index", help, table, "kernel tree", 1, 1};
	char **operands;
	try(command_line_read(&line, count, arguments, &operands));
	options->tree = operands ? operands[0] : NULL;
	return operands ? index_choose_question(questions, options) : NULL;
}

int main(int count, char **arguments)
{
	struct index_options options = {.answer = answer_coverage};
	message_init("ksplice-index", false);
	struct error *error = index_read_options(&options, count, arguments);
	if (error || !options.tree) {
		if (options.is_json)
			message_print_json(NULL, error);
		return message_exit(message_end(error));
	}
	process_catch_signals();
	return message_exit(message_end(index_run(&options)));
}
