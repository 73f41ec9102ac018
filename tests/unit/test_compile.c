// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/compile.h"

#include <signal.h>

#include "differ/tree/build_record.h"
#include "lib/process.h"
#include "tests/unit/unit_test.h"

/* What is said of a compiler that is not there; NULL: no such thing. */
static void check_missing(const char *reason, const char *hint)
{
	struct record record = {.compiler = "/nowhere/gcc", .compiler_version = "gcc 1"};
	struct error *error = compile_check_compiler(&record);
	UNIT_CHECK(error);
	if (!error)
		return;
	UNIT_CHECK(!reason == !error_get_reason(error));
	UNIT_CHECK(!hint == !error_get_hint(error));
	if (reason)
		UNIT_CHECK_TEXT(error_get_reason(error), reason);
	if (hint)
		UNIT_CHECK_TEXT(error_get_hint(error), hint);
	error_free(error);
}

int main(void)
{
	check_missing(NULL, "install the compiler again: gcc 1");
	/* Nothing is wrong with the compiler then. A signal that whoever started this
	 * test ignores would stay ignored. */
	signal(SIGINT, SIG_DFL);
	process_catch_signals();
	raise(SIGINT);
	check_missing("interrupted", NULL);
	return unit_end();
}
