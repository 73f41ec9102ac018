// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/module_template.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "abi/update.h"
#include "differ/elf/elf_object.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Names in kmod/template/Kbuild. */
static const char template_object[] = "update_template.o";
static const char module_object[] = "update_template.mod.o";
static const char layout_object[] = "kernel_layout.o";
static const char template_name[] = "update_template";

const char *const module_template_files[] = {
	template_object,
	module_object,
	layout_object,
};
const size_t module_template_file_count =
	sizeof(module_template_files) / sizeof(module_template_files[0]);

static const char modinfo_section[] = ".modinfo";
static const char module_section[] = ".gnu.linkonce.this_module";

/* Copies the files of a folder, and adds what they hold to content. */
static struct error *folder_copy(const char *from, const char *to, struct text *content)
{
	struct dirent **entries;
	int count = scandir(from, &entries, NULL, alphasort);
	if (count < 0)
		return error_errno("%s", from);
	struct error *error = NULL;
	for (int i = 0; i < count; i++) {
		if (!error && entries[i]->d_name[0] != '.') {
			scope_free char *source = file_join(from, entries[i]->d_name);
			scope_text struct text text = {0};
			error = file_read(source, &text);
			if (!error && to) {
				scope_free char *target =
					file_join(to, entries[i]->d_name);
				error = file_write(target, text.data, text.size);
			}
			if (!error)
				text_add_range(content, text.data, text.size);
		}
		free(entries[i]);
	}
	free(entries);
	return error;
}

static struct error *template_build(
	const struct kernel_tree *tree, const char *compiler, const char *folder)
{
	scope_free char *libraries = install_path_find("");
	scope_free char *tree_option = memory_format("--directory=%s", tree->objects);
	/* The object tree's own Makefile, which a seal has not, leads to where the source
	 * tree was. */
	scope_free char *source_option =
		memory_format("--file=%s/Makefile", tree->source);
	scope_free char *folder_option = memory_format("M=%s", folder);
	scope_free char *compiler_option = memory_format("CC=%s", compiler);
	scope_free char *library_option = memory_format("KSPLICE_LIBDIR=%s", libraries);
	const char *const arguments[] = {"make", "--no-print-directory", "--silent",
		tree_option, source_option, folder_option, compiler_option,
		library_option, "KBUILD_MODPOST_WARN=1", "modules", NULL};
	/* What a surrounding make or build sets must not reach kbuild. */
	const char *const environment[] = {
		"MAKEFLAGS=", "MFLAGS=", "MAKELEVEL=", "LC_ALL=C", NULL};
	scope_text struct text output = {0};
	struct process_request request = {.arguments = arguments,
		.environment = environment,
		.output = &output,
		.errors = &output};
	int status;
	try(process_run(&request, &status));
	if (!status)
		return NULL;
	return error_hint(error_failed("%s: building the update template failed:\n%s",
				  tree->objects, output.data ? output.data : ""),
		"the tree must be able to build modules: it needs 'make modules_prepare' and "
		"Module.symvers");
}

static struct error *template_read_layout(
	const char *folder, struct kernel_layout *layout)
{
	scope_free char *path = file_join(folder, layout_object);
	scope_elf_object struct elf_object *object = NULL;
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	const struct elf_section *section =
		elf_object_find_section(object, KERNEL_LAYOUT_SECTION);
	struct kernel_layout read;
	if (!section || section->size != sizeof(read) || !section->data)
		return error_failed("%s: has no kernel layout of this version", path);
	memcpy(&read, section->data, sizeof(read));
	if (read.magic != KERNEL_LAYOUT_MAGIC || read.version != KERNEL_LAYOUT_VERSION)
		return error_failed("%s: has no kernel layout of this version", path);
	*layout = read;
	return NULL;
}

/* Builds in a folder with a new name beside the final one, and renames it: a template
 * is there whole or not at all, also with two ksplice-create at a time. */
static struct error *template_make(const struct kernel_tree *tree, const char *compiler,
	const char *source, const char *folder)
{
	scope_free char *building = memory_format("%s.tmp-%ld", folder, (long)getpid());
	scope_text struct text ignored = {0};
	struct error *error = file_make_folder(building);
	if (!error)
		error = folder_copy(source, building, &ignored);
	if (!error)
		error = template_build(tree, compiler, building);
	if (!error)
		error = file_name_folder(building, folder);
	error_free(file_remove(building));
	return error;
}

struct error *module_template_prepare(const struct kernel_tree *tree,
	const char *build_id, const char *compiler, const char *work,
	struct module_template *template)
{
	scope_free char *records = file_join(tree->objects, KSPLICE_RECORD_DIR);
	scope_free char *source = install_path_find("template");
	scope_free char *headers = install_path_find("abi");
	scope_text struct text key = {0};
	text_add_format(&key, "%s %s ", build_id, compiler);
	try(folder_copy(source, NULL, &key));
	try(folder_copy(headers, NULL, &key));
	scope_free char *digest = digest_to_text(digest_of(key.data, key.size));
	scope_free char *name = memory_format("template-%.16s", digest);
	scope_free char *folder =
		file_join(access(records, W_OK) == 0 ? records : work, name);
	if (!file_is_folder(folder))
		try(template_make(tree, compiler, source, folder));
	struct kernel_layout layout;
	try(template_read_layout(folder, &layout));
	template->folder = take_pointer(folder);
	template->layout = layout;
	return NULL;
}

void module_template_deinit(struct module_template *template)
{
	free(template->folder);
	template->folder = NULL;
}

/* .modinfo with another name: NUL-terminated key=value texts. */
static void modinfo_rename(
	const struct elf_section *section, const char *name, struct text *renamed)
{
	scope_free char *old = memory_format("name=%s", template_name);
	uint64_t at = 0;
	while (at < section->size) {
		const char *entry = (const char *)section->data + at;
		size_t length = strnlen(entry, section->size - at);
		if (strcmp(entry, old) == 0) {
			text_add_format(renamed, "name=%s", name);
			text_add_range(renamed, "", 1);
		} else if (length) {
			text_add_range(renamed, entry, length);
			text_add_range(renamed, "", 1);
		}
		at += length + 1;
	}
}

/* Gives struct module and .modinfo the update's name. */
static struct error *template_rename(const struct module_template *template,
	const char *name, const char *work, const char *renamed)
{
	scope_free char *path = file_join(template->folder, module_object);
	scope_elf_object struct elf_object *object = NULL;
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	const struct elf_section *modinfo =
		elf_object_find_section(object, modinfo_section);
	const struct elf_section *module =
		elf_object_find_section(object, module_section);
	const struct kernel_layout *layout = &template->layout;
	if (!modinfo || !module || module->size != layout->module_size ||
		layout->module_name + layout->module_name_size > module->size ||
		strlen(name) >= layout->module_name_size)
		return error_failed("%s: differs from what the template makes", path);
	scope_text struct text information = {0};
	scope_text struct text file = {0};
	modinfo_rename(modinfo, name, &information);
	try(file_read(path, &file));
	char *field = file.data + module->file_offset + layout->module_name;
	memset(field, 0, layout->module_name_size);
	memcpy(field, name, strlen(name));

	/* The name in struct module has its place; .modinfo changes its size, which is
	 * work for objcopy (whose --update-section would drop struct module's
	 * relocations, so it cannot do both). */
	scope_free char *information_path = file_join(work, "modinfo");
	try(file_write(information_path, information.data, information.size));
	try(file_write(renamed, file.data, file.size));
	scope_free char *option =
		memory_format("%s=%s", modinfo_section, information_path);
	const char *const arguments[] = {
		"objcopy", "--update-section", option, renamed, NULL};
	struct process_request request = {.arguments = arguments};
	return process_check(&request);
}

struct error *module_template_link(const struct module_template *template,
	const struct kernel_tree *tree, const char *name, const char *object,
	const char *work, const char *path)
{
	scope_free char *renamed = file_join(work, "update.mod.o");
	scope_free char *script = file_join(tree->objects, "scripts/module.lds");
	scope_free char *fixed = file_join(template->folder, template_object);
	try(template_rename(template, name, work, renamed));
	const char *const arguments[] = {"ld", "-r", "-m", "elf_x86_64", "-z",
		"noexecstack", "--build-id=sha1", "-T", script, "-o", path, fixed,
		renamed, object, NULL};
	struct process_request request = {.arguments = arguments};
	return process_check(&request);
}
