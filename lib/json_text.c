// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/json_text.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

/* The length of the well-formed UTF-8 sequence at byte, or 0 (RFC 3629). */
static size_t json_text_measure_sequence(const unsigned char *byte)
{
	size_t length = byte[0] < 0x80                      ? 1
			: byte[0] >= 0xc2 && byte[0] < 0xe0 ? 2
			: byte[0] >= 0xe0 && byte[0] < 0xf0 ? 3
			: byte[0] >= 0xf0 && byte[0] < 0xf5 ? 4
							    : 0;
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	}
	bool overlong = (byte[0] == 0xe0 && byte[1] < 0xa0) ||
			(byte[0] == 0xf0 && byte[1] < 0x90);
	bool surrogate = byte[0] == 0xed && byte[1] >= 0xa0;
	bool beyond = byte[0] == 0xf4 && byte[1] >= 0x90;
	return overlong || surrogate || beyond ? 0 : length;
}

/* Eight bytes at a time, in one word: their lowest bits, and their highest. */
#define JSON_TEXT_ONES 0x0101010101010101u
#define JSON_TEXT_TOPS 0x8080808080808080u

static uint64_t json_text_find_zero(uint64_t word)
{
	return (word - JSON_TEXT_ONES) & ~word & JSON_TEXT_TOPS;
}

/* True if the eight bytes are ASCII that stands for itself in a JSON string. */
static bool json_text_is_plain(const unsigned char *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	uint64_t control = (word - JSON_TEXT_ONES * 0x20) & ~word & JSON_TEXT_TOPS;
	uint64_t quote = json_text_find_zero(word ^ JSON_TEXT_ONES * '"');
	uint64_t escape = json_text_find_zero(word ^ JSON_TEXT_ONES * '\\');
	return !((word & JSON_TEXT_TOPS) | control | quote | escape);
}

void json_text_add_string(struct text *text, const char *string)
{
	const unsigned char *byte = (const unsigned char *)string;
	const unsigned char *plain = byte;
	const unsigned char *end = byte + strlen(string);
	text_add_range(text, "\"", 1);
	while (byte < end) {
		if (end - byte >= 8 && json_text_is_plain(byte)) {
			byte += 8;
			continue;
		}
		size_t length = json_text_measure_sequence(byte);
		if (length && *byte >= 0x20 && *byte != '"' && *byte != '\\') {
			byte += length;
			continue;
		}
		text_add_range(text, plain, (size_t)(byte - plain));
		char escape[8];
		if (*byte == '"' || *byte == '\\')
			snprintf(escape, sizeof(escape), "\\%c", *byte);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", *byte);
		text_add(text, escape);
		plain = ++byte;
	}
	text_add_range(text, plain, (size_t)(byte - plain));
	text_add_range(text, "\"", 1);
}

char *json_text_make_valid(const char *string)
{
	struct text text = {0};
	text_add(&text, "");
	for (const unsigned char *byte = (const unsigned char *)string; *byte;) {
		size_t length = json_text_measure_sequence(byte);
		/* Bytes that are not UTF-8 are above 0x7f: such a code point takes two.
		 */
		const unsigned char code_point[] = {
			0xc0 | *byte >> 6, 0x80 | (*byte & 0x3f)};
		if (length)
			text_add_range(&text, byte, length);
		else
			text_add_range(&text, code_point, sizeof(code_point));
		byte += length ? length : 1;
	}
	return text.data;
}

void json_text_add_separator(struct text *text)
{
	char last = text->size ? text->data[text->size - 1] : '{';
	if (last != '{' && last != '[' && last != ':' && last != ',')
		text_add_range(text, ",", 1);
}

void json_text_add_key(struct text *text, const char *key)
{
	json_text_add_separator(text);
	json_text_add_string(text, key);
	text_add_range(text, ":", 1);
}

void json_text_put_string(struct text *text, const char *key, const char *string)
{
	json_text_add_key(text, key);
	json_text_add_string(text, string);
}

void json_text_put_number(struct text *text, const char *key, uint64_t number)
{
	char digits[20];
	size_t start = sizeof(digits);
	do {
		digits[--start] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	json_text_add_key(text, key);
	text_add_range(text, digits + start, sizeof(digits) - start);
}
