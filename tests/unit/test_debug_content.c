// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/debug_content.h"

#include <elf.h>

#include "differ/elf/elf_object.h"
#include "differ/seal/zero_run.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* What is no debug section stays byte for byte, and each section its number, name and
 * size. */
static void check_cleared(const struct elf_object *before, const struct elf_object *after)
{
	unsigned cleared = 0;
	UNIT_CHECK(before->section_count == after->section_count);
	for (size_t i = 1; i < before->section_count; i++) {
		const struct elf_section *a = &before->sections[i];
		const struct elf_section *b = &after->sections[i];
		UNIT_CHECK_TEXT(b->name, a->name);
		UNIT_CHECK(a->size == b->size && a->flags == b->flags);
		UNIT_CHECK(a->file_offset == b->file_offset);
		if (strstr(a->name, ".debug_")) {
			UNIT_CHECK(b->type == SHT_NOBITS);
			cleared++;
			continue;
		}
		UNIT_CHECK(a->type == b->type && a->reloc_count == b->reloc_count);
		UNIT_CHECK(!a->data == !b->data);
		UNIT_CHECK(!a->data || memcmp(a->data, b->data, a->size) == 0);
	}
	UNIT_CHECK(cleared >= 4);
	UNIT_CHECK(before->symbol_count == after->symbol_count);
}

static void test_object(const char *folder)
{
	static const char code[] =
		"int a; extern int b(int); int c(void) { return b(a) + 1; }\n";
	scope_free char *source = file_join(folder, "x.c");
	scope_free char *object = file_join(folder, "x.o");
	scope_free char *cleared = file_join(folder, "y.o");
	const char *const command[] = {"gcc", "-g", "-c", "-o", object, source, NULL};
	struct process_request request = {.arguments = command};
	UNIT_CHECK_DONE(file_write(source, code, strlen(code)));
	UNIT_CHECK_DONE(process_check(&request));

	scope_text struct text text = {0};
	UNIT_CHECK_DONE(file_read(object, &text));
	UNIT_CHECK_DONE(debug_content_clear("x.o", text.data, text.size));
	UNIT_CHECK_DONE(file_write(cleared, text.data, text.size));
	scope_elf_object struct elf_object *before = NULL;
	scope_elf_object struct elf_object *after = NULL;
	UNIT_CHECK_DONE(elf_object_open(object, ELF_RELOCS_READ, &before));
	UNIT_CHECK_DONE(elf_object_open(cleared, ELF_RELOCS_READ, &after));
	if (before && after)
		check_cleared(before, after);

	/* Damaged files are refused, wherever they end. */
	scope_text struct text whole = {0};
	UNIT_CHECK_DONE(file_read(object, &whole));
	UNIT_CHECK_ERROR(debug_content_clear("x.o", whole.data, 40), "x.o: not");
	UNIT_CHECK_ERROR(
		debug_content_clear("x.o", whole.data, whole.size - 64), "x.o: has");
	UNIT_CHECK_ERROR(debug_content_clear("x.o", whole.data, 64), "x.o: has");
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_object(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
