// SPDX-License-Identifier: GPL-2.0-or-later
/* test_unit_hash.c - which assembly texts have the same hashes */
#include "lib/digest.h"
#include "plugin/unit_state.h"
#include "tests/unit/unit_assembly.h"
#include "tests/unit/unit_test.h"

static const struct unit_variable_facts counts[] = {
	{.name = "count.5", .source = "count", .owner = "f", .number = 3},
	{.name = "count.9", .source = "count", .owner = "f", .number = 3},
};

/* The hash of f, with data in front of it. */
static struct digest hash(const char *data, const char *function)
{
	struct unit *unit = unit_assembly_start();
	unit_assembly_add(unit, data);
	unit_assembly_add_function(unit, "f", function);
	unit_assembly_end(unit);
	unit_declare_variable(unit, 3, "count", 1);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		unit_add_variable(unit, &counts[i]);
	struct digest value = unit_assembly_hash(unit, "f");
	unit_destroy(unit);
	return value;
}

struct text_pair {
	const char *what;
	const char *data[2];
	const char *function[2];
};

static const struct text_pair same[] = {
	{"numbers of labels", {"", ""},
		{"f:\n\tje\t.L4\n\tnop\n.L4:\n\tret\n",
			"f:\n\tje\t.L91\n\tnop\n.L91:\n\tret\n"}},
	{"a label without a reference", {"", ""},
		{"f:\n\tnop\n\tret\n", "f:\n\tnop\n.L2:\n\tret\n"}},
	{"numbers of constants",
		{"\t.section\t.rodata.str1.1\n.LC0:\n\t.string\t\"a\"\n",
			"\t.section\t.rodata.str1.1\n.LC0:\n\t.string\t\"b\"\n"
			".LC1:\n\t.string\t\"a\"\n"},
		{"f:\n\tmovq\t$.LC0, %rdi\n", "f:\n\tmovq\t$.LC1, %rdi\n"}},
	{"numbers of static locals", {"", ""},
		{"f:\n\tincl\tcount.5(%rip)\n", "f:\n\tincl\tcount.9(%rip)\n"}},
	{"the content of a static local",
		{"\t.data\ncount.5:\n\t.long\t1\n", "\t.data\ncount.5:\n\t.long\t2\n"},
		{"f:\n\tincl\tcount.5(%rip)\n", "f:\n\tincl\tcount.5(%rip)\n"}},
	{"the section", {"", ""},
		{"\t.text\nf:\n\tret\n", "\t.section\t.text.f,\"ax\"\nf:\n\tret\n"}},
};

static const struct text_pair different[] = {
	{"an instruction", {"", ""}, {"f:\n\tnop\n\tret\n", "f:\n\tud2\n\tret\n"}},
	{"the place of a label", {"", ""},
		{"f:\n\tje\t.L4\n\tnop\n.L4:\n\tret\n",
			"f:\n\tje\t.L4\n\tnop\n\tret\n.L4:\n"}},
	{"the order of labels", {"", ""},
		{"f:\n\tje\t.L4\n\tjne\t.L5\n.L4:\n\tnop\n.L5:\n\tret\n",
			"f:\n\tje\t.L4\n\tjne\t.L5\n.L5:\n\tnop\n.L4:\n\tret\n"}},
	{"the content of a constant",
		{"\t.section\t.rodata\n.LC0:\n\t.string\t\"a\"\n",
			"\t.section\t.rodata\n.LC0:\n\t.string\t\"b\"\n"},
		{"f:\n\tmovq\t$.LC0, %rdi\n", "f:\n\tmovq\t$.LC0, %rdi\n"}},
	{"a constant of a constant",
		{"\t.section\t.rodata\n.LC0:\n\t.quad\t.LC1\n.LC1:\n\t.string\t\"a\"\n",
			"\t.section\t.rodata\n.LC0:\n\t.quad\t.LC1\n"
			".LC1:\n\t.string\t\"b\"\n"},
		{"f:\n\tmovq\t$.LC0, %rdi\n", "f:\n\tmovq\t$.LC0, %rdi\n"}},
	{"the function that is called", {"", ""}, {"f:\n\tcall\tg\n", "f:\n\tcall\th\n"}},
	{"what is in the cold part", {"", ""},
		{"f:\n\tnop\n\tud2\n", "f:\n\tnop\nf.cold:\n\tud2\n"}},
	{"the cold part", {"", ""},
		{"f:\n\tnop\nf.cold:\n\tud2\n", "f:\n\tnop\nf.cold:\n\tnop\n"}},
};

static void check_pairs(const struct text_pair *pairs, size_t count, bool is_same)
{
	for (size_t i = 0; i < count; i++) {
		struct digest one = hash(pairs[i].data[0], pairs[i].function[0]);
		struct digest other = hash(pairs[i].data[1], pairs[i].function[1]);
		bool is_equal = one.high == other.high && one.low == other.low;
		UNIT_CHECK(is_equal == is_same);
		if (is_equal != is_same)
			printf("    %s\n", pairs[i].what);
	}
}

/* Two constants that refer to each other have a hash, and come to an end. */
static void test_circle(void)
{
	static const char circle[] = "\t.section\t.rodata\n.LC0:\n\t.quad\t.LC1\n"
				     ".LC1:\n\t.quad\t.LC0\n\t.long\t%d\n";
	char one[128];
	char other[128];
	snprintf(one, sizeof(one), circle, 1);
	snprintf(other, sizeof(other), circle, 2);
	static const char function[] = "f:\n\tmovq\t$.LC0, %rdi\n";
	UNIT_CHECK(hash(one, function).low == hash(one, function).low);
	UNIT_CHECK(hash(one, function).low != hash(other, function).low);
}

int main(void)
{
	check_pairs(same, sizeof(same) / sizeof(same[0]), true);
	check_pairs(different, sizeof(different) / sizeof(different[0]), false);
	test_circle();
	return unit_end();
}
