// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "differ/create/finding.h"
#include "differ/create/update_manifest.h"
#include "differ/create/update_model.h"
#include "differ/create/update_object.h"
#include "differ/create/update_parts.h"
#include "differ/create/update_target.h"
#include "differ/tree/module_template.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

enum { ID_LENGTH = 8 };

void update_package_make_id(
	const char *patch_text, const char *build_ids, char id[KSPLICE_ID_SIZE])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	scope_text struct text key = {0};
	text_add_format(&key, "%d %s ", KSPLICE_ABI_VERSION, build_ids);
	text_add(&key, patch_text);
	struct digest digest = digest_of(key.data, key.size);
	uint64_t rest = digest.high ^ digest.low;
	for (int i = 0; i < ID_LENGTH; i++) {
		id[i] = digits[rest % 36];
		rest /= 36;
	}
	id[ID_LENGTH] = '\0';
}

/* The modules' digests by file name, so that a damaged one is noticed before it is
 * loaded. The modules have been linked. */
static struct error *package_add_digests(const char *folder, struct json_t *manifest)
{
	const struct json_t *targets = json_find(manifest, "targets");
	struct json_t *digests = json_make_object();

	json_put(manifest, "digests", digests);
	for (size_t i = 0; i < json_count_items(targets); i++) {
		const char *name = json_find_text(json_find_item(targets, i), "module");
		scope_free char *path = file_join(folder, name);
		scope_text struct text module = {0};
		try(file_read(path, &module));
		scope_free char *digest =
			digest_to_text(digest_of(module.data, module.size));
		json_put_text(digests, name, digest);
	}
	return NULL;
}

struct error *update_package_check_output(const char *output)
{
	static const char ending[] = ".tar.gz";
	if (file_is_folder(output))
		return NULL;
	if (!file_exists(output) && !text_has_suffix(output, ending))
		return NULL;
	return error_hint(error_failed("--output=%s: not a folder", output),
		"name the folder for the archive; the archive is called ksplice-ID%s",
		ending);
}

static struct error *package_write_texts(
	const struct update_content *content, const char *patch, const char *folder)
{
	scope_json struct json_t *manifest =
		update_manifest_make(content, file_name(patch));
	json_put(manifest, "findings", finding_list_to_json(&content->update->findings));
	try(package_add_digests(folder, manifest));
	scope_free char *manifest_text = json_to_text(manifest);
	scope_text struct text report = {0};
	scope_text struct text patch_text = {0};
	scope_free char *manifest_path = file_join(folder, "manifest.json");
	scope_free char *report_path = file_join(folder, "report.txt");
	scope_free char *patch_path = file_join(folder, file_name(patch));
	update_report_make(content, &report);
	try(file_read(patch, &patch_text));
	try(file_write(manifest_path, manifest_text, strlen(manifest_text)));
	try(file_write(report_path, report.data, report.size));
	return file_write(patch_path, patch_text.data, patch_text.size);
}

/* Packs the folder beside the archive's final place, and renames. */
static struct error *package_pack(
	const char *work, const char *name, const char *output, char **archive)
{
	scope_free char *path = memory_format("%s/%s.tar.gz", output, name);
	scope_free char *packing = memory_format("%s.tmp-%ld", path, (long)getpid());
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	scope_free char *time =
		memory_format("--mtime=@%s", epoch && *epoch ? epoch : "0");
	const char *const arguments[] = {"tar", "--create", "--gzip", "--file", packing,
		"--sort=name", "--owner=0", "--group=0", "--numeric-owner",
		"--mode=a+rX,u+w", time, "--directory", work, name, NULL};
	struct process_request request = {.arguments = arguments};
	try(file_make_folder(output));
	struct error *error = process_check(&request);
	if (!error && rename(packing, path))
		error = error_errno("%s", path);
	if (error)
		unlink(packing);
	else
		*archive = take_pointer(path);
	return error;
}

/* One part: its object, and the module that is linked from it. */
static struct error *package_link_part(const struct update_content *content,
	const struct module_template *template, struct update_part *part,
	const char *work, const char *folder)
{
	scope_free char *object = memory_format("%s/%s.o", work, part->module_name);
	scope_free char *module = file_join(folder, part->file_name);
	try(update_object_write(content, part, object));
	try(module_template_link(template, content->update->targets->tree,
		part->module_name, object, work, module));
	return update_part_take_module(part, module);
}

struct error *update_package_write(const struct update_content *content,
	const struct module_template *template, const char *patch, const char *work,
	const char *output, char **archive)
{
	scope_free char *name = memory_format("ksplice-%s", content->id);
	scope_free char *folder = file_join(work, name);
	try(file_make_folder(folder));
	for (size_t i = 0; i < content->update->part_count; i++)
		try(package_link_part(
			content, template, &content->update->parts[i], work, folder));
	try(package_write_texts(content, patch, folder));
	return package_pack(work, name, output, archive);
}
