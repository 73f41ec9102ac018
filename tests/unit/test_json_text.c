// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_text.h"

#include "lib/cleanup.h"
#include "lib/json.h"
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

/* The two ways to write a text that need not be UTF-8 give readers the same. */
static void check_valid(const char *string, const char *wanted)
{
	scope_free char *valid = json_text_make_valid(string);
	scope_text struct text streamed = {0};
	scope_json struct json_t *read = NULL;
	scope_json struct json_t *built = json_make_object();
	UNIT_CHECK_TEXT(valid, wanted);
	text_add(&streamed, "[");
	json_text_add_string(&streamed, string);
	text_add(&streamed, "]");
	UNIT_CHECK_DONE(json_read_range("test", streamed.data, streamed.size, &read));
	UNIT_CHECK_TEXT(json_find_item_text(read, 0), wanted);
	json_put_text(built, "text", string);
	UNIT_CHECK_TEXT(json_find_text(built, "text"), wanted);
	scope_json struct json_t *array = json_make_array();
	json_append_text(array, string);
	UNIT_CHECK_TEXT(json_find_item_text(array, 0), wanted);
}

static void test_valid(void)
{
	check_valid("", "");
	check_valid("plain\t\x7f", "plain\t\x7f");
	check_valid("\xc3\xa4 \xf0\x9f\x98\x80", "\xc3\xa4 \xf0\x9f\x98\x80");
	check_valid(
		"drivers/\xe4/x.c: is not there", "drivers/\xc3\xa4/x.c: is not there");
	check_valid("\x80\xbf\xc0\xff", "\xc2\x80\xc2\xbf\xc3\x80\xc3\xbf");
}

int main(void)
{
	test_places();
	test_valid();
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
