// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/seal_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "abi/seal.h"
#include "abi/update.h"
#include "differ/index/index.h"
#include "differ/seal/seal_content.h"
#include "differ/seal/tar_archive.h"
#include "differ/tree/build_record.h"
#include "differ/tree/build_trace.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_template.h"
#include "differ/tree/seal_manifest.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

struct sealing {
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	const struct index *index;
	const char *path;
	void (*show)(size_t done, size_t count);
	char *work; /* folder for the copy of the index */
	struct timespec built;
	struct module_template template;
	struct seal_content content;
	struct seal_manifest manifest;
};

static struct error *sealing_check_signal(void)
{
	return process_interruption() ? process_interrupted() : NULL;
}

/* The compiler of any recorded object of vmlinux: what the template is made with. */
static struct error *sealing_find_compiler(
	const struct sealing *sealing, struct record *record)
{
	struct index_unit *units;
	size_t count;
	try(index_list_target(sealing->index, KSPLICE_TARGET_VMLINUX, &units, &count));
	struct error *error = error_refused("no-records",
		"%s: no object of vmlinux was recorded", sealing->tree->objects);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(units[i].state, "recorded") != 0)
			continue;
		scope_free char *path = memory_format("%s/%s/%s%s",
			sealing->tree->objects, KSPLICE_RECORD_DIR, units[i].object,
			KSPLICE_RECORD_SUFFIX);
		error_free(error);
		error = record_read(path, record);
		break;
	}
	index_free_units(units, count);
	return error;
}

/* The template is made now, while the tree is there to make it. */
static struct error *sealing_add_template(struct sealing *sealing)
{
	scope_record struct record record = {0};
	try(sealing_find_compiler(sealing, &record));
	try(module_template_prepare(sealing->tree, sealing->manifest.build_id,
		record.compiler, sealing->work, &sealing->template));
	for (size_t i = 0; i < module_template_file_count; i++) {
		const char *name = module_template_files[i];
		scope_free char *from = file_join(sealing->template.folder, name);
		scope_free char *path = memory_format("%s/%s/%s", KSPLICE_RECORD_DIR,
			file_name(sealing->template.folder), name);
		seal_content_add(&sealing->content, path, from, SEAL_WHOLE);
	}
	return NULL;
}

static struct error *sealing_add_index(struct sealing *sealing)
{
	scope_free char *copy = file_join(sealing->work, KSPLICE_INDEX_FILE);
	try(index_copy(sealing->index, copy));
	seal_content_add(&sealing->content, KSPLICE_RECORD_DIR "/" KSPLICE_INDEX_FILE,
		copy, SEAL_WHOLE);
	return NULL;
}

/* The .cmd files of what has no record are not in the seal, but what they say is. */
static struct error *sealing_add_trace(struct sealing *sealing)
{
	scope_build_trace struct build_trace trace = {0};
	scope_free char *path = file_join(sealing->work, file_name(KSPLICE_SEAL_TRACE));
	try(build_trace_read(sealing->tree, index_is_recorded, (void *)sealing->index,
		NULL, 0, &trace));
	scope_free char *text = build_trace_print(&trace);
	seal_content_add(&sealing->content, KSPLICE_SEAL_TRACE, path, SEAL_WHOLE);
	return file_write(path, text, strlen(text));
}

static struct error *sealing_prepare(struct sealing *sealing)
{
	const struct kernel_tree *tree = sealing->tree;
	struct seal_manifest *manifest = &sealing->manifest;
	struct stat status;
	if (stat(tree->vmlinux, &status))
		return error_errno("%s", tree->vmlinux);
	sealing->built = status.st_mtim;
	manifest->build_id =
		text_from_bytes(sealing->image->build_id, sealing->image->build_id_size);
	manifest->release = memory_copy_text(tree->release);
	manifest->objects = memory_copy_text(tree->built_objects);
	manifest->source = memory_copy_text(tree->built_source);
	try(file_make_temporary("ksplice-index", &sealing->work));
	try(sealing_add_template(sealing));
	try(sealing_add_index(sealing));
	try(sealing_add_trace(sealing));
	try(seal_content_collect(tree, sealing->index, &sealing->content));
	seal_content_sort(&sealing->content);
	return NULL;
}

/* The manifest stands in front of what it lists, so every file is read twice. */
static struct error *sealing_list_files(struct sealing *sealing)
{
	struct seal_manifest *manifest = &sealing->manifest;
	manifest->files =
		memory_allocate(sealing->content.count * sizeof(*manifest->files));
	array_foreach (item, &sealing->content) {
		scope_text struct text text = {0};
		try(sealing_check_signal());
		try(seal_content_read(item, &text));
		manifest->files[manifest->file_count++] = (struct seal_file){
			.path = memory_copy_text(item->path),
			.size = (int64_t)text.size,
			.digest = digest_to_text(digest_of(text.data, text.size)),
		};
	}
	return NULL;
}

static struct error *sealing_add_file(struct sealing *sealing, struct tar_writer *writer,
	const struct seal_item *item, const struct seal_file *listed)
{
	scope_text struct text text = {0};
	struct stat status;
	if (stat(item->from, &status))
		return error_errno("%s", item->from);
	try(seal_content_read(item, &text));
	scope_free char *digest = digest_to_text(digest_of(text.data, text.size));
	if (strcmp(digest, listed->digest) != 0)
		return error_hint(
			error_failed("%s: changed while it was being sealed", item->from),
			"wait for the build to end");
	const char *below;
	/* What was made just now gets the time of the kernel it belongs to. */
	bool is_made_now = file_is_below(sealing->work, item->from, &below);
	struct tar_member member = {
		.path = item->path,
		.size = text.size,
		.modified = is_made_now ? sealing->built : status.st_mtim,
		.is_executable = status.st_mode & S_IXUSR,
	};
	return tar_writer_add(writer, &member, text.data);
}

static struct error *sealing_add_files(struct sealing *sealing, struct tar_writer *writer)
{
	scope_text struct text manifest = {0};
	seal_manifest_print(&sealing->manifest, &manifest);
	struct tar_member member = {.path = KSPLICE_SEAL_MANIFEST,
		.size = manifest.size,
		.modified = sealing->built};
	try(tar_writer_add(writer, &member, manifest.data));
	for (size_t i = 0; i < sealing->content.count; i++) {
		try(sealing_check_signal());
		try(sealing_add_file(sealing, writer, &sealing->content.items[i],
			&sealing->manifest.files[i]));
		if (sealing->show)
			sealing->show(i + 1, sealing->content.count);
	}
	return NULL;
}

static struct error *sealing_pack(struct sealing *sealing, const char *packing)
{
	struct tar_writer *writer = NULL;
	/* First of all, because it may be refused. */
	try(tar_writer_open(packing, sealing->path, &writer));
	struct error *error = sealing_prepare(sealing);
	if (!error)
		error = sealing_list_files(sealing);
	if (!error)
		error = sealing_add_files(sealing, writer);
	if (error) {
		tar_writer_abandon(writer);
		return error;
	}
	try(tar_writer_finish(writer));
	return sealing_check_signal();
}

static struct error *sealing_summarize(
	const struct sealing *sealing, struct seal_summary *summary)
{
	struct stat status;
	if (stat(sealing->path, &status))
		return error_errno("%s", sealing->path);
	struct seal_summary made = {
		.files = sealing->content.count, .archive_size = status.st_size};
	for (size_t i = 0; i < sealing->manifest.file_count; i++)
		made.content_size += sealing->manifest.files[i].size;
	*summary = made;
	return NULL;
}

struct error *seal_write(const struct kernel_tree *tree, const struct kernel_image *image,
	const struct index *index, const char *path,
	void (*show)(size_t done, size_t count), struct seal_summary *summary)
{
	struct sealing sealing = {
		.tree = tree, .image = image, .index = index, .path = path, .show = show};
	scope_free char *packing = memory_format("%s.tmp-%ld", path, (long)getpid());
	struct error *error = sealing_pack(&sealing, packing);
	if (!error && rename(packing, path))
		error = error_errno("%s", path);
	if (error)
		unlink(packing);
	else
		error = sealing_summarize(&sealing, summary);
	struct error *leftover = sealing.work ? file_remove(sealing.work) : NULL;
	free(sealing.work);
	module_template_deinit(&sealing.template);
	seal_content_deinit(&sealing.content);
	seal_manifest_deinit(&sealing.manifest);
	if (error)
		error_free(leftover);
	return error ? error : leftover;
}
