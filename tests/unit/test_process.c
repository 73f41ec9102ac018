// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/process.h"

#include <signal.h>
#include <stddef.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* More than run at the same time. */
#define MANY 200

/* Each says its number, and ends with it. */
static void test_many(void)
{
	static struct text output[MANY];
	static char *scripts[MANY];
	static const char *arguments[MANY][4];
	struct process_request requests[MANY] = {0};
	int statuses[MANY];
	for (int i = 0; i < MANY; i++) {
		scripts[i] = memory_format("echo %d; exit %d", i, i % 100);
		arguments[i][0] = "sh";
		arguments[i][1] = "-c";
		arguments[i][2] = scripts[i];
		requests[i].arguments = arguments[i];
		requests[i].output = &output[i];
		statuses[i] = -1;
	}
	UNIT_CHECK_DONE(process_run_all(requests, MANY, statuses));
	for (int i = 0; i < MANY; i++) {
		scope_free char *wanted = memory_format("%d\n", i);
		UNIT_CHECK_TEXT(output[i].data, wanted);
		UNIT_CHECK(statuses[i] == i % 100);
		text_deinit(&output[i]);
		free(scripts[i]);
	}
}

/* One that cannot be started is an error of all, and those before it are waited for. */
static void test_missing(void)
{
	static const char *const works[] = {"true", NULL};
	static const char *const missing[] = {"/no/such/program", NULL};
	struct process_request requests[] = {
		{.arguments = works},
		{.arguments = missing},
		{.arguments = works},
	};
	int statuses[3];
	UNIT_CHECK_ERROR(process_run_all(requests, 3, statuses), "/no/such/program");
}

/* As we are when our parent ignores SIGCHLD. */
static void test_ignored_children(void)
{
	static const char *const fails[] = {"sh", "-c", "exit 3", NULL};
	struct process_request request = {.arguments = fails};
	int status = -1;
	signal(SIGCHLD, SIG_IGN);
	UNIT_CHECK_DONE(process_run(&request, &status));
	UNIT_CHECK(status == 3);
}

int main(void)
{
	test_many();
	test_missing();
	test_ignored_children();
	return unit_end();
}
