// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_mail.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

static bool has_prefix_in_any_case(const char *line, const char *prefix)
{
	return strncasecmp(line, prefix, strlen(prefix)) == 0;
}

bool patch_mail_is_start(const char *line)
{
	char day[4];
	char month[4];
	int number;
	int hour;
	int minute;
	int second;
	int year;
	return sscanf(line, "From %*s %3[A-Za-z] %3[A-Za-z] %d %d:%d:%d %d", day, month,
		       &number, &hour, &minute, &second, &year) == 7;
}

bool patch_mail_is_header(const char *line)
{
	static const char *const names[] = {"From", "Subject", "Date", "To", "Cc",
		"Message-ID", "MIME-Version", "Content-Type", "Received", "Return-Path",
		"Delivered-To", "Reply-To", "Sender", "List-ID", "In-Reply-To",
		"References"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (has_prefix_in_any_case(line, names[i]) &&
			line[strlen(names[i])] == ':')
			return true;
	}
	return false;
}

/* What stands in brackets in front of it: "[PATCH v2 1/3]". */
static const char *skip_tags(const char *title)
{
	const char *end;
	while (*title == '[' && (end = strchr(title, ']')))
		title = end + 1 + strspn(end + 1, " \t");
	return title;
}

char *patch_mail_find_title(const char *rest)
{
	static const char subject[] = "Subject:";
	scope_text struct text title = {0};
	if (!has_prefix_in_any_case(rest, subject))
		return NULL;
	const char *at = rest + strlen(subject);
	do {
		at += strspn(at, " \t");
		size_t length = strcspn(at, "\r\n");
		if (title.size)
			text_add(&title, " ");
		text_add_range(&title, at, length);
		at += length;
		at += *at == '\r';
		at += *at == '\n';
	} while (*at == ' ' || *at == '\t');
	return memory_copy_text(skip_tags(title.data ? title.data : ""));
}

struct error *patch_mail_check_line(
	const char *name, unsigned long number, const char *line)
{
	static const char encoding[] = "Content-Transfer-Encoding:";
	static const char *const plain[] = {"7bit", "8bit", "binary"};
	if (!has_prefix_in_any_case(line, encoding))
		return NULL;
	const char *value = line + strlen(encoding);
	value += strspn(value, " \t\"");
	size_t length = 0;
	while (isalnum((unsigned char)value[length]) || value[length] == '-')
		length++;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strlen(plain[i]) == length &&
			strncasecmp(value, plain[i], length) == 0)
			return NULL;
	}
	return error_hint(
		error_refused("encoded-mail",
			"%s:%lu: the mail is encoded (%.*s), so its text is not "
			"a diff",
			name, number, (int)length, value),
		"decode it, for example with 'git mailinfo' or 'git am', and give the "
		"result or the commit");
}
