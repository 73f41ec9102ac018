/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text_event.h - perf is told which bytes of the kernel's code have changed
 *
 * A trace of executed instructions (Intel PT, CoreSight) is decoded with the code that
 * was in memory at that time. PERF_RECORD_TEXT_POKE says when it changed and how; the
 * kernel sends one for each of its own changes.
 */
#ifndef KSPLICE_KMOD_TEXT_EVENT_H
#define KSPLICE_KMOD_TEXT_EVENT_H

#include <linux/types.h>

/* These bytes at address were replaced. With text_mutex held, so that the events come in
 * the order of the changes. */
void text_event_report(
	unsigned long address, const u8 *before, const u8 *after, size_t size);

#endif
