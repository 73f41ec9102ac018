// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/plugin_output.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/error.h"
#include "lib/record_reason.h"
#include "lib/text.h"

/* Longer than any reason with the characters around it. */
#define PLUGIN_OUTPUT_REASON 64

struct error *plugin_output_create(struct plugin_output *output)
{
	int fd = memfd_create("ksplice-plugin-output", MFD_CLOEXEC);
	if (fd < 0)
		return error_errno("memory file");
	output->fd = fd;
	snprintf(output->path, sizeof(output->path), "/proc/%ld/fd/%d", (long)getpid(),
		fd);
	return NULL;
}

static size_t plugin_output_measure(const struct plugin_output *output)
{
	struct stat status;
	return fstat(output->fd, &status) ? 0 : (size_t)status.st_size;
}

bool plugin_output_is_started(const struct plugin_output *output)
{
	char first;
	return pread(output->fd, &first, 1, 0) == 1 && first != KSPLICE_UNIT_REASON;
}

const char *plugin_output_get_reason(const struct plugin_output *output)
{
	char ending[PLUGIN_OUTPUT_REASON + 1];
	size_t size = plugin_output_measure(output);
	off_t start =
		size > PLUGIN_OUTPUT_REASON ? (off_t)(size - PLUGIN_OUTPUT_REASON) : 0;
	ssize_t length = pread(output->fd, ending, PLUGIN_OUTPUT_REASON, start);
	if (length < 2 || ending[--length] != '\n')
		return NULL;
	ending[length] = '\0';
	const char *mark = strrchr(ending, KSPLICE_UNIT_REASON);
	if (mark && strcmp(mark + 1, KSPLICE_UNIT_NOT_C) == 0)
		return KSPLICE_UNIT_NOT_C;
	return mark ? record_reason_find(mark + 1, strlen(mark + 1)) : NULL;
}

bool plugin_output_read(const struct plugin_output *output, struct text *text)
{
	static const char ending[] = {'}', '\n'};
	size_t size = plugin_output_measure(output);
	if (size < sizeof(ending))
		return false;
	char *data = mmap(NULL, size, PROT_READ, MAP_SHARED, output->fd, 0);
	if (data == MAP_FAILED)
		return false;
	bool is_complete = data[0] == '{' && data[size - 2] == ending[0] &&
			   data[size - 1] == ending[1];
	if (is_complete)
		text_add_range(text, data, size - 1);
	munmap(data, size);
	return is_complete;
}

void plugin_output_deinit(struct plugin_output *output)
{
	if (output->fd >= 0)
		close(output->fd);
	output->fd = -1;
}
