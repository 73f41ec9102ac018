// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_stream.c - the stream that GCC writes its assembly text to
 *
 * Bytes are first passed unchanged to GCC's own stream. Its errors remain in that stream,
 * where GCC checks for them.
 */
#include <stdio_ext.h>
#include <sys/types.h>

#include "plugin/unit_state.h"

/* Large enough for few calls, small enough for the processor's cache. */
#define UNIT_STREAM_BUFFER 32768

static ssize_t unit_stream_write(void *cookie, const char *data, size_t size)
{
	struct unit *unit = cookie;
	size_t written = fwrite_unlocked(data, 1, size, unit->inner);
	unit_text_add(unit, data, size);
	return (ssize_t)written;
}

static int unit_stream_close(void *cookie)
{
	struct unit *unit = cookie;
	FILE *inner = unit->inner;
	unit->inner = NULL;
	unit->stream = NULL;
	return inner ? fclose(inner) : 0;
}

FILE *unit_open_stream(struct unit *unit, FILE *inner)
{
	cookie_io_functions_t functions = {
		.write = unit_stream_write,
		.close = unit_stream_close,
	};
	FILE *stream = fopencookie(unit, "w", functions);
	if (!stream)
		return NULL;
	setvbuf(stream, NULL, _IOFBF, UNIT_STREAM_BUFFER);
	/* GCC has one thread. */
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	unit->stream = stream;
	unit->inner = inner;
	return stream;
}

void unit_release_stream(struct unit *unit)
{
	if (!unit->stream)
		return;
	FILE *stream = unit->stream;
	fflush(stream);
	unit->inner = NULL;
	fclose(stream);
}
