// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_index.c - ksplice-index: makes or updates a tree's index, and shows what it covers
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "abi/version.h"
#include "differ/index.h"
#include "differ/kernel_image.h"
#include "differ/kernel_tree.h"
#include "differ/seal_read.h"
#include "differ/seal_write.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"

static const char usage[] =
	"usage: ksplice-index [OPTION]... OBJTREE\n"
	"Bring the index of a kernel tree up to date, and show what it covers.\n"
	"\n"
	"OBJTREE is the folder in which 'make CC=ksplice-cc' left vmlinux, or what --seal\n"
	"made of it. The index is .ksplice/index.db in it; ksplice-create runs this by\n"
	"itself where it is needed.\n"
	"\n"
	"  -c, --check    fail (exit code 2) if an object of the kernel has no record\n"
	"  -v, --verbose  list the objects without a record, with the reason, and the\n"
	"                 sections whose place in vmlinux could not be proven\n"
	"      --seal=OUT pack what ksplice-create needs in place of the tree into the\n"
	"                 archive OUT (.tar.zst, .tar.gz, .tar.xz, .tar), which is replaced\n"
	"                 if it exists\n"
	"      --source=DIR  where the source tree is, if it is not where it was\n"
	"      --json     print the result as JSON\n"
	"  -h, --help     show this help\n"
	"      --version  show the version\n"
	"\n"
	"Exit code: 0 done, 1 error, 2 refused or incomplete.\n";

struct index_options {
	const char *tree;
	const char *source;
	const char *seal;
	bool is_check;
	bool is_verbose;
	bool is_json;
};

static void show_unrecorded(const char *object, const char *reason, void *context)
{
	(void)context;
	printf("unrecorded: %s: %s\n", object, reason);
}

static void show_unproven(
	const char *object, const char *section, int64_t size, void *context)
{
	(void)context;
	printf("unproven: %s: %s (%" PRId64 " bytes)\n", object, section, size);
}

static void add_unrecorded(const char *object, const char *reason, void *context)
{
	struct json_t *item = json_make_object();
	json_put_text(item, "object", object);
	json_put_text(item, "reason", reason);
	json_append(context, item);
}

static void add_unproven(
	const char *object, const char *section, int64_t size, void *context)
{
	struct json_t *item = json_make_object();
	json_put_text(item, "object", object);
	json_put_text(item, "section", section);
	json_put_number(item, "size", size);
	json_append(context, item);
}

static struct error *index_show_json(
	const struct index *index, const struct index_counts *counts)
{
	const struct {
		const char *key;
		int64_t number;
	} numbers[] = {
		{"objects", counts->objects},
		{"recorded", counts->recorded},
		{"unrecorded", counts->unrecorded},
		{"excluded", counts->excluded},
		{"assembly", counts->assembly},
		{"sections", counts->sections},
		{"sections_proven", counts->proven},
		{"code_sections", counts->code_sections},
		{"code_sections_proven", counts->code_proven},
	};
	scope_json struct json_t *json = json_make_object();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_put_number(json, numbers[i].key, numbers[i].number);
	struct json_t *unrecorded = json_make_array();
	struct json_t *unproven = json_make_array();
	json_put(json, "unrecorded_objects", unrecorded);
	json_put(json, "unproven_sections", unproven);
	try(index_list_unrecorded(index, add_unrecorded, unrecorded));
	try(index_list_unproven(index, add_unproven, unproven));
	scope_free char *text = json_to_text(json);
	fputs(text, stdout);
	return NULL;
}

static struct error *index_show_text(const struct index *index,
	const struct index_counts *counts, const struct index_options *options)
{
	printf("objects linked into the kernel and its modules: %" PRId64 "\n"
	       "  recorded:         %" PRId64 "\n"
	       "  assembler source: %" PRId64 "\n"
	       "  excluded by rule: %" PRId64 "\n"
	       "  unrecorded:       %" PRId64 "\n"
	       "sections of vmlinux's objects: %" PRId64 ", place proven: %" PRId64 "\n"
	       "  of these with code:          %" PRId64 ", place proven: %" PRId64 "\n",
		counts->objects, counts->recorded, counts->assembly, counts->excluded,
		counts->unrecorded, counts->sections, counts->proven,
		counts->code_sections, counts->code_proven);
	if (!options->is_verbose)
		return NULL;
	try(index_list_unrecorded(index, show_unrecorded, NULL));
	return index_list_unproven(index, show_unproven, NULL);
}

/* On a terminal, one line that changes. */
static void show_sealing(size_t done, size_t count)
{
	if (isatty(STDERR_FILENO) && (done % 64 == 0 || done == count))
		fprintf(stderr, "\rksplice-index: %zu of %zu files%s", done, count,
			done == count ? "\n" : "");
}

static struct error *index_seal(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct index *index,
	const struct index_options *options)
{
	struct seal_summary summary;
	try(seal_write(tree, image, index, options->seal, show_sealing, &summary));
	if (!options->is_json) {
		printf("%s: %zu files, %.1f MB, packed %.1f MB\n", options->seal,
			summary.files, (double)summary.content_size / 1e6,
			(double)summary.archive_size / 1e6);
		return NULL;
	}
	scope_json struct json_t *json = json_make_object();
	json_put_text(json, "result", "sealed");
	json_put_text(json, "archive", options->seal);
	json_put_number(json, "files", (int64_t)summary.files);
	json_put_number(json, "content_size", summary.content_size);
	json_put_number(json, "archive_size", summary.archive_size);
	scope_free char *text = json_to_text(json);
	fputs(text, stdout);
	return NULL;
}

static struct error *index_run(const struct index_options *options)
{
	scope_kernel_tree struct kernel_tree *tree = NULL;
	scope_kernel_image struct kernel_image *image = NULL;
	scope_index struct index *index = NULL;
	struct index_counts counts;
	try(seal_open_tree(options->tree, options->source, &tree));
	try(kernel_image_open(tree->vmlinux, &image));
	try(index_open(tree, image, &index));
	if (options->seal)
		return index_seal(tree, image, index, options);
	try(index_count(index, &counts));
	try(options->is_json ? index_show_json(index, &counts)
			     : index_show_text(index, &counts, options));
	if (options->is_check && counts.unrecorded)
		return error_hint(error_refused("unrecorded",
					  "%s: %" PRId64 " objects have no record",
					  tree->objects, counts.unrecorded),
			"--verbose lists them");
	return NULL;
}

int main(int count, char **arguments)
{
	enum { OPTION_JSON = 256, OPTION_SEAL, OPTION_SOURCE, OPTION_VERSION };
	static const struct option long_options[] = {
		{"check", no_argument, NULL, 'c'},
		{"verbose", no_argument, NULL, 'v'},
		{"seal", required_argument, NULL, OPTION_SEAL},
		{"source", required_argument, NULL, OPTION_SOURCE},
		{"json", no_argument, NULL, OPTION_JSON},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	struct index_options options = {0};
	int option;
	while ((option = getopt_long(count, arguments, "cvh", long_options, NULL)) !=
		-1) {
		switch (option) {
		case 'c':
			options.is_check = true;
			break;
		case 'v':
			options.is_verbose = true;
			break;
		case OPTION_SEAL:
			options.seal = optarg;
			break;
		case OPTION_SOURCE:
			options.source = optarg;
			break;
		case OPTION_JSON:
			options.is_json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case OPTION_VERSION:
			puts("ksplice-index " KSPLICE_VERSION);
			return 0;
		default:
			fputs("Try 'ksplice-index --help'.\n", stderr);
			return 1;
		}
	}
	if (optind != count - 1) {
		fputs(usage, stderr);
		return 1;
	}
	options.tree = arguments[optind];
	message_init("ksplice-index", false);
	if (options.seal)
		process_catch_signals();
	int code = message_end(index_run(&options));
	process_die_interrupted();
	return code;
}
