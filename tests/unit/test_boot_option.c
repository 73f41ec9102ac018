// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/boot_option.h"

#include "tests/unit/unit_test.h"

int main(void)
{
	UNIT_CHECK(!boot_option_is_off(""));
	UNIT_CHECK(!boot_option_is_off("root=/dev/sda1 quiet\n"));
	UNIT_CHECK(boot_option_is_off("ksplice.enable=0"));
	UNIT_CHECK(boot_option_is_off("root=/dev/sda1 ksplice.enable=0 quiet\n"));
	UNIT_CHECK(boot_option_is_off("quiet ksplice.enable=off\n"));
	UNIT_CHECK(boot_option_is_off("ksplice.enable=n\tquiet"));
	UNIT_CHECK(!boot_option_is_off("ksplice.enable=1"));
	UNIT_CHECK(!boot_option_is_off("ksplice.enable="));

	/* only the whole word */
	UNIT_CHECK(!boot_option_is_off("ksplice.enable=00"));
	UNIT_CHECK(!boot_option_is_off("xksplice.enable=0"));
	UNIT_CHECK(!boot_option_is_off("ksplice.enabled=0"));
	UNIT_CHECK(!boot_option_is_off("note=\"a ksplice.enable=0 b\" quiet"));

	/* the last one counts; behind "--" is init's */
	UNIT_CHECK(!boot_option_is_off("ksplice.enable=0 ksplice.enable=1"));
	UNIT_CHECK(boot_option_is_off("ksplice.enable=1 quiet ksplice.enable=0"));
	UNIT_CHECK(!boot_option_is_off("quiet -- ksplice.enable=0"));
	UNIT_CHECK(boot_option_is_off("ksplice.enable=0 -- single"));
	return unit_end();
}
