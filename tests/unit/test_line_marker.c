// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/line_marker.h"

#include "differ/create/patch_file.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

static void check(const char *patched, struct patch_hunk hunk, const char *wanted)
{
	scope_text struct text marked = {0};
	line_marker_insert(patched, &hunk, 1, &marked);
	UNIT_CHECK_TEXT(marked.data, wanted);
}

static void test_places(void)
{
	/* a line added */
	check("a\nnew\nb\n", (struct patch_hunk){1, 0, 2, 1}, "a\nnew\n#line 2\nb\n");
	/* a line removed: the hunk is between 1 and 2 */
	check("a\nc\n", (struct patch_hunk){2, 1, 1, 0}, "a\n#line 3\nc\n");
	/* a line replaced: the numbers stay, and are said again */
	check("a\nB\nc\n", (struct patch_hunk){2, 1, 2, 1}, "a\nB\n#line 3\nc\n");
	/* at the end of the file nothing follows */
	check("a\nnew\n", (struct patch_hunk){1, 0, 2, 1}, "a\nnew\n");
}

static void test_unsafe_lines(void)
{
	/* in a macro's arguments, until they end */
	check("f(a,\n  new,\n  b);\nc;\n", (struct patch_hunk){1, 0, 2, 1},
		"f(a,\n  new,\n  b);\n#line 3\nc;\n");
	/* behind a backslash */
	check("#define M \\\n new \\\n a\nb\n", (struct patch_hunk){1, 0, 2, 1},
		"#define M \\\n new \\\n a\n#line 3\nb\n");
	/* in a comment, whose parentheses do not count */
	check("/* (\nnew\n*/ a\nb\n", (struct patch_hunk){1, 0, 2, 1},
		"/* (\nnew\n*/ a\n#line 3\nb\n");
	/* parentheses in literals do not count */
	check("s = \"(\\\"(\"; c = '(';\nnew\na\n", (struct patch_hunk){1, 0, 2, 1},
		"s = \"(\\\"(\"; c = '(';\nnew\n#line 2\na\n");
	/* what #if and #else each open is set right by the function's end */
	check("#if A\nif (x\n#else\nif (y\n#endif\n)\nnew\n}\na\n",
		(struct patch_hunk){6, 0, 7, 1},
		"#if A\nif (x\n#else\nif (y\n#endif\n)\nnew\n}\n"
		"#line 8\na\n");
}

/* What stands in a part that is skipped has no effect behind it. */
static void test_conditionals(void)
{
	check("#if A\nnew\na\n#endif\nb\nc\n", (struct patch_hunk){1, 0, 2, 1},
		"#if A\nnew\n#line 2\na\n#endif\n#line 4\nb\nc\n");
	check("#if A\nnew\na\n#elif B\nb\n# else\nc\n#endif\nd\n",
		(struct patch_hunk){1, 0, 2, 1},
		"#if A\nnew\n#line 2\na\n#elif B\n#line 4\nb\n# else\n#line 6\nc\n"
		"#endif\n#line 8\nd\n");
	/* one around another, and one behind them that is as it was */
	check("#if A\n#ifdef B\nnew\na\n#endif\nb\n#endif\n#ifndef C\n#else\n#endif\nd\n",
		(struct patch_hunk){2, 0, 3, 1},
		"#if A\n#ifdef B\nnew\n#line 3\na\n#endif\n#line 5\nb\n#endif\n"
		"#line 7\n#ifndef C\n#else\n#endif\nd\n");
	/* none in front of the hunk, and none in a comment */
	check("#if A\n#endif\nnew\na\n/*\n#endif\n*/\nb\n",
		(struct patch_hunk){2, 0, 3, 1},
		"#if A\n#endif\nnew\n#line 3\na\n/*\n#endif\n*/\nb\n");
}

static void test_several_hunks(void)
{
	scope_text struct text marked = {0};
	const struct patch_hunk hunks[] = {{1, 0, 2, 2}, {3, 1, 5, 1}, {5, 1, 6, 0}};
	line_marker_insert("1\nn\nn\n2\nX\n4\n6\n", hunks, 3, &marked);
	UNIT_CHECK_TEXT(marked.data, "1\nn\nn\n"
				     "#line 2\n2\nX\n"
				     "#line 4\n4\n"
				     "#line 6\n6\n");
}

int main(void)
{
	test_places();
	test_unsafe_lines();
	test_conditionals();
	test_several_hunks();
	return unit_end();
}
