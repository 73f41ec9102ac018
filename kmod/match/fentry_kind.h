/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fentry_kind.h - whose is the first instruction of a traceable function now?
 */
#ifndef KSPLICE_KMOD_FENTRY_KIND_H
#define KSPLICE_KMOD_FENTRY_KIND_H

#include <linux/types.h>

#define FENTRY_SIZE 5

enum fentry_kind {
	FENTRY_OFF,    /* the nop: nobody traces it */
	FENTRY_LINKED, /* as linked: ftrace has not begun or has given up */
	FENTRY_FTRACE, /* a call of ftrace's own code, for any number of tracers */
	FENTRY_OTHER,  /* something else */
};

/* memory: the FENTRY_SIZE bytes at the address; linked: as they were linked. Under
 * text_mutex the answer stays true. */
enum fentry_kind fentry_kind(
	const u8 *memory, const u8 *linked, unsigned long address);

#endif
