// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/configure_option.h"

#include "tests/unit/unit_test.h"

#define DEBIAN                                                                           \
	"-v --enable-languages=c,c++ --with-gcc-major-version-only --enable-plugin "     \
	"--enable-checking=release --build=x86_64-linux-gnu --host=x86_64-linux-gnu "    \
	"--target=x86_64-linux-gnu"

int main(void)
{
	UNIT_CHECK(configure_option_is_same(DEBIAN, DEBIAN));
	UNIT_CHECK(configure_option_is_same(
		"../src/configure --with-pkgversion='Debian 12.2.0-14' "
		"--enable-offload-targets=nvptx-none=/build/gcc-12-bTRWOB/usr " DEBIAN,
		"../src/configure --with-pkgversion='Debian 12.2.0-14+deb12u1' "
		"--enable-offload-targets=nvptx-none=/build/reproducible-path/usr " DEBIAN));
	UNIT_CHECK(configure_option_is_same("", ""));

	/* The last one counts, as for configure. */
	UNIT_CHECK(configure_option_is_same(DEBIAN, "--enable-checking=yes " DEBIAN));
	UNIT_CHECK(!configure_option_is_same(DEBIAN, DEBIAN " --enable-checking=yes"));
	UNIT_CHECK(!configure_option_is_same(DEBIAN, DEBIAN " --disable-checking"));
	UNIT_CHECK(
		!configure_option_is_same(DEBIAN, DEBIAN " --target=aarch64-linux-gnu"));
	UNIT_CHECK(!configure_option_is_same(
		DEBIAN, DEBIAN " --enable-gather-detailed-mem-stats"));
	UNIT_CHECK(!configure_option_is_same(DEBIAN, ""));
	UNIT_CHECK(!configure_option_is_same("", DEBIAN));
	/* A longer name is another option. */
	UNIT_CHECK(configure_option_is_same(DEBIAN, DEBIAN " --targeted --hostile=1"));
	return unit_end();
}
