// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/name_hint.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "tests/unit/unit_test.h"

static char *hint_of(const char *wanted, const char *const *names)
{
	scope_name_hints struct name_hints hints = {.wanted = wanted};
	for (size_t i = 0; names[i]; i++)
		name_hints_offer(&hints, names[i]);
	return name_hints_to_text(&hints);
}

static void check_hint(const char *wanted, const char *const *names, const char *expected)
{
	scope_free char *text = hint_of(wanted, names);
	if (expected)
		UNIT_CHECK_TEXT(text, expected);
	else
		UNIT_CHECK(!text);
}

int main(void)
{
	const char *const files[] = {"include/linux/list.h", "include/linux/llist.h",
		"include/linux/list_nulls.h", "kernel/fork.c", "lib/fork.c",
		"include/asm/page.h", NULL};
	check_hint("linux/lisst.h", files,
		"did you mean include/linux/list.h or include/linux/llist.h?");
	check_hint("mm/fork.c", files, "did you mean kernel/fork.c or lib/fork.c?");
	check_hint("../lib/fork.c", files, "did you mean lib/fork.c or kernel/fork.c?");
	check_hint("fork.c", files, "did you mean kernel/fork.c or lib/fork.c?");
	check_hint("drivers/net/veth.c", files, NULL);

	const char *const functions[] = {"_printk", "vprintk", "printk_sprint",
		"console_trylock_for_printk", "do_fork", "__x64_sys_getppid", NULL};
	check_hint(
		"printk", functions, "did you mean _printk, vprintk or printk_sprint?");
	check_hint("do_frok", functions, "did you mean do_fork?");
	check_hint("prinkt", functions, "did you mean _printk or vprintk?");
	check_hint("do_abcd", functions, NULL);
	check_hint("do_forkk", functions, "did you mean do_fork?");
	check_hint("sys_getppid", functions, "did you mean __x64_sys_getppid?");
	check_hint("x", functions, NULL);
	check_hint("", functions, NULL);

	/* What is too long to compare is no hint. */
	char length[400];
	memset(length, 'a', sizeof(length));
	length[sizeof(length) - 1] = '\0';
	check_hint(length, functions, NULL);
	return unit_end();
}
