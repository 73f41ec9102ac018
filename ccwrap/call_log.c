// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/call_log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "lib/record_reason.h"
#include "lib/text.h"

static const char *const call_decisions[] = {
	[CALL_PASSED] = "passed",
	[CALL_RECORDED] = "recorded",
	[CALL_UNRECORDED] = "unrecorded",
	[CALL_FAILED] = "failed",
	[CALL_INTERRUPTED] = "interrupted",
};

/* Characters that need no quotes in a shell. */
static const char call_plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_@%+=:,./-#";

static char **call_arguments;
static int call_argument_count;

void call_log_start(int argc, char **argv)
{
	call_arguments = argv;
	call_argument_count = argc;
}

/* Adds the word, in the quotes of JSON if a shell would need quotes. */
static void call_log_add_word(struct text *line, const char *word)
{
	if (*word && !word[strspn(word, call_plain)])
		text_add(line, word);
	else
		json_text_add_string(line, word);
}

static void call_log_add_time(struct text *line)
{
	struct timespec now;
	struct tm parts;
	char date[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	text_add_format(line, "%s.%06ldZ", date, now.tv_nsec / 1000);
}

void call_log_add(enum call_decision decision, const char *object, const char *why)
{
	const char *path = getenv(KSPLICE_ENV_LOG);
	if (!path || !*path)
		return;
	scope_close int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return;
	const char *text = record_reason_explain(why);
	scope_free char *here = getcwd(NULL, 0);
	scope_text struct text line = {0};
	call_log_add_time(&line);
	text_add_format(&line, "\t%ld\t%s\t", (long)getpid(), call_decisions[decision]);
	call_log_add_word(&line, object ? object : "-");
	text_add_format(&line, "\t%s%s%s\t", why, text == why ? "" : ": ",
		text == why ? "" : text);
	call_log_add_word(&line, here ? here : "-");
	for (int i = 0; i < call_argument_count; i++) {
		text_add(&line, i ? " " : "\t");
		call_log_add_word(&line, call_arguments[i]);
	}
	text_add(&line, "\n");
	/* An error is ignored, because it must not stop a build. */
	(void)!write(fd, line.data, line.size);
}
