// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/boot_option.h"

#include <stddef.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/text.h"

#define OPTION_PREFIX "ksplice.enable="

/* Each way in which a kernel's parameter says no. */
static bool boot_option_is_no(const char *value, size_t size)
{
	static const char *const words[] = {"0", "n", "N", "no", "off"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (size == strlen(words[i]) && !strncmp(value, words[i], size))
			return true;
	}
	return false;
}

/* The length of the word; spaces within double quotes are part of it, as in the kernel.
 */
static size_t boot_option_word(const char *text)
{
	bool is_quoted = false;
	size_t size = 0;

	for (; text[size] && (is_quoted || !strchr(" \t\n", text[size])); size++)
		is_quoted ^= text[size] == '"';
	return size;
}

bool boot_option_is_off(const char *command_line)
{
	const size_t prefix = strlen(OPTION_PREFIX);
	bool is_off = false;

	for (const char *word = command_line; *word;) {
		size_t size = boot_option_word(word);
		if (size == 2 && !strncmp(word, "--", size))
			break;
		if (size > prefix && !strncmp(word, OPTION_PREFIX, prefix))
			is_off = boot_option_is_no(word + prefix, size - prefix);
		word += size;
		word += strspn(word, " \t\n");
	}
	return is_off;
}

struct error *boot_option_read(bool *is_off)
{
	scope_text struct text command_line = {0};

	try(file_read("/proc/cmdline", &command_line));
	*is_off = boot_option_is_off(command_line.data ? command_line.data : "");
	return NULL;
}
