// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compile_command.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* What a command line is taken for; its arguments are separated by single spaces. */
static const struct {
	const char *arguments;
	enum compile_kind kind;
	const char *object; /* of the first source; NULL where that does not matter */
	const char *reason;
} commands[] = {
	{"-c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-c ../x/a.b.c", COMPILE_OBJECT, "a.b.o", NULL},
	{"-c a.c -o b/a.o", COMPILE_OBJECT, "b/a.o", NULL},
	{"-ob/a.o -c a.c", COMPILE_OBJECT, "b/a.o", NULL},
	{"--output=x.o -c a.i", COMPILE_OBJECT, "x.o", NULL},
	{"-c -x c a.txt", COMPILE_OBJECT, "a.o", NULL},
	{"-c -xc a.txt", COMPILE_OBJECT, "a.o", NULL},
	{"-c -x assembler a.c", COMPILE_FOREIGN, NULL, NULL},
	{"-c -x assembler -x none a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-MD -MF a.d -MT a.o -MP -MMD -c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-Wp,-MMD,a.d -include x.c -D b.c -I c.c -c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"--param max-inline=3 -isystem d -Xassembler -E -c a.c", COMPILE_OBJECT, "a.o",
		NULL},
	{"-undef -c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-Ex -Sx -Mx -c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-flto -fno-lto -c a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-flto -c a.c", COMPILE_UNRECORDED, "a.o", "lto"},
	{"-flto=auto -c a.c", COMPILE_UNRECORDED, "a.o", "lto"},
	{"-c a.c b.c", COMPILE_SEVERAL, "a.o", NULL},
	{"-c a.c b.S", COMPILE_SEVERAL, "a.o", NULL},
	{"-c a.S b.cc", COMPILE_FOREIGN, "a.o", NULL},
	{"-c b.o a.c c.a", COMPILE_OBJECT, "a.o", NULL},
	{"-c a.o", COMPILE_OTHER, NULL, NULL},
	{"-flto -c a.c b.c", COMPILE_UNRECORDED, "a.o", "lto"},
	{"-c a.S", COMPILE_FOREIGN, "a.o", NULL},
	{"-c a.cc -o a.o", COMPILE_FOREIGN, "a.o", NULL},
	{"a.c", COMPILE_OTHER, NULL, NULL},
	{"-c", COMPILE_OTHER, NULL, NULL},
	{"-c a.c -o", COMPILE_OTHER, NULL, NULL},
	{"-E -c a.c", COMPILE_OTHER, NULL, NULL},
	{"-S a.c", COMPILE_OTHER, NULL, NULL},
	{"-c -S a.c", COMPILE_OTHER, NULL, NULL},
	{"-M -c a.c", COMPILE_OTHER, NULL, NULL},
	{"-fsyntax-only -c a.c", COMPILE_OTHER, NULL, NULL},
	{"-c -x c - -o a.o", COMPILE_OTHER, NULL, NULL},
	{"-c -x c /dev/null", COMPILE_OTHER, NULL, NULL},
	{"-c a.c -o /dev/null", COMPILE_OTHER, NULL, NULL},
	{"-c a.c -o -", COMPILE_OTHER, NULL, NULL},
	{"-c /dev/shm/no/such/tree/a.c", COMPILE_OBJECT, "a.o", NULL},
	{"-c a.c -o /dev/shm/no/such/tree/a.o", COMPILE_OBJECT,
		"/dev/shm/no/such/tree/a.o", NULL},
	{"-c a.c -o /dev/../dev/null", COMPILE_OTHER, NULL, NULL},
	{"-c -x c /dev/stdin", COMPILE_OTHER, NULL, NULL},
	{"-c -x c /dev/fd/63", COMPILE_OTHER, NULL, NULL},
	{"-c a.c -o /dev/stdout", COMPILE_OTHER, NULL, NULL},
	{"-c a.c -x c -", COMPILE_SEVERAL, "a.o", NULL},
	{"--version -c a.c", COMPILE_OTHER, NULL, NULL},
	{"-print-file-name=plugin", COMPILE_OTHER, NULL, NULL},
	{"--help=common", COMPILE_OTHER, NULL, NULL},
	{"-### -c a.c", COMPILE_OTHER, NULL, NULL},
	{"", COMPILE_OTHER, NULL, NULL},
};

static void split(const char *arguments, struct argument_list *list)
{
	argument_list_add(list, "gcc");
	scope_free char *copy = memory_copy_text(arguments);
	char *next = copy;
	for (char *word; (word = strsep(&next, " "));) {
		if (*word)
			argument_list_add(list, word);
	}
}

/* Each source's own command, out of one for three. */
static void test_select(void)
{
	static const char *const parts[] = {
		"gcc -O2 -c -x c a.c -x none",
		"gcc -O2 -c -x c -x none b.c",
		"gcc -O2 -c -x c -x none c.S",
	};
	scope_argument_list struct argument_list list = {0};
	struct compile_command command = {0};
	split("-O2 -c -x c a.c -x none b.c c.S", &list);
	compile_command_read(&list, &command);
	UNIT_CHECK(command.kind == COMPILE_SEVERAL);
	UNIT_CHECK(command.source_count == 3);
	for (size_t i = 0; i < command.source_count; i++) {
		scope_argument_list struct argument_list part = {0};
		scope_text struct text text = {0};
		compile_command_select(&command, &list, &command.sources[i], &part);
		for (size_t j = 0; j < part.count; j++) {
			text_add(&text, j ? " " : "");
			text_add(&text, part.items[j]);
		}
		UNIT_CHECK_TEXT(text.data, parts[i]);
		UNIT_CHECK(command.sources[i].is_c == (i < 2));
	}
	compile_command_deinit(&command);
}

int main(void)
{
	test_select();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		scope_argument_list struct argument_list list = {0};
		struct compile_command command = {0};
		split(commands[i].arguments, &list);
		compile_command_read(&list, &command);
		if (command.kind != commands[i].kind)
			printf("# %s\n", commands[i].arguments);
		UNIT_CHECK(command.kind == commands[i].kind);
		if (commands[i].object) {
			scope_free char *object =
				compile_command_get_object(&command, command.sources);
			UNIT_CHECK_TEXT(object, commands[i].object);
		}
		if (commands[i].reason)
			UNIT_CHECK_TEXT(command.reason, commands[i].reason);
		compile_command_deinit(&command);
	}
	return unit_end();
}
