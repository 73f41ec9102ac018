/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_test.h - checks for the unit tests; each test is a program
 */
#ifndef KSPLICE_TESTS_UNIT_TEST_H
#define KSPLICE_TESTS_UNIT_TEST_H

#include <stdio.h>
#include <string.h>

#include "lib/error.h"

static int unit_checks;
static int unit_failures;

#define UNIT_CHECK(condition)                                                            \
	do {                                                                             \
		unit_checks++;                                                           \
		if (!(condition)) {                                                      \
			unit_failures++;                                                 \
			printf("not ok %s:%d: %s\n", __FILE__, __LINE__, #condition);    \
		}                                                                        \
	} while (0)

#define UNIT_CHECK_TEXT(got, wanted)                                                     \
	do {                                                                             \
		const char *got_ = (got);                                                \
		const char *wanted_ = (wanted);                                          \
		unit_checks++;                                                           \
		if (!got_ || strcmp(got_, wanted_) != 0) {                               \
			unit_failures++;                                                 \
			printf("not ok %s:%d: %s is '%s', not '%s'\n", __FILE__,         \
				__LINE__, #got, got_ ? got_ : "(null)", wanted_);        \
		}                                                                        \
	} while (0)

/* The error, which must be one, has the reason (or text within its message). */
static inline void unit_check_error(
	struct error *error, const char *wanted, const char *file, int line)
{
	unit_checks++;
	const char *reason = error ? error_get_reason(error) : NULL;
	const char *text = error ? error_get_text(error) : "(no error)";
	if (!(reason && strcmp(reason, wanted) == 0) && !strstr(text, wanted)) {
		unit_failures++;
		printf("not ok %s:%d: the error is '%s' (%s), not '%s'\n", file, line, text,
			reason ? reason : "no reason", wanted);
	}
	error_free(error);
}
#define UNIT_CHECK_ERROR(error, wanted)                                                  \
	unit_check_error((error), (wanted), __FILE__, __LINE__)

static inline void unit_check_done(struct error *error, const char *file, int line)
{
	unit_checks++;
	if (error) {
		unit_failures++;
		printf("not ok %s:%d: %s\n", file, line, error_get_text(error));
		error_free(error);
	}
}
#define UNIT_CHECK_DONE(error) unit_check_done((error), __FILE__, __LINE__)

/* What main returns: a test without checks is no test. */
static inline int unit_end(void)
{
	printf("%d checks, %d failed\n", unit_checks, unit_failures);
	return unit_failures || !unit_checks;
}

#endif
