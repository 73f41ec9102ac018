/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cleanup.h - scope guards: a variable's resource is released at the end of its scope
 */
#ifndef KSPLICE_LIB_CLEANUP_H
#define KSPLICE_LIB_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* A malloc'd pointer; initialise it, NULL is fine. */
#define scope_free __attribute__((cleanup(cleanup_free)))
/* A file descriptor; initialise it, -1 is "none". */
#define scope_close __attribute__((cleanup(cleanup_close)))
/* A FILE *; initialise it, NULL is fine. */
#define scope_fclose __attribute__((cleanup(cleanup_fclose)))

/* Returns the value of a guarded pointer, which the caller then owns. */
#define take_pointer(variable)                                                           \
	({                                                                               \
		__typeof__(variable) taken_ = (variable);                                \
		(variable) = NULL;                                                       \
		taken_;                                                                  \
	})

#endif
