// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_rule.h"

#include <stddef.h>

#include "tests/unit/unit_test.h"

int main(void)
{
	UNIT_CHECK(record_rule_find("arch/x86/boot/main.o"));
	UNIT_CHECK(record_rule_find("arch/x86/boot/compressed/misc.o"));
	UNIT_CHECK(record_rule_find("arch/x86/realmode/rm/video-vga.o"));
	UNIT_CHECK(record_rule_find("arch/x86/purgatory/purgatory.o"));
	UNIT_CHECK(record_rule_find("arch/x86/entry/vdso/vclock_gettime.o"));
	UNIT_CHECK(record_rule_find("drivers/firmware/efi/libstub/gop.o"));
	UNIT_CHECK(record_rule_find("fs/ext4/ext4.mod.o"));
	UNIT_CHECK(record_rule_find("tools/objtool/check.o"));
	UNIT_CHECK(record_rule_find("arch/x86/tools/relocs_64.o"));
	UNIT_CHECK(record_rule_find("scripts/mod/empty.o"));

	/* These map the vdso and start other processors; they are the kernel's. */
	UNIT_CHECK(!record_rule_find("arch/x86/entry/vdso/vma.o"));
	UNIT_CHECK(!record_rule_find("arch/x86/entry/vdso/extable.o"));
	UNIT_CHECK(!record_rule_find("arch/x86/entry/vdso/vdso-image-64.o"));
	UNIT_CHECK(!record_rule_find("arch/x86/realmode/init.o"));

	UNIT_CHECK(!record_rule_find("kernel/fork.o"));
	UNIT_CHECK(!record_rule_find("lib/string.o"));
	UNIT_CHECK(!record_rule_find("arch/x86/kernel/reboot.o"));
	UNIT_CHECK(!record_rule_find("drivers/firmware/efi/efi.o"));
	UNIT_CHECK(!record_rule_find("drivers/tools/x.o"));
	UNIT_CHECK(!record_rule_find("a.o"));

	UNIT_CHECK_TEXT(
		record_rule_find_name("arch/x86/entry/vdso/vgetcpu.o"), "vdso-image");
	UNIT_CHECK_TEXT(record_rule_find_name("arch/x86/boot/main.o"), "boot-code");
	UNIT_CHECK_TEXT(record_rule_find_name("scripts/mod/modpost"), "host-program");
	UNIT_CHECK(!record_rule_find_name("arch/x86/entry/vdso/vma.o"));
	UNIT_CHECK(!record_rule_find_name("kernel/fork.o"));
	return unit_end();
}
