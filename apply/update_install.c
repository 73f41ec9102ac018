// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "abi/control.h"
#include "abi/update.h"
#include "apply/change_report.h"
#include "apply/core_device.h"
#include "apply/core_setting.h"
#include "apply/kernel_module.h"
#include "apply/running_build.h"
#include "apply/state_change.h"
#include "apply/update_archive.h"
#include "apply/update_record.h"
#include "apply/update_section.h"
#include "apply/update_state.h"
#include "apply/update_unload.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* One update on its way into the kernel. */
struct install {
	const struct update_archive *archive;
	const struct install_request *request;
	struct change_report *report;
	bool *is_loaded; /* which parts were loaded here */
	size_t loaded_count;
	bool is_announced; /* no part can be loaded yet */
	bool has_record;   /* it was written here */
	char *on_mismatch; /* what it was before it was set here; NULL: it was not */
};

static bool install_is_partial(const struct install *install)
{
	return install->request->options & KSPLICE_CONTROL_PARTIAL;
}

static struct error *install_other_kernel(
	const struct update_archive *archive, const char *build_id, const char *running)
{
	struct utsname names;

	uname(&names);
	return error_hint(
		error_refused("other-kernel",
			"%s: made for kernel %s %s with build-id %s; the running kernel is "
			"%s %s with build-id %s",
			archive->id, update_archive_kernel(archive, "release"),
			update_archive_kernel(archive, "version"), build_id,
			names.release, names.version, running),
		"make the update from the object tree that the running kernel was built "
		"in");
}

/* So that nobody has to load anything to learn that the update is for another kernel. */
struct error *update_install_check_kernel(const struct update_archive *archive)
{
	const char *build_id = update_archive_kernel(archive, "build_id");
	scope_free char *running = NULL;

	for (size_t i = 0; i < archive->part_count; i++) {
		if (archive->parts[i].is_image)
			build_id = archive->parts[i].build_id;
	}
	try(running_build_read(&running));
	if (!*build_id || !strcasecmp(running, build_id))
		return NULL;
	return install_other_kernel(archive, build_id, running);
}

/* Is the module that is to be patched the one that was built? */
static struct error *install_check_module(
	const struct update_archive *archive, const struct update_part *part)
{
	scope_free char *running = NULL;

	try(kernel_module_read_build(part->target, &running));
	if (!strcasecmp(running, part->build_id))
		return NULL;
	return error_hint(
		error_refused("other-module",
			"%s: made for a module %s with build-id %s; the loaded one has %s",
			archive->id, part->target, part->build_id, running),
		"make the update from the object tree that this module was built in, or "
		"leave out that part with --partial");
}

/*
 * The error is consumed where the part may be left out because of it. An error of another
 * kind (out of memory, a file that is gone) never is a reason to leave something out.
 */
static struct error *install_leave_out(
	struct install *install, const struct update_part *part, struct error *error)
{
	if (!error || !install_is_partial(install) ||
		error_get_kind(error) != ERROR_REFUSED)
		return error;
	change_report_leave_out(install->report, part->target, error_get_reason(error),
		error_get_text(error));
	error_free(error);
	return NULL;
}

static struct error *install_load_failed(int device, const char *id, int number)
{
	scope_free char *reason = core_device_read_reason(device);

	if (number == EEXIST && !*reason)
		return error_failed(
			"%s: a module with the name of the update is already loaded", id);
	if (*reason)
		return error_refused("load", "%s: %s", id, reason);
	return error_hint(error_failed("%s: the kernel refuses to load its module: %s",
				  id, strerror(number)),
		"dmesg may say more");
}

/* Closing the device withdraws the symbols, should they still be published. */
static struct error *install_load_module(const char *id, const struct update_part *part)
{
	scope_text struct text symbols = {0};
	scope_close int device = -1;
	int number = 0;

	try(update_section_read(part->module_path, KSPLICE_SECTION_SYMBOLS, &symbols));
	try(core_device_open(&device));
	try(core_device_publish(device, &symbols));
	try(kernel_module_load(part->module_path, &number));
	if (number)
		return install_load_failed(device, id, number);
	return NULL;
}

static struct error *install_load_part(
	struct install *install, const struct update_part *part, bool *is_loaded)
{
	if (kernel_module_is_loaded(part->module_name))
		return NULL;
	if (!part->is_image && !kernel_module_is_loaded(part->target)) {
		change_report_leave_out(install->report, part->target, "not-loaded",
			"is not loaded; it will be patched when it is");
		return NULL;
	}
	struct error *error =
		part->is_image ? NULL : install_check_module(install->archive, part);
	if (!error)
		error = install_load_module(install->archive->id, part);
	*is_loaded = !error;
	return install_leave_out(install, part, error);
}

static struct error *install_load_parts(struct install *install)
{
	const struct update_archive *archive = install->archive;

	for (size_t i = 0; i < archive->part_count; i++) {
		if (process_interruption())
			return error_interrupted(
				"%s: interrupted; nothing was changed", archive->id);
		try(install_load_part(
			install, &archive->parts[i], &install->is_loaded[i]));
		install->loaded_count += install->is_loaded[i];
	}
	return NULL;
}

/* The last first, since it may use symbols of those before it. */
static struct error *install_unload_parts(struct install *install)
{
	struct error *error = NULL;

	for (size_t i = install->archive->part_count; i-- > 0;) {
		if (!install->is_loaded[i] || error)
			continue;
		error = update_unload_module(install->archive->parts[i].module_name);
	}
	if (install->is_announced && !error)
		error = core_device_forget(install->archive->id);
	return error;
}

/* An update of that id may be left from a ksplice-apply that was killed, and with the
 * lock it is not one that is on its way. */
static struct error *install_clear(const char *id, bool *is_applied)
{
	scope_state struct update_state state = {0};

	*is_applied = false;
	if (!update_state_exists(id))
		return NULL;
	try(update_state_read(id, &state));
	*is_applied = update_state_is_applied(&state);
	if (*is_applied)
		return NULL;
	try(update_unload_modules(id));
	return update_record_remove(id);
}

/* Somebody else may have applied it, by way of /sys. */
static bool install_is_applied(const struct install *install)
{
	scope_state struct update_state state = {0};
	scope_error struct error *error = update_state_read(install->archive->id, &state);

	return !error && update_state_is_applied(&state);
}

static struct error *install_change(const struct install *install)
{
	const struct install_request *request = install->request;
	const struct state_change change = {
		.id = install->archive->id,
		.verb = request->check ? KSPLICE_CONTROL_CHECK_APPLY
				       : KSPLICE_CONTROL_APPLY,
		.options = request->options,
		.deadline = request->deadline,
		.signal = request->signal,
	};
	return state_change_run(&change, install->report);
}

/* None of the parts was loaded. If none of their targets is, the update waits for them.
 */
static struct error *install_announce(struct install *install, bool is_applied)
{
	const struct json_t *left_out = install->report->left_out;
	const char *id = install->archive->id;
	scope_text struct text parts = {0};

	if (is_applied)
		return error_no_change("%s: is applied already", id);
	for (size_t i = 0; i < json_count_items(left_out); i++) {
		const struct json_t *part = json_find_item(left_out, i);
		if (strcmp(json_find_text(part, "reason"), "not-loaded"))
			return error_refused("no-part-fits", "%s: %s: %s", id,
				json_find_text(part, "target"),
				json_find_text(part, "why"));
	}
	/* Each part has the same table. */
	try(update_section_read(
		install->archive->parts[0].module_path, KSPLICE_SECTION_PARTS, &parts));
	try(core_device_announce(id, &parts));
	install->is_announced = true;
	return NULL;
}

/* Unloads the updates that were applied and are not any more: this one took over. */
static struct error *install_unload_replaced(const struct install *install, char **before)
{
	for (char **id = before; before && *id; id++) {
		scope_state struct update_state state = {0};
		if (!update_state_exists(*id))
			continue;
		try(update_state_read(*id, &state));
		if (strcmp(state.state, UPDATE_STATE_REVERSED))
			continue;
		try(update_unload_modules(*id));
		try(update_record_remove(*id));
		if (!install->report->replaced)
			install->report->replaced = json_make_array();
		json_append_text(install->report->replaced, *id);
	}
	return NULL;
}

/* The ids of the updates that are applied, for install_unload_replaced. */
static struct error *install_list_applied(const struct install *install, char ***ids)
{
	char **kept;

	*ids = NULL;
	if (!(install->request->options & KSPLICE_CONTROL_REPLACE))
		return NULL;
	try(update_state_list(ids));
	kept = *ids;
	for (char **id = *ids; *id; id++) {
		scope_state struct update_state state = {0};
		struct error *error = update_state_read(*id, &state);
		bool is_applied = !error && update_state_is_applied(&state);
		error_free(error);
		if (is_applied)
			*kept++ = *id;
		else
			free(*id);
	}
	*kept = NULL;
	return NULL;
}

static bool install_has_modules(const struct update_archive *archive)
{
	for (size_t i = 0; i < archive->part_count; i++) {
		if (!archive->parts[i].is_image)
			return true;
	}
	return false;
}

/* So that parts can come later, when their target is loaded. */
static struct error *install_prepare_later(struct install *install)
{
	const char *on_mismatch = install->request->on_mismatch;

	if (install->request->check)
		return NULL;
	install->has_record = true;
	try(update_record_write(install->archive));
	if (install_has_modules(install->archive))
		try(core_setting_put_helper());
	if (!on_mismatch)
		return NULL;
	try(core_setting_read_on_mismatch(&install->on_mismatch));
	return core_setting_put_on_mismatch(on_mismatch);
}

/* Undoes what install_prepare_later did, since the change was not made. */
static void install_forget_later(const struct install *install, bool was_applied)
{
	if (install->has_record && !was_applied && !install_is_applied(install))
		error_free(update_record_remove(install->archive->id));
	if (install->on_mismatch)
		error_free(core_setting_put_on_mismatch(install->on_mismatch));
}

static struct error *install_run(struct install *install)
{
	scope_close int lock = -1;
	char **before = NULL;
	bool is_applied;

	try(core_device_lock(install->archive->id, &lock));
	try(install_clear(install->archive->id, &is_applied));
	try(install_list_applied(install, &before));
	struct error *error = install_load_parts(install);
	bool is_changed = false;
	if (!error && !install->loaded_count)
		error = install_announce(install, is_applied);
	if (!error)
		error = install_prepare_later(install);
	if (!error) {
		error = install_change(install);
		is_changed = !error && !install->request->check;
	}
	if (!is_changed) {
		install_forget_later(install, is_applied);
		struct error *left = install_unload_parts(install);
		if (error)
			error_free(left);
		else
			error = left;
	}
	if (!error && !install->request->check)
		error = install_unload_replaced(install, before);
	/* It comes after the change, so the kernel is not as it was. */
	if (is_changed && error)
		error = error_prefix(error,
			"%s: is applied, but an update that it replaced is still loaded",
			install->archive->id);
	update_state_free_list(before);
	return error;
}

struct error *update_install(const struct update_archive *archive,
	const struct install_request *request, struct change_report *report)
{
	scope_free bool *is_loaded =
		memory_allocate(archive->part_count * sizeof(*is_loaded));
	struct install install = {
		.archive = archive,
		.request = request,
		.report = report,
		.is_loaded = is_loaded,
	};
	bool has_loaded_core = false;

	try(update_install_check_kernel(archive));
	try(kernel_module_need_core(request->core_path, &has_loaded_core));
	struct error *error = install_run(&install);
	free(install.on_mismatch);
	if (has_loaded_core && (error || request->check))
		kernel_module_drop_core();
	return error;
}

struct error *update_install_part(const char *id, const char *target)
{
	scope_archive struct update_archive archive = {0};

	try(update_record_open(id, &archive));
	for (size_t i = 0; i < archive.part_count; i++) {
		const struct update_part *part = &archive.parts[i];
		if (part->is_image || strcmp(part->target, target))
			continue;
		/* One that is left from the module's last life knows its old place. */
		if (kernel_module_is_loaded(part->module_name))
			try(update_unload_module(part->module_name));
		return install_load_module(id, part);
	}
	return error_failed("%s: has no part for %s", id, target);
}
