// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/configure_option.h"

#include <stddef.h>
#include <string.h>

/*
 * From GCC's "Installing GCC: Configuration", and gcc/configure.ac: the options that
 * GCC's headers test by #if, and those that select the machine's headers.
 */
static const char *const configure_options[] = {
	"--target",
	"--host",
	"--enable-checking",
	"--disable-checking",
	"--enable-gather-detailed-mem-stats",
	"--enable-valgrind-annotations",
};

/* The last word of the list that is the option, with or without a value, or NULL. */
static const char *configure_option_find(
	const char *list, const char *name, size_t *length)
{
	const char *found = NULL;
	size_t size = strlen(name);
	while (*list) {
		list += strspn(list, " ");
		size_t word = strcspn(list, " ");
		if (word >= size && strncmp(list, name, size) == 0 &&
			(word == size || list[size] == '=')) {
			found = list;
			*length = word;
		}
		list += word;
	}
	return found;
}

bool configure_option_is_same(const char *one, const char *other)
{
	size_t count = sizeof(configure_options) / sizeof(configure_options[0]);
	for (size_t i = 0; i < count; i++) {
		size_t length = 0;
		size_t other_length = 0;
		const char *name = configure_options[i];
		const char *word = configure_option_find(one, name, &length);
		const char *other_word =
			configure_option_find(other, name, &other_length);
		if (!word != !other_word || length != other_length)
			return false;
		if (word && memcmp(word, other_word, length) != 0)
			return false;
	}
	return true;
}
