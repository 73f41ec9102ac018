// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/kernel_module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "abi/update.h"
#include "apply/running_build.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

#define CORE_FOLDER "/sys/kernel/" KSPLICE_SYSFS_NAME
#define CORE_NAME "ksplice"

struct error *kernel_module_load(const char *path, int *number)
{
	scope_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno("%s", path);
	*number = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	return NULL;
}

int kernel_module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

bool kernel_module_is_loaded(const char *name)
{
	scope_free char *path = memory_format("/sys/module/%s/initstate", name);
	return file_exists(path);
}

struct error *kernel_module_read_build(const char *name, char **build_id)
{
	scope_free char *path =
		memory_format("/sys/module/%s/notes/.note.gnu.build-id", name);
	scope_text struct text notes = {0};
	try(file_read(path, &notes));
	char *found = running_build_find(notes.data, notes.size);
	if (!found)
		return error_failed("%s: has no build-id", path);
	*build_id = found;
	return NULL;
}

/* /proc/modules has the newest in front. */
struct error *kernel_module_list(const char *prefix, char ***names)
{
	scope_text struct text modules = {0};
	array_of(char *) found = {0};
	size_t length = strlen(prefix);
	char *rest = NULL;

	try(file_read("/proc/modules", &modules));
	for (char *line = modules.size ? strtok_r(modules.data, "\n", &rest) : NULL; line;
		line = strtok_r(NULL, "\n", &rest)) {
		size_t size = strcspn(line, " ");
		if (size >= length && !strncmp(line, prefix, length) &&
			(size == length || line[length] == '_'))
			*array_add(&found) = memory_copy_range(line, size);
	}
	*array_add(&found) = NULL;
	*names = found.items;
	return NULL;
}

bool kernel_module_has_core(void)
{
	return file_is_folder(CORE_FOLDER);
}

struct load_failure {
	int number;
	const char *problem;
	const char *hint;
};

static const struct load_failure load_failures[] = {
	{ENOEXEC, "was built for another kernel",
		"build it for the running kernel: make kmod-install KERNEL=OBJTREE"},
	{EKEYREJECTED, "has no signature that this kernel accepts",
		"sign the module with a key that the kernel trusts"},
	{EPERM, "this kernel allows no modules to be loaded",
		"lockdown is active, or the sysctl kernel.modules_disabled is set"},
	{ENOENT, "needs symbols that this kernel does not have", "dmesg says which"},
};

static struct error *kernel_module_load_core(const char *path)
{
	int number = 0;
	try(kernel_module_load(path, &number));
	if (!number || number == EEXIST)
		return NULL;
	for (size_t i = 0; i < sizeof(load_failures) / sizeof(*load_failures); i++) {
		if (load_failures[i].number == number)
			return error_hint(
				error_failed("%s: %s", path, load_failures[i].problem),
				"%s", load_failures[i].hint);
	}
	return error_hint(
		error_failed("%s: cannot be loaded: %s", path, strerror(number)),
		"dmesg may say more");
}

/* Quietly: that there is no modprobe, or that it knows no ksplice, is no failure yet. */
static bool kernel_module_try_modprobe(void)
{
	const char *const arguments[] = {"modprobe", "-q", CORE_NAME, NULL};
	scope_text struct text output = {0};
	struct process_request request = {
		.arguments = arguments, .output = &output, .errors = &output};
	int status = 1;
	error_free(process_run(&request, &status));
	return !status && kernel_module_has_core();
}

struct error *kernel_module_need_core(const char *path, bool *loaded)
{
	*loaded = false;
	if (kernel_module_has_core())
		return NULL;
	const char *from_environment = getenv(KSPLICE_ENV_MODULE);
	if (!path && from_environment && *from_environment)
		path = from_environment;
	if (!path && kernel_module_try_modprobe()) {
		*loaded = true;
		return NULL;
	}
	if (process_interruption())
		return process_interrupted();
	struct utsname names;
	uname(&names);
	scope_free char *relative =
		memory_format("modules/%s/" CORE_NAME ".ko", names.release);
	scope_free char *installed = install_path_find(relative);
	if (!path && !file_exists(installed))
		return error_hint(
			error_failed(
				"the kernel module ksplice is not loaded, and modprobe "
				"does not find it"),
			"in Ksplice's folder, run make kmod-install KERNEL=OBJTREE; or give "
			"--module PATH/ksplice.ko, or copy it to %s",
			installed);
	try(kernel_module_load_core(path ? path : installed));
	*loaded = true;
	return NULL;
}

void kernel_module_drop_core(void)
{
	kernel_module_unload(CORE_NAME);
}
