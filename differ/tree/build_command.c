// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/build_command.h"

#include <stdlib.h>
#include <string.h>

#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

#define WRAPPER_NAME "ksplice-cc"

/* What make must not read as its own, see "scripts/Kbuild.include", make-cmd. */
static const struct command_escape {
	const char *written;
	const char *meant;
} command_escapes[] = {
	{"$(pound)", "#"},
	{"$$", "$"},
};

static void command_add_unescaped(struct text *plain, const char *command)
{
	size_t count = sizeof(command_escapes) / sizeof(command_escapes[0]);
	while (*command) {
		size_t i = 0;
		while (i < count && !text_has_prefix(command, command_escapes[i].written))
			i++;
		text_add_range(plain, i < count ? command_escapes[i].meant : command, 1);
		command += i < count ? strlen(command_escapes[i].written) : 1;
	}
}

/* The command behind "ksplice-cc", where the tree was built with it. */
static const char *command_skip_wrapper(const char *command)
{
	for (const char *word = command; *word;) {
		size_t length = strcspn(word, " ");
		scope_free char *name = memory_copy_range(word, length);
		const char *next = word + length + strspn(word + length, " ");
		if (strcmp(file_name(name), WRAPPER_NAME) == 0)
			return next;
		if (*word == '-')
			break;
		word = next;
	}
	return command;
}

struct error *build_command_read(
	const struct kernel_tree *tree, const char *product, char **command)
{
	scope_free char *folder = file_parent(product);
	scope_free char *path =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(product));
	scope_text struct text text = {0};
	struct error *error = file_read(path, &text);
	if (error)
		return error_hint(
			error, "kbuild has no saved command for it: build it again");
	text.data[strcspn(text.data, "\n")] = '\0';
	char *start = strstr(text.data, " := ");
	if (!start)
		return error_failed("%s: contains no command", path);
	start += strlen(" := ");
	char *end = strstr(start, " ; ");
	if (end)
		*end = '\0';
	scope_text struct text plain = {0};
	command_add_unescaped(&plain, command_skip_wrapper(start));
	*command = memory_copy_text(plain.data ? plain.data : "");
	return NULL;
}
