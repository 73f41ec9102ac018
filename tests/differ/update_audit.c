// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * update_audit.c - a second opinion on an update
 *
 *     update_audit --update=DIR_OR_TAR --keep=KEEPDIR --tree=OBJTREE
 *
 * It shares no code with differ/: given the update, what "ksplice-create --keep" left of
 * making it, and the kernel, it finds out by itself what the update must be, and
 * complains about each difference. An update has a part for each target; each is
 * audited by itself, in a world that has all targets and parts (audit_world). The passes,
 * in order, are those of audit_part():
 *
 *     audit_pair, audit_reference   bytes of functions, and where references lead
 *     audit_table                   entries of tables about code
 *     audit_change                  what differs between pre and post, and must travel
 *     audit_hunk                    the old code, and what moves with the kernel
 *     audit_hook                    functions that the core is to call
 *
 * Exit status: 0 no complaint, 1 complaints, one line each, 2 the audit could not be
 * made.
 */
#include <dirent.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/update.h"
#include "tests/differ/audit_change.h"
#include "tests/differ/audit_hook.h"
#include "tests/differ/audit_hunk.h"
#include "tests/differ/audit_pair.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_table.h"
#include "tests/differ/audit_unit.h"
#include "tests/differ/audit_world.h"

static const char help[] =
	"usage: update_audit --update=DIR_OR_TAR --keep=KEEPDIR --tree=OBJTREE\n"
	"Check an update against the objects that it was made of and the kernel.\n"
	"\n"
	"  --update=PATH   ksplice-ID.tar.gz, or what it unpacks to\n"
	"  --keep=DIR      what ksplice-create --keep=DIR left\n"
	"  --tree=DIR      with vmlinux and the objects of the build\n"
	"\n"
	"Exit status: 0 no complaint, 1 complaints, 2 the audit could not be made.\n";

struct audit_updates {
	struct audit_update *items;
	size_t count;
};

struct options {
	char *update;
	char *keep;
	char *tree;
};

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void run(const char *const arguments[])
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		execvp(arguments[0], (char *const *)arguments);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status)
		audit_fail("%s failed", arguments[0]);
}

static char *temporary; /* the folder of an unpacked archive */

static void remove_temporary(void)
{
	char *folder = temporary;
	temporary = NULL; /* run() may end the program, and come back here */
	if (folder)
		run((const char *const[]){"rm", "-rf", folder, NULL});
	free(folder);
}

/* The folder with manifest.json, unpacked if need be. */
static char *open_update(const char *path)
{
	char *manifest = audit_format("%s/manifest.json", path);
	bool is_unpacked = access(manifest, R_OK) == 0;
	free(manifest);
	if (is_unpacked)
		return strdup(path);
	if (is_folder(path))
		audit_fail("%s: no manifest.json in it", path);
	const char *parent = getenv("TMPDIR");
	char *made = audit_format("%s/update_audit.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(made))
		audit_fail("%s: cannot be made", made);
	temporary = made;
	atexit(remove_temporary);
	run((const char *const[]){"tar", "-xf", path, "-C", temporary, NULL});
	char *found = NULL;
	DIR *folder = opendir(temporary);
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.') {
			free(found);
			found = audit_format("%s/%s", temporary, entry->d_name);
		}
	}
	if (folder)
		closedir(folder);
	if (!found)
		audit_fail("%s: is an empty archive", path);
	return found;
}

static void open_unit(
	struct audit_updates *updates, const struct options *options, const char *object)
{
	const char *target = audit_world_target_of(object);
	for (size_t i = 0; i < updates->count; i++) {
		struct audit_update *update = &updates->items[i];
		if (strcmp(update->target_name, target) != 0)
			continue;
		update->units = audit_grow(
			update->units, update->unit_count, sizeof(*update->units));
		audit_unit_open(&update->units[update->unit_count++], object,
			options->keep, options->tree, update->kernel);
		return;
	}
	audit_warn(object, "is in %s, for which the update has no part", target);
}

/* Adds each unit of KEEPDIR/post/FOLDER: an object with its unit beside it. */
static void open_units(
	struct audit_updates *updates, const struct options *options, const char *folder)
{
	char *path = audit_format("%s/post/%s", options->keep, folder);
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		audit_fail("%s: cannot be read", path);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *below = audit_format("%s%s%s", folder, *folder ? "/" : "", name);
		char *file = audit_format("%s/%s", path, name);
		char *unit = audit_format("%s.json", file);
		if (name[0] != '.' && is_folder(file)) {
			open_units(updates, options, below);
		} else if (audit_text_ends(name, ".o") && access(unit, R_OK) == 0) {
			open_unit(updates, options, below);
		}
		free(unit);
		free(file);
		free(below);
		free(entries[i]);
	}
	free(entries);
	free(path);
}

static const char *manifest_text(const json_t *target, const char *key)
{
	const char *text = json_string_value(json_object_get(target, key));
	if (!text)
		audit_fail("manifest.json: a target without \"%s\"", key);
	return text;
}

/* The parts, by the manifest; each is in the world before any is audited. */
static void open_parts(
	struct audit_updates *updates, const json_t *manifest, const char *folder)
{
	const json_t *targets = json_object_get(manifest, "targets");
	size_t i;
	json_t *target;
	updates->count = json_array_size(targets);
	updates->items = audit_allocate((updates->count + 1) * sizeof(*updates->items));
	json_array_foreach(targets, i, target)
	{
		struct audit_update *update = &updates->items[i];
		update->target_name = manifest_text(target, "name");
		update->module_name = manifest_text(target, "module");
		update->part = (uint32_t)i;
		update->part_count = (uint32_t)updates->count;
		update->kernel = audit_world_find(update->target_name);
		if (!update->kernel)
			audit_fail("target %s: the tree has none of that name",
				update->target_name);
		char *path = audit_format("%s/%s", folder, update->module_name);
		update->module = audit_object_open(path);
		audit_world_add_part(manifest_text(target, "loaded_as"), path);
		free(path);
	}
	if (!updates->count)
		audit_fail("manifest.json: names no target");
}

/* Is a function, or a constant in place, of that object and name in the update? */
static bool update_has(
	const struct audit_update *update, const json_t *promise, bool is_function)
{
	const char *name = json_string_value(json_object_get(promise, "name"));
	const char *object = json_string_value(json_object_get(promise, "object"));
	for (size_t i = 0; name && object && i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		if ((is_function ? pair->symbol != NULL : pair->is_in_place) &&
			strcmp(pair->unit->name, object) == 0 &&
			strcmp(pair->post.symbol->name, name) == 0)
			return true;
	}
	return false;
}

/* What the manifest promises is in the update, and nothing else of that kind. */
static void check_manifest_list(
	const struct audit_update *update, const json_t *target, const char *key)
{
	bool is_function = strcmp(key, "functions") == 0;
	const json_t *list = json_object_get(target, key);
	size_t i;
	json_t *promise;
	size_t found = 0;
	json_array_foreach(list, i, promise)
	{
		const char *name = json_string_value(json_object_get(promise, "name"));
		if (!update_has(update, promise, is_function))
			audit_complain(update->module_name,
				"%s: the manifest promises it, and it is not there",
				name ? name : "something without a name");
	}
	for (i = 0; i < update->pair_count; i++) {
		const struct audit_pair *pair = &update->pairs[i];
		found += is_function ? pair->symbol &&
					       !strstr(pair->post.symbol->name, ".cold")
				     : pair->is_in_place;
	}
	if (found > json_array_size(list))
		audit_complain(update->module_name,
			"has %zu %s, and the manifest names %zu", found, key,
			json_array_size(list));
}

static void check_manifest(const struct audit_update *update, const json_t *manifest)
{
	const json_t *target =
		json_array_get(json_object_get(manifest, "targets"), update->part);
	check_manifest_list(update, target, "functions");
	check_manifest_list(update, target, "constants");
}

static void audit_part(struct audit_update *update, const json_t *manifest)
{
	audit_hunk_read_data(update);
	audit_pair_functions(update);
	audit_pair_follow(update);
	audit_table_check(update);
	audit_pair_check_rest(update);
	check_manifest(update, manifest);
	audit_change_check(update, manifest);
	audit_change_check_constants(update);
	audit_hunk_check(update);
	audit_hunk_check_symbols(update);
	audit_hook_check(update, manifest);
}

static void read_options(int count, char **arguments, struct options *options)
{
	static const struct option table[] = {
		{"update", required_argument, NULL, 'u'},
		{"keep", required_argument, NULL, 'k'},
		{"tree", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;
	while ((option = getopt_long(count, arguments, "h", table, NULL)) != -1) {
		switch (option) {
		case 'u':
			options->update = optarg;
			break;
		case 'k':
			options->keep = optarg;
			break;
		case 't':
			options->tree = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			exit(2);
		}
	}
	if (!options->update || !options->keep || !options->tree || optind < count) {
		fputs(help, stderr);
		exit(2);
	}
}

int main(int count, char **arguments)
{
	struct options options = {0};
	static struct audit_updates updates; /* kept to the end, with all that it owns */
	json_error_t error;
	read_options(count, arguments, &options);

	char *folder = open_update(options.update);
	char *path = audit_format("%s/manifest.json", folder);
	json_t *manifest = json_load_file(path, 0, &error);
	if (!manifest)
		audit_fail("%s: %s", path, error.text);
	free(path);
	audit_world_open(options.tree);
	open_parts(&updates, manifest, folder);
	open_units(&updates, &options, "");
	for (size_t i = 0; i < updates.count; i++) {
		if (!updates.items[i].unit_count)
			audit_fail("%s: no objects of %s in it", options.keep,
				updates.items[i].target_name);
		audit_part(&updates.items[i], manifest);
	}

	printf("audit: %s: %zu complaints; %zu functions, %zu entries, %zu references, "
	       "%zu variables, %zu hunks, %zu sites, %zu functions compared, "
	       "%zu that it cannot tell\n",
		json_string_value(json_object_get(manifest, "id")),
		audit_counts.complaints, audit_counts.functions, audit_counts.entries,
		audit_counts.references, audit_counts.variables, audit_counts.hunks,
		audit_counts.sites, audit_counts.compared, audit_counts.cannot_tell);
	free(folder);
	json_decref(manifest);
	return audit_counts.complaints ? 1 : 0;
}
