// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/section_split.h"

#include <string.h>

#include "abi/record.h"

/* include/linux/cache.h, once.h, init.h, percpu-defs.h, linkage.h, mm.h, suspend.h; for
 * code sched/debug.h, kprobes.h (asm-generic), spinlock.h, cpu.h, interrupt.h */
static const char *const shared_sections[] = {
	".sched.text",
	".kprobes.text",
	".spinlock.text",
	".cpuidle.text",
	".irqentry.text",
	".softirqentry.text",
	".ref.text",
	".meminit.text",
	".data..read_mostly",
	".data..ro_after_init",
	".data..cacheline_aligned",
	".data..page_aligned",
	".data..nosave",
	".data.once",
	".data.unlikely",
	".data..percpu",
	".data..percpu..shared_aligned",
	".data..percpu..read_mostly",
	".data..percpu..page_aligned",
	".data..percpu..decrypted",
	".bss..page_aligned",
	".bss..decrypted",
	".ref.data",
	".ref.rodata",
	".init.data",
	".init.rodata",
	".exit.data",
	".meminit.data",
	".meminit.rodata",
};

bool section_split_has(const char *section)
{
	size_t count = sizeof(shared_sections) / sizeof(shared_sections[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(section, shared_sections[i]) == 0)
			return true;
	}
	return false;
}

size_t section_split_strip(const char *name, size_t length)
{
	static const char mark[] = KSPLICE_SPLIT_MARK;
	const char *found = memmem(name, length, mark, sizeof(mark) - 1);
	return found ? (size_t)(found - name) : length;
}
