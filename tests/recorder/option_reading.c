// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * option_reading.c - ksplice-cc reads a command line as GCC does
 *
 *     option_reading GCC COUNT SEED
 *
 * Makes up COUNT command lines, from options with every way to give an argument, and asks
 * GCC with -### which programs it would run: each cc1 that is not told to preprocess, and
 * the assembler behind it, is a source in C and its object. ccwrap/compile_command.c must
 * have read the same sources and objects from the line. Lines that GCC refuses say
 * nothing, and are made up again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ccwrap/compile_command.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Sources are there, so that GCC finds them; names of options' arguments may be the same.
 */
static const char *const sources[] = {
	"a.c",
	"b.c",
	"d/e.c",
	"./f.x.c",
	"g.i",
	"h.S",
	"j.s",
	"k.cc",
	"l.o",
	"m.txt",
	"n.h",
};

static const char *const languages[] = {
	"c",
	"c++",
	"none",
	"assembler",
	"assembler-with-cpp",
	"cpp-output",
	"c-header",
};

/* Options without an argument, or with one in the same word. */
static const char *const plain_options[] = {
	"-c",
	"-c",
	"-c",
	"-c",
	"--compile",
	"-S",
	"--assemble",
	"-E",
	"--preprocess",
	"-M",
	"-MM",
	"--dependencies",
	"-MD",
	"-MMD",
	"-MP",
	"-MFa.d",
	"-MTa.o",
	"-fsyntax-only",
	"-flto",
	"-flto=auto",
	"-flto=1",
	"-fno-lto",
	"-ffat-lto-objects",
	"-O2",
	"-g",
	"-gdwarf-4",
	"-Wall",
	"-w",
	"-pipe",
	"-save-temps",
	"-save-temps=obj",
	"-no-integrated-cpp",
	"-undef",
	"-nostdinc",
	"-nostdlib",
	"-ansi",
	"-std=gnu11",
	"-std=c99",
	"-pedantic",
	"-pthread",
	"-static",
	"-shared",
	"-rdynamic",
	"-no-pie",
	"-fPIC",
	"-P",
	"-C",
	"-H",
	"-s",
	"-v",
	"-DX",
	"-DX=a.c",
	"-UX",
	"-I.",
	"-Id",
	"-Ld",
	"-lm",
	"-Bd",
	"-ixx",
	"-includen.h",
	"-imacrosn.h",
	"-isystemd",
	"-iquoted",
	"-idirafterd",
	"-iprefixd",
	"-iwithprefixd",
	"-isysroot.",
	"-Wp,-MD,x.d",
	"-Wp,-MMD,x.d",
	"-Wp,-DX",
	"-Wa,-W",
	"-Wl,-z,now",
	"--param=max-inline-insns-single=5",
	"--sysroot=.",
	"--include=n.h",
	"--language=c",
	"--language=none",
	"--output=out.o",
	"-oout.o",
	"-od/out.o",
	"-dumpbase=x",
	"-fdump-tree-optimized",
	"-dA",
	"-dM",
	"-dD",
	"-print-search-dirs",
	"-dumpmachine",
	"-Ttext=1",
	"-T1",
	"-ufoo",
	"-zfoo",
	"-efoo",
	"-export-dynamic",
	"-Xassemblerfoo",
	"-mtune=generic",
	"-m64",
	"-time",
	"-trigraphs",
	"-remap",
};

/* Options whose argument is the next word; "*" is one of languages, else a source. */
static const char *const apart_options[] = {
	"-o",
	"-o",
	"--output",
	"-x*",
	"-x*",
	"--language*",
	"-D",
	"-U",
	"-A",
	"-I",
	"-L",
	"-l",
	"-B",
	"-T",
	"-e",
	"-u",
	"-z",
	"-h",
	"-MF",
	"-MT",
	"-MQ",
	"-include",
	"-imacros",
	"-isystem",
	"-iquote",
	"-idirafter",
	"-iprefix",
	"-iwithprefix",
	"-iwithprefixbefore",
	"-imultilib",
	"-isysroot",
	"--sysroot",
	"--param",
	"-aux-info",
	"-dumpbase",
	"-dumpbase-ext",
	"-dumpdir",
	"-Xassembler",
	"-Xpreprocessor",
	"-Xlinker",
	"-Ttext",
	"-Tdata",
	"-Tbss",
	"--include",
	"--imacros",
	"--include-directory",
	"--include-directory-after",
	"--include-prefix",
	"--include-with-prefix",
	"--include-with-prefix-after",
	"--include-with-prefix-before",
	"--define-macro",
	"--undefine-macro",
	"--assert",
	"--dump",
	"--dumpbase",
	"--dumpbase-ext",
	"--dumpdir",
	"--entry",
	"--for-assembler",
	"--for-linker",
	"--force-link",
	"--library-directory",
	"--prefix",
	"--std",
	"--write-dependencies",
	"--write-user-dependencies",
	"--output-pch=",
	"-imultiarch",
	"--no-integrated-cpp",
};

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))
#define PICK(table) ((table)[pick(COUNT_OF(table))])

static uint64_t random_state;

/* Below limit; xorshift64*. */
static size_t pick(size_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (size_t)((random_state * 2685821657736338717ull >> 33) % limit);
}

static void add_option_apart(struct argument_list *line)
{
	const char *option = PICK(apart_options);
	scope_free char *name = memory_copy_range(option, strcspn(option, "*"));
	bool is_language = option[strlen(name)] == '*';
	argument_list_add(line, name);
	argument_list_add(line, is_language ? PICK(languages) : PICK(sources));
}

static void make_line(struct argument_list *line, const char *gcc)
{
	size_t words = 1 + pick(7);
	argument_list_add(line, gcc);
	if (pick(8))
		argument_list_add(line, "-c");
	for (size_t i = 0; i < words; i++) {
		size_t kind = pick(8);
		if (kind < 3)
			argument_list_add(line, PICK(sources));
		else if (kind < 5)
			argument_list_add(line, PICK(plain_options));
		else
			add_option_apart(line);
	}
	if (pick(2))
		argument_list_add(line, PICK(sources));
}

/* One program's command line as GCC prints it: quoted where it is not plain. */
static void split_printed(const char *text, size_t size, struct argument_list *words)
{
	const char *end = text + size;
	while (text < end) {
		scope_text struct text word = {0};
		bool is_quoted = false;
		while (text < end && *text == ' ')
			text++;
		if (text == end)
			return;
		for (; text < end && (is_quoted || *text != ' '); text++) {
			if (*text == '"')
				is_quoted = !is_quoted;
			else if (*text == '\\' && text + 1 < end)
				text_add_range(&word, ++text, 1);
			else
				text_add_range(&word, text, 1);
		}
		argument_list_add(words, word.data ? word.data : "");
	}
}

static const char *find_behind(const struct argument_list *words, const char *option)
{
	const char *found = NULL;
	for (size_t i = 1; i + 1 < words->count; i++) {
		if (strcmp(words->items[i], option) == 0)
			found = words->items[i + 1];
	}
	return found;
}

/* The input of a cc1 stands in front of the last "-quiet". */
static const char *find_input(const struct argument_list *words)
{
	const char *found = NULL;
	for (size_t i = 2; i < words->count; i++) {
		if (strcmp(words->items[i], "-quiet") == 0)
			found = words->items[i - 1];
	}
	return found;
}

static bool is_program(const struct argument_list *words, const char *name)
{
	const char *program = words->items[0];
	return text_has_suffix(program, name) &&
	       (strlen(program) == strlen(name) ||
		       program[strlen(program) - strlen(name) - 1] == '/');
}

/* "SOURCE>OBJECT " for each that GCC would compile as C, for -c; what it says in text. */
static void read_printed(const char *said, struct text *pairs)
{
	scope_free char *from = NULL;     /* what was preprocessed … */
	scope_free char *to = NULL;       /* … to this file */
	scope_free char *compiled = NULL; /* the source of the last cc1 … */
	scope_free char *text = NULL;     /* … and its assembly text */
	for (const char *line = said; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line != ' ')
			continue;
		scope_argument_list struct argument_list words = {0};
		split_printed(line, strcspn(line, "\n"), &words);
		if (!words.count)
			continue;
		const char *output = find_behind(&words, "-o");
		bool is_cc1 = is_program(&words, "cc1");
		if (is_program(&words, "collect2")) {
			pairs->size = 0;
			text_add(pairs, "");
			return;
		}
		if (is_cc1 && text_has_prefix(words.items[1], "-E")) {
			const char *input = NULL;
			for (size_t i = 1; i < words.count; i++) {
				for (size_t k = 0; k < COUNT_OF(sources); k++) {
					if (strcmp(words.items[i], sources[k]) == 0)
						input = sources[k];
				}
			}
			free(from);
			free(to);
			from = input ? memory_copy_text(input) : NULL;
			to = output ? memory_copy_text(output) : NULL;
			free(compiled);
			compiled = NULL;
		} else if (is_cc1) {
			const char *input = find_input(&words);
			bool is_between = input && to && from && strcmp(input, to) == 0;
			free(compiled);
			compiled = input ? memory_copy_text(is_between ? from : input)
					 : NULL;
			free(text);
			text = output ? memory_copy_text(output) : NULL;
		} else if (is_program(&words, "as") && compiled && output && text) {
			/* Its input is the last word, or comes by a pipe. */
			const char *input = words.items[words.count - 1];
			if (strcmp(text, "-") == 0 || strcmp(text, input) == 0)
				text_add_format(pairs, "%s>%s ", compiled, output);
			free(compiled);
			compiled = NULL;
		} else {
			free(compiled);
			compiled = NULL;
		}
	}
}

/* The same as ksplice-cc reads it. */
static void read_line(const struct argument_list *line, struct text *pairs)
{
	struct compile_command command = {0};
	compile_command_read(line, &command);
	bool is_compile = command.kind != COMPILE_OTHER;
	for (size_t i = 0; is_compile && i < command.source_count; i++) {
		const struct compile_source *source = &command.sources[i];
		scope_free char *object = compile_command_get_object(&command, source);
		if (source->is_c)
			text_add_format(pairs, "%s>%s ", source->path, object);
	}
	compile_command_deinit(&command);
}

/* 1 if both read the same, 0 if not, -1 if GCC refuses it. */
static int check_line(const struct argument_list *line)
{
	scope_argument_list struct argument_list asked = {0};
	scope_text struct text said = {0};
	scope_text struct text theirs = {0};
	scope_text struct text ours = {0};
	argument_list_add(&asked, line->items[0]);
	argument_list_add(&asked, "-###");
	for (size_t i = 1; i < line->count; i++)
		argument_list_add(&asked, line->items[i]);
	struct process_request request = {
		.arguments = (const char *const *)asked.items,
		.output = &said,
		.errors = &said,
	};
	int status;
	scope_error struct error *error = process_run(&request, &status);
	if (error) {
		printf("not ok %s\n", error_get_text(error));
		return 0;
	}
	if (status)
		return -1;
	text_add(&theirs, "");
	text_add(&ours, "");
	read_printed(said.data, &theirs);
	read_line(line, &ours);
	if (strcmp(theirs.data, ours.data) == 0)
		return 1;
	printf("not ok");
	for (size_t i = 0; i < line->count; i++)
		printf(" %s", line->items[i]);
	printf("\n#  GCC: %s\n# ours: %s\n", theirs.data, ours.data);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 1;
	int wanted = atoi(argv[2]);
	int checked = 0;
	int failed = 0;
	int refused = 0;
	random_state = strtoull(argv[3], NULL, 10) * 2 + 1;
	while (checked < wanted && refused < 20 * wanted) {
		scope_argument_list struct argument_list line = {0};
		make_line(&line, argv[1]);
		int verdict = check_line(&line);
		checked += verdict >= 0;
		refused += verdict < 0;
		failed += verdict == 0;
	}
	printf("%d lines, %d differ, %d were refused by GCC; seed %s\n", checked, failed,
		refused, argv[3]);
	return failed || checked < wanted;
}
