// SPDX-License-Identifier: GPL-2.0-or-later
/* test_unit_text.c - which body each line of the assembly text belongs to */
#include "plugin/unit_state.h"
#include "tests/unit/unit_assembly.h"
#include "tests/unit/unit_test.h"

static const struct unit_object *find_object(struct unit *unit, const char *name)
{
	uint32_t index = unit_add_name(unit, name);
	array_foreach (object, &unit->objects) {
		if (object->name == index)
			return object;
	}
	return NULL;
}

/* The open function's text, hot and cold. */
static void check_bodies(
	struct unit *unit, const char *text, const char *hot, const char *cold)
{
	const struct unit_function_facts facts = {.name = "f", .number = 1};
	const char *const wanted[] = {hot, cold};
	unit_begin_function(unit, &facts);
	unit_assembly_add(unit, text);
	for (int i = 0; i < 2; i++) {
		struct text *got = &unit->bodies[UNIT_BODY_HOT + i].text;
		text_add(got, "");
		UNIT_CHECK_TEXT(got->data, wanted[i]);
	}
	unit_end_function(unit);
}

static void test_function(void)
{
	struct unit *unit = unit_assembly_start();
	check_bodies(unit,
		"\t.text\n\t.p2align 4\n\t.globl\tf\n\t.type\tf, @function\nf:\n"
		".LFB12:\n\t.loc 1 3 5 is_stmt 1 view .LVU2\n\t.cfi_startproc\n"
		"\tendbr64\n\tje\t.L4\n\t.p2align 4,,10\n.L4:\n.LVL3:\n\tret\n"
		"\t.section\t.text.unlikely\n\t.type\tf.cold, @function\nf.cold:\n"
		"\tud2\n\t.cfi_endproc\n.LFE12:\n\t.size\tf, .-f\n",
		"\t.p2align 4\n\tendbr64\n\tje\t.L0\n\t.p2align 4,,10\n\tret\n",
		"\tud2\n");
	const struct unit_object *object = find_object(unit, "f");
	UNIT_CHECK(object && object->kind == UNIT_OBJECT_FUNCTION);
	UNIT_CHECK_TEXT(unit_get_name(unit, object->section), ".text");
	UNIT_CHECK_TEXT(unit_get_name(unit, unit->functions.items[0].cold), "f.cold");
	unit_destroy(unit);
}

/* Directives of the source are content, also those that are dropped elsewhere. */
static void test_inline_assembly(void)
{
	struct unit *unit = unit_assembly_start();
	check_bodies(unit,
		"f:\n#APP\n# 12 \"source.c\" 1\n\t.section .altinstructions,\"a\"\n"
		" .globl x\n661:\n\t.previous\n# 0 \"\" 2\n#NO_APP\n\tret\n",
		"\t.section .altinstructions,\"a\"\n .globl x\n0:\n\t.previous\n\tret\n",
		"");
	UNIT_CHECK(!unit->is_assembly);
	unit_destroy(unit);
}

static void test_debug(void)
{
	struct unit *unit = unit_assembly_start();
	unit_assembly_add(unit,
		"\t.section\t.debug_info,\"\",@progbits\n.Ldebug_info0:\n"
		"\t.long\t0x12\nvariable:\n\t.data\nother:\n\t.long\t1\n");
	unit_assembly_end(unit);
	UNIT_CHECK(!find_object(unit, "variable"));
	UNIT_CHECK(find_object(unit, "other"));
	unit_destroy(unit);
}

static void test_data(void)
{
	struct unit *unit = unit_assembly_start();
	/* In pieces, as the stream's buffer cuts it. */
	unit_assembly_add(unit, "\t.section\t.rodata.str1.1,\"aMS\",@progbits,1\n.LC");
	unit_assembly_add(unit, "3:\n\t.string\t\"text\"\n\t.local\tbss_one\n");
	unit_assembly_add(unit, "\t.comm\tbss_one,16,8\n\t.comm\tcommon_one,4,4\n");
	unit_assembly_add(unit, "\t.section\t.data..read_mostly.ksplice_split.items\n"
				"\t.align 32\n\t.type\titems, @object\n"
				"\t.size\titems, 8\nitems:\n\t.quad\tf\n");
	unit_assembly_end(unit);
	static const struct {
		const char *name;
		const char *section;
		uint32_t alignment;
	} objects[] = {
		{".LC3", ".rodata.str1.1", 0},
		{"bss_one", ".bss", 8},
		{"common_one", "COMMON", 4},
		{"items", ".data..read_mostly", 32},
	};
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		const struct unit_object *object = find_object(unit, objects[i].name);
		UNIT_CHECK(object && object->kind == UNIT_OBJECT_DATA);
		if (!object)
			continue;
		UNIT_CHECK_TEXT(unit_get_name(unit, object->section), objects[i].section);
		UNIT_CHECK(object->alignment == objects[i].alignment);
		UNIT_CHECK(object->pieces[0].size > 0);
	}
	UNIT_CHECK(unit->constants.count == 4 && unit->constants.items[3]);
	unit_destroy(unit);
}

int main(void)
{
	test_function();
	test_inline_assembly();
	test_debug();
	test_data();
	return unit_end();
}
