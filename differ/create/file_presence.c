// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/file_presence.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "differ/create/series_apply.h"
#include "differ/index/index.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/record_relocation.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

static const char existing_files[] =
	"leave it out of the patch, or put the change into existing files";

bool file_presence_changes(const struct patched_file *file)
{
	return file->was_there != file->is_there;
}

/* ---- refusals -------------------------------------------------------------------- */

static struct error *presence_refuse(const struct patched_file *file, const char *why)
{
	return error_hint(error_refused(file->is_there ? "new-file" : "deleted-file",
				  "%s: the patch %s it, and %s", file->path,
				  file->is_there ? "creates" : "deletes", why),
		"%s", existing_files);
}

/* The folder is there, and under its own name. */
static struct error *presence_check_folder(
	const struct kernel_tree *tree, const struct patched_file *file)
{
	char real[PATH_MAX];
	scope_free char *parent = file_parent(file->path);
	scope_free char *folder = file_join(tree->source, parent);
	scope_free char *normal = file_normalize(tree->source, parent);
	scope_free char *path = file_join(tree->source, file->path);
	const char *below;
	if (!realpath(folder, real))
		return presence_refuse(file, "its folder does not exist");
	/* The tree itself may be reached through a link. */
	scope_free char *top = realpath(tree->source, NULL);
	scope_free char *wanted = file_is_below(tree->source, normal, &below) && *below
					  ? file_join(top ? top : "", below)
					  : memory_copy_text(top ? top : "");
	if (strcmp(real, wanted) != 0)
		return error_hint(error_refused("symbolic-link",
					  "%s: leads through a symbolic link to %s",
					  file->path, real),
			"give the file's own path in the patch");
	if (file_exists(path))
		return presence_refuse(file, "a folder of this name exists");
	return NULL;
}

/* A Makefile may take all files of its folder, and of those below. */
static struct error *presence_check_makefiles(
	const struct kernel_tree *tree, const struct patched_file *file)
{
	static const char *const names[] = {"Makefile", "Kbuild"};
	scope_free char *folder = file_parent(file->path);
	while (strchr(folder, '/')) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			scope_free char *path =
				memory_format("%s/%s/%s", tree->source, folder, names[i]);
			scope_text struct text text = {0};
			if (!file_exists(path))
				continue;
			try(file_read(path, &text));
			if (text.data && strstr(text.data, "wildcard"))
				return presence_refuse(file,
					"a Makefile looks for the files that exist");
		}
		scope_free char *below = take_pointer(folder);
		folder = file_parent(below);
	}
	return NULL;
}

/* kernel/new.c would make kernel/new.o, which is made from something else, or is a part
 * of the kernel that goes. */
static struct error *presence_check_object(
	const struct kernel_tree *tree, const struct patched_file *file)
{
	if (!text_has_suffix(file->path, ".c"))
		return NULL;
	scope_free char *object = memory_format(
		"%s/%.*so", tree->objects, (int)strlen(file->path) - 1, file->path);
	if (file_exists(object))
		return presence_refuse(file, "the kernel has an object of this name");
	return file->is_there ? presence_check_makefiles(tree, file) : NULL;
}

/* Where an architecture has no header of its own, kbuild makes one that includes the
 * generic one (scripts/Makefile.asm-generic). */
static struct error *presence_check_wrapper(
	const struct kernel_tree *tree, const struct patched_file *file)
{
	const char *rest = strstr(file->path, "/include/");
	if (file->is_there || fnmatch("arch/*/include/*asm/*", file->path, 0) != 0)
		return NULL;
	scope_free char *made = memory_format("%s/%.*s/include/generated", tree->objects,
		(int)(rest - file->path), file->path);
	if (!file_exists(made))
		return NULL;
	return presence_refuse(file, "the build may then make one of this name");
}

static bool related_is_made(const char *related, void *name)
{
	return text_has_prefix(related, "object:") &&
	       strcmp(file_name(related), name) == 0;
}

/* A seal's trace of the build has no files that the build made, so nothing says what
 * without a record reads one of this name. */
static struct error *presence_check_seal(const struct kernel_tree *tree,
	const struct index *index, const struct patched_file *file)
{
	struct index_unit *units;
	size_t count;
	if (!file->is_there || !kernel_tree_is_seal(tree))
		return NULL;
	try(index_list_readers_of(
		index, related_is_made, (void *)file_name(file->path), &units, &count));
	index_free_units(units, count);
	return count ? presence_refuse(file, "the build makes a file of this name")
		     : NULL;
}

struct error *file_presence_check(const struct kernel_tree *tree,
	const struct index *index, const struct patched_file *file)
{
	struct index_unit *units;
	size_t count;
	scope_free char *related = memory_format("source:%s", file->path);
	try(index_list_readers(index, related, &units, &count));
	struct error *error = NULL;
	for (size_t i = 0; i < count && !error; i++) {
		if (strcmp(units[i].source, related) == 0)
			error = presence_refuse(file, "an object is made from it");
	}
	index_free_units(units, count);
	if (!error && file->is_there)
		error = presence_check_folder(tree, file);
	if (!error)
		error = presence_check_object(tree, file);
	if (!error)
		error = presence_check_seal(tree, index, file);
	return error ? error : presence_check_wrapper(tree, file);
}

/* ---- units that may notice ------------------------------------------------------- */

struct search {
	const struct kernel_tree *tree;
	const struct index *index;
	const char *path; /* the file's; absolute */
	const char *name; /* the same, without folder */
	dev_t device;     /* of its folder */
	ino_t inode;
};

static struct error *search_init(struct search *search, const char *path)
{
	struct stat status;
	scope_free char *folder = file_parent(path);
	if (stat(folder, &status))
		return error_errno("%s", folder);
	search->path = path;
	search->name = file_name(path);
	search->device = status.st_dev;
	search->inode = status.st_ino;
	return NULL;
}

bool file_presence_is_asked(const char *path)
{
	static const char question[] = "__has_include";
	scope_text struct text text = {0};
	/* What cannot be read is another pass's to report. */
	scope_error struct error *error = file_read(path, &text);
	return !error && text.size &&
	       memmem(text.data, text.size, question, strlen(question));
}

static bool search_is_asked(const char *related, void *context)
{
	const struct search *search = context;
	scope_free char *path = kernel_tree_locate_path(search->tree, related);
	return file_presence_is_asked(path);
}

static bool search_has_name(const char *related, void *context)
{
	const struct search *search = context;
	const char *colon = strchr(related, ':');
	return strcmp(file_name(colon ? colon + 1 : related), search->name) == 0;
}

/* The folder that an option of the compiler names; the word itself where it is none. */
static const char *word_find_folder(const char *word)
{
	static const char *const options[] = {
		"-iquote", "-isystem", "-idirafter", "-iprefix", "-I"};
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (text_has_prefix(word, options[i]))
			return word + strlen(options[i]);
	}
	return word;
}

/* The compiler looks in the folders of its command, in those of the files that it has
 * read, and in its own. */
struct search_folders {
	char **items;
	size_t count;
	size_t capacity;
	struct name_map seen;
};

static void folders_add(
	struct search_folders *folders, const struct record *record, const char *name)
{
	int64_t known;
	scope_free char *path = file_join(record->folder, name);
	if (name_map_find(&folders->seen, path, &known))
		return;
	name_map_set(&folders->seen, path, 1);
	*array_add(folders) = take_pointer(path);
}

static void folders_fill(struct search_folders *folders, const struct record *record)
{
	folders_add(folders, record, ".");
	for (size_t i = 1; i < json_count_items(record->arguments); i++)
		folders_add(folders, record,
			word_find_folder(json_find_item_text(record->arguments, i)));
	for (size_t i = 0; i < json_count_items(record->inputs); i++) {
		scope_free char *folder =
			file_parent(json_find_item_text(record->inputs, i));
		folders_add(folders, record, folder);
	}
}

static void folders_deinit(struct search_folders *folders)
{
	array_foreach (item, folders)
		free(*item);
	free(folders->items);
	name_map_deinit(&folders->seen);
}

/* Is the file where the compiler may look for below/NAME? */
static bool search_looks(const struct search *search,
	const struct search_folders *folders, const char *below)
{
	for (size_t i = 0; i < folders->count; i++) {
		struct stat status;
		scope_free char *path = memory_format("%s/%s", folders->items[i], below);
		if (stat(path, &status) == 0 && status.st_dev == search->device &&
			status.st_ino == search->inode)
			return true;
	}
	return false;
}

/* An #include names the last part of the path that the compiler opened. */
static bool search_may_find(const struct search *search,
	const struct search_folders *folders, const char *input)
{
	const char *name = file_name(input);
	if (strcmp(name, search->name) != 0)
		return false;
	for (const char *at = name; at; at = at > input ? at - 1 : NULL) {
		scope_free char *below = memory_copy_range(at, (size_t)(name - at));
		if ((at == input || at[-1] == '/') &&
			search_looks(search, folders, below))
			return true;
	}
	return false;
}

static bool search_concerns(const struct search *search, const struct record *record)
{
	struct search_folders folders = {0};
	bool is_found = false;
	folders_fill(&folders, record);
	for (size_t i = 0; i < json_count_items(record->inputs) && !is_found; i++)
		is_found = search_may_find(
			search, &folders, json_find_item_text(record->inputs, i));
	folders_deinit(&folders);
	return is_found;
}

struct error *file_presence_may_be_found(
	const char *path, const struct record *record, bool *may_be_found)
{
	struct search search = {0};
	try(search_init(&search, path));
	*may_be_found = search_concerns(&search, record);
	return NULL;
}

/* Units without a record are proven otherwise, so they count in any case. */
static struct error *search_try_unit(
	const struct search *search, const struct index_unit *unit, bool *is_found)
{
	scope_free char *path = memory_format("%s/%s/%s%s", search->tree->objects,
		KSPLICE_RECORD_DIR, unit->object, KSPLICE_RECORD_SUFFIX);
	scope_record struct record record = {0};
	*is_found = true;
	if (strcmp(unit->state, "recorded") != 0)
		return NULL;
	try(record_read(path, &record));
	if (record.unrecorded)
		return NULL;
	record_relocate(search->tree, &record);
	*is_found = search_concerns(search, &record);
	return NULL;
}

struct unit_list {
	struct index_unit *items;
	size_t count;
	size_t capacity;
};

static bool unit_list_has(const struct unit_list *list, int64_t number)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].number == number)
			return true;
	}
	return false;
}

/* Adds the units that read a file of which is_meant is true. */
static struct error *search_add_units(struct search *search,
	bool (*is_meant)(const char *file, void *context), bool is_named,
	struct unit_list *list)
{
	struct index_unit *units;
	size_t count;
	struct error *error = NULL;
	try(index_list_readers_of(search->index, is_meant, search, &units, &count));
	for (size_t i = 0; i < count && !error; i++) {
		bool is_found = true;
		if (is_named)
			error = search_try_unit(search, &units[i], &is_found);
		if (error || !is_found || unit_list_has(list, units[i].number))
			continue;
		*array_add(list) = units[i];
		units[i] = (struct index_unit){0};
	}
	index_free_units(units, count);
	return error;
}

struct error *file_presence_list_units(const struct kernel_tree *tree,
	const struct index *index, const struct patched_file *file,
	struct index_unit **units, size_t *count)
{
	scope_free char *path = file_join(tree->source, file->path);
	struct search search = {.tree = tree, .index = index};
	struct unit_list list = {0};
	try(search_init(&search, path));
	struct error *error = search_add_units(&search, search_is_asked, false, &list);
	if (!error && file->is_there)
		error = search_add_units(&search, search_has_name, true, &list);
	if (error) {
		index_free_units(list.items, list.count);
		return error;
	}
	*units = list.items;
	*count = list.count;
	return NULL;
}
