// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_text.h"

#include "lib/text.h"
#include "tests/unit/unit_test.h"

static void check_string(const char *string, const char *wanted)
{
	scope_text struct text text = {0};
	json_text_add_string(&text, string);
	UNIT_CHECK_TEXT(text.data, wanted);
}

/* A byte that needs a look, at each place of texts of each length: bytes are read in
 * words. */
static void test_places(void)
{
	static const char *const bytes[][2] = {{"\"", "\\\""}, {"\\", "\\\\"},
		{"\x1f", "\\u001f"}, {"\xff", "\\u00ff"}, {"\x80", "\\u0080"},
		{"\x01", "\\u0001"}, {" ", " "}, {"!", "!"}, {"#", "#"}, {"[", "["},
		{"]", "]"}, {"\x7f", "\x7f"}, {"\xc3\xa4", "\xc3\xa4"}};
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		for (size_t place = 0; place < 20; place++) {
			for (size_t after = 0; after < 20; after++) {
				scope_text struct text string = {0};
				scope_text struct text wanted = {0};
				text_add_format(&string, "%.*s%s%.*s", (int)place,
					"abcdefghijklmnopqrstuvwxyz", bytes[i][0],
					(int)after, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
				text_add_format(&wanted, "\"%.*s%s%.*s\"", (int)place,
					"abcdefghijklmnopqrstuvwxyz", bytes[i][1],
					(int)after, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
				check_string(string.data, wanted.data);
			}
		}
	}
}

int main(void)
{
	test_places();
	check_string("", "\"\"");
	check_string("plain", "\"plain\"");
	check_string("a\"b\\c", "\"a\\\"b\\\\c\"");
	check_string("\t\n\x1f", "\"\\u0009\\u000a\\u001f\"");
	check_string("\x7f", "\"\x7f\"");
	check_string("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
		"\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"");
	/* Not UTF-8: cut short, overlong, a surrogate, beyond the last code point. */
	check_string("\xc3", "\"\\u00c3\"");
	check_string("\xe2\x82", "\"\\u00e2\\u0082\"");
	check_string("\xc0\xaf", "\"\\u00c0\\u00af\"");
	check_string("\xe0\x80\x80", "\"\\u00e0\\u0080\\u0080\"");
	check_string("\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"");
	check_string("\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\"");
	check_string("\xff", "\"\\u00ff\"");

	scope_text struct text text = {0};
	text_add(&text, "{");
	json_text_put_number(&text, "n", UINT64_MAX);
	json_text_put_string(&text, "s", "t");
	json_text_add_key(&text, "a");
	text_add(&text, "[");
	json_text_add_separator(&text);
	json_text_add_string(&text, "1");
	json_text_add_separator(&text);
	json_text_add_string(&text, "2");
	text_add(&text, "]}");
	UNIT_CHECK_TEXT(text.data,
		"{\"n\":18446744073709551615,\"s\":\"t\",\"a\":[\"1\",\"2\"]}");
	return unit_end();
}
