// SPDX-License-Identifier: GPL-2.0-or-later
/* test_unit_token.c - the text of a line without numbers that depend on other code */
#include "plugin/unit_state.h"
#include "tests/unit/unit_assembly.h"
#include "tests/unit/unit_test.h"

static void restart(struct unit *unit)
{
	unit_label_map_restart(&unit->function_scope.labels);
	unit_label_map_restart(&unit->function_scope.numbers);
	unit->function_scope.stamp = ++unit->stamp;
	unit->function_scope.name_count = 0;
}

/* The line in a function, without the newline; references: how many it has. */
static void check(
	struct unit *unit, const char *line, const char *wanted, unsigned references)
{
	struct unit_body *body = &unit->bodies[UNIT_BODY_HOT];
	body->text.size = 0;
	body->references.count = 0;
	unit_token_add_line(unit, UNIT_BODY_HOT, line, strlen(line));
	UNIT_CHECK(body->text.size && body->text.data[body->text.size - 1] == '\n');
	body->text.data[body->text.size - 1] = '\0';
	UNIT_CHECK_TEXT(body->text.data, wanted);
	UNIT_CHECK(body->references.count == references);
}

static void test_kept(struct unit *unit)
{
	static const char *const lines[] = {
		"\tmovl\t$12, %eax",
		"\tcall\tmutex_lock",
		"\tmovq\t%gs:current_task(%rip), %rax",
		"\t.quad\t0x1p3",
		"\t.string\t\"see .L12, .LC3 and name.5 \\\" __UNIQUE_ID_x7\"",
		"\t.string\t\"no end .L12",
		"\tjmp\t*sys_call_table(,%rax,8)",
		"",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		restart(unit);
		check(unit, lines[i], lines[i], 0);
	}
}

static void test_labels(struct unit *unit)
{
	restart(unit);
	check(unit, "\tje\t.L77", "\tje\t.L0", 0);
	check(unit, "\tjne\t.L12", "\tjne\t.L1", 0);
	check(unit, "\tjmp\t.L77", "\tjmp\t.L0", 0);
	restart(unit);
	check(unit, "\tjmp\t.L12", "\tjmp\t.L0", 0);
	check(unit, "\tleaq\t.Lubsan_data4(%rip), %rdi", "\tleaq\t.Ln0(%rip), %rdi", 1);
	check(unit, "\tleaq\t.Lubsan_data9(%rip), %rdi", "\tleaq\t.Ln1(%rip), %rdi", 1);
	check(unit, "\tleaq\t.Lubsan_data4(%rip), %rdi", "\tleaq\t.Ln0(%rip), %rdi", 1);
}

static void test_references(struct unit *unit)
{
	restart(unit);
	check(unit, "\tmovq\t$.LC31, %rdi", "\tmovq\t$.LC, %rdi", 1);
	const struct unit_reference *reference =
		unit->bodies[UNIT_BODY_HOT].references.items;
	UNIT_CHECK(reference->kind == UNIT_REFERENCE_CONSTANT);
	UNIT_CHECK(reference->target == 31);
	check(unit, "\tincl\tcount.5(%rip)", "\tincl\t~(%rip)", 1);
	check(unit, "\tcall\tfree.part.0", "\tcall\t~", 1);
	check(unit, "\tmovq\t__UNIQUE_ID_x7, %rax", "\tmovq\t~, %rax", 1);
	reference = unit->bodies[UNIT_BODY_HOT].references.items;
	UNIT_CHECK(reference->kind == UNIT_REFERENCE_NAME);
	UNIT_CHECK_TEXT(unit_get_name(unit, reference->target), "__UNIQUE_ID_x7");
}

/* 1: and its references, in the text of an asm statement only. */
static void test_local_numbers(struct unit *unit)
{
	restart(unit);
	check(unit, "771:\tnop", "771:\tnop", 0);
	unit->is_assembly = true;
	check(unit, "771:\tnop", "0:\tnop", 0);
	check(unit, "\tjmp\t772f", "\tjmp\t1f", 0);
	check(unit, "\tjmp\t771b", "\tjmp\t0b", 0);
	check(unit, "\tjmp\t999b", "\tjmp\t999b", 0);
	unit->is_assembly = false;
}

static void test_aliases(struct unit *unit)
{
	restart(unit);
	unit_add_alias(unit, "second", "first");
	check(unit, "\tcall\tsecond", "\tcall\tfirst", 0);
	check(unit, "\tcall\tseconds", "\tcall\tseconds", 0);
}

int main(void)
{
	struct unit *unit = unit_assembly_start();
	test_kept(unit);
	test_labels(unit);
	test_references(unit);
	test_local_numbers(unit);
	test_aliases(unit);
	unit_destroy(unit);
	return unit_end();
}
