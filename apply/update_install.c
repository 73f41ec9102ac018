// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <time.h>

#include "abi/update.h"
#include "apply/core_device.h"
#include "apply/kernel_module.h"
#include "apply/running_build.h"
#include "apply/state_change.h"
#include "apply/symbol_section.h"
#include "apply/update_archive.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Somebody may look at the module just now, in /proc or /sys. */
enum { UNLOAD_TRIES = 100, UNLOAD_WAIT_NS = 20 * 1000 * 1000 };

/* So that nobody has to load anything to learn that the update is for another kernel. */
static struct error *update_install_check_build(const struct update_archive *archive)
{
	scope_free char *running = NULL;
	struct utsname names;

	try(running_build_read(&running));
	if (!strcasecmp(running, archive->build_id))
		return NULL;
	uname(&names);
	return error_hint(
		error_refused("other-kernel",
			"%s: made for kernel %s %s with build-id %s; this one is "
			"%s %s with build-id %s",
			archive->id, archive->kernel_release, archive->kernel_version,
			archive->build_id, names.release, names.version, running),
		"make the update from the object tree that the running kernel was built "
		"in");
}

static struct error *update_install_unload(const char *id)
{
	const struct timespec wait = {.tv_nsec = UNLOAD_WAIT_NS};
	scope_free char *name = memory_format(KSPLICE_MODULE_PREFIX "%s", id);
	int number = 0;

	for (int i = 0; i < UNLOAD_TRIES; i++) {
		number = kernel_module_unload(name);
		if (number != EAGAIN && number != EWOULDBLOCK && number != EBUSY)
			break;
		nanosleep(&wait, NULL);
	}
	if (!number || number == ENOENT)
		return NULL;
	return error_hint(
		error_failed("module %s: cannot be unloaded: %s", name, strerror(number)),
		"a kprobe or a tracer may hold it; the update is not applied");
}

/* An update of that id may be left from a ksplice-apply that was killed. */
static struct error *update_install_clear(const char *id)
{
	scope_state struct update_state state = {0};

	if (!update_state_exists(id))
		return NULL;
	try(update_state_read(id, &state));
	if (!strcmp(state.state, UPDATE_STATE_APPLIED))
		return error_no_change("%s: is applied already", id);
	return update_install_unload(id);
}

static struct error *update_install_load_failed(int device, const char *id, int number)
{
	scope_free char *reason = core_device_read_reason(device);

	if (number == EEXIST && !*reason)
		return error_failed("%s: a module of that name is loaded", id);
	if (*reason)
		return error_refused("load", "%s: %s", id, reason);
	return error_hint(error_failed("%s: the kernel does not load its module: %s", id,
				  strerror(number)),
		"dmesg may say more");
}

/* Closing the device withdraws the symbols, should they still be published. */
static struct error *update_install_load(const struct update_archive *archive)
{
	scope_text struct text symbols = {0};
	scope_close int device = -1;
	int number = 0;

	try(symbol_section_read(archive->module_path, &symbols));
	try(core_device_open(&device));
	try(core_device_publish(device, &symbols));
	try(kernel_module_load(archive->module_path, &number));
	if (number)
		return update_install_load_failed(device, archive->id, number);
	return NULL;
}

static struct error *update_install_apply(
	const struct update_archive *archive, double deadline, struct json_t **conflicts)
{
	try(update_install_clear(archive->id));
	if (process_interruption())
		return error_failed("%s: interrupted; nothing was changed", archive->id);
	try(update_install_load(archive));
	struct error *error =
		state_change_run(archive->id, UPDATE_STATE_APPLIED, deadline, conflicts);
	if (error)
		error_free(update_install_unload(archive->id));
	return error;
}

struct error *update_install(const struct update_archive *archive, const char *core_path,
	double deadline, struct json_t **conflicts)
{
	bool loaded = false;

	try(update_install_check_build(archive));
	try(kernel_module_need_core(core_path, &loaded));
	struct error *error = update_install_apply(archive, deadline, conflicts);
	if (error && loaded)
		kernel_module_drop_core();
	return error;
}

struct error *update_install_prove(
	const struct update_archive *archive, const char *core_path)
{
	bool loaded = false;

	try(update_install_check_build(archive));
	try(kernel_module_need_core(core_path, &loaded));
	struct error *error = update_install_clear(archive->id);
	if (!error)
		error = update_install_load(archive);
	if (!error)
		error = update_install_unload(archive->id);
	if (loaded)
		kernel_module_drop_core();
	return error;
}

struct error *update_uninstall(const char *id, double deadline, struct json_t **conflicts)
{
	scope_state struct update_state state = {0};

	if (!update_state_exists(id))
		return error_hint(error_no_change("%s: no such update is loaded", id),
			"ksplice-view lists those that are");
	try(update_state_read(id, &state));
	if (!strcmp(state.state, UPDATE_STATE_APPLIED))
		try(state_change_run(id, UPDATE_STATE_REVERSED, deadline, conflicts));
	return update_install_unload(id);
}
