// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/core_setting.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

#define SETTING_FOLDER "/sys/kernel/" KSPLICE_SYSFS_NAME "/"
#define ON_MISMATCH_PATH SETTING_FOLDER "on_mismatch"

static struct error *core_setting_put(const char *path, const char *value)
{
	scope_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return error_errno("%s", path);
	return NULL;
}

struct error *core_setting_put_helper(void)
{
	scope_free char *program = realpath("/proc/self/exe", NULL);
	if (!program)
		return error_errno("/proc/self/exe");
	return core_setting_put(SETTING_FOLDER "helper", program);
}

struct error *core_setting_read_on_mismatch(char **what)
{
	scope_text struct text text = {0};
	try(file_read(ON_MISMATCH_PATH, &text));
	*what = memory_copy_range(text.data, strcspn(text.data, "\n"));
	return NULL;
}

struct error *core_setting_put_on_mismatch(const char *what)
{
	return core_setting_put(ON_MISMATCH_PATH, what);
}
