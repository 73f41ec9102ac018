// SPDX-License-Identifier: GPL-2.0-or-later
/* test_wrapper_chain.c - a program that wrappers run in a circle is recognised */
#include "ccwrap/wrapper_chain.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "tests/unit/unit_test.h"

static bool chain_has(const char *program)
{
	struct stat file;
	UNIT_CHECK(stat(program, &file) == 0);
	return wrapper_chain_has(&file);
}

static void test_self(void)
{
	UNIT_CHECK(chain_has("/proc/self/exe"));
}

/* lto-wrapper runs the compiler once more, so one time is no circle. */
static void test_circle(void)
{
	UNIT_CHECK(!chain_has("/bin/sh"));
	wrapper_chain_add("/bin/sh");
	UNIT_CHECK(!chain_has("/bin/sh"));
	wrapper_chain_add("/bin/true");
	UNIT_CHECK(!chain_has("/bin/sh"));
	wrapper_chain_add("/bin/sh");
	UNIT_CHECK(chain_has("/bin/sh"));
	UNIT_CHECK(!chain_has("/bin/true"));
	/* An inode whose number begins with another's is another file. */
	UNIT_CHECK(!chain_has("/"));
}

static void test_nothing(void)
{
	unsetenv(KSPLICE_ENV_CHAIN);
	wrapper_chain_add(NULL);
	wrapper_chain_add("/no/such/program");
	UNIT_CHECK(!getenv(KSPLICE_ENV_CHAIN));
	setenv(KSPLICE_ENV_CHAIN, "  no chain: ", 1);
	UNIT_CHECK(!chain_has("/bin/sh"));
}

int main(void)
{
	unsetenv(KSPLICE_ENV_CHAIN);
	test_self();
	test_circle();
	test_nothing();
	return unit_end();
}
