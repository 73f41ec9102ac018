// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/text_event.h"

#include <linux/lockdep.h>
#include <linux/mutex.h>

#include "kmod/kernel/kernel_private.h"

void text_event_report(
	unsigned long address, const u8 *before, const u8 *after, size_t size)
{
	lockdep_assert_held(kernel_private.text_mutex);
	if (kernel_private.perf_event_text_poke)
		kernel_private.perf_event_text_poke(
			(void *)address, before, size, after, size);
}
