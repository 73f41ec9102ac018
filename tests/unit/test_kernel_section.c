// SPDX-License-Identifier: GPL-2.0-or-later
/* test_kernel_section.c - what the table says of sections, and that it fits together */
#include "differ/elf/kernel_section.h"

#include <elf.h>

#include "abi/record.h"
#include "differ/create/finding.h"
#include "differ/elf/elf_object.h"
#include "tests/unit/unit_test.h"

enum {
	TEXT = SHF_ALLOC | SHF_EXECINSTR,
	WRITABLE = SHF_ALLOC | SHF_WRITE,
	CONSTANT = SHF_ALLOC,
};

static const struct {
	const char *name;
	uint64_t flags;
	enum section_role role;
	enum section_kind kind; /* of code and data */
	bool is_known;
} cases[] = {
	{".text", TEXT, SECTION_CODE, SECTION_KIND_TEXT, true},
	{".text.fork", TEXT, SECTION_CODE, SECTION_KIND_TEXT, true},
	{".text.unlikely.fork", TEXT, SECTION_CODE, SECTION_KIND_TEXT, true},
	{".text..__x86.return_thunk", TEXT, SECTION_CODE, SECTION_KIND_SPECIAL_TEXT,
		true},
	{".init.text", TEXT, SECTION_CODE, SECTION_KIND_INIT, true},
	{".exit.text", TEXT, SECTION_CODE, SECTION_KIND_INIT, true},
	{".noinstr.text", TEXT, SECTION_CODE, SECTION_KIND_SPECIAL_TEXT, true},
	{".ref.text", TEXT, SECTION_CODE, SECTION_KIND_TEXT, true},
	{".sched.text" KSPLICE_SPLIT_MARK "x", TEXT, SECTION_CODE,
		SECTION_KIND_SPECIAL_TEXT, true},
	{".ref.text" KSPLICE_SPLIT_MARK "x", TEXT, SECTION_CODE, SECTION_KIND_TEXT, true},
	{".own.text", TEXT, SECTION_CODE, SECTION_KIND_SPECIAL_TEXT, false},
	{".data.x", WRITABLE, SECTION_DATA, SECTION_KIND_WRITABLE, true},
	{".bss.x", WRITABLE, SECTION_DATA, SECTION_KIND_WRITABLE, true},
	{".data..read_mostly", WRITABLE, SECTION_DATA, SECTION_KIND_WRITABLE, true},
	{".data..ro_after_init", WRITABLE, SECTION_DATA, SECTION_KIND_RO_AFTER_INIT,
		true},
	{".data..percpu..shared_aligned", WRITABLE, SECTION_DATA, SECTION_KIND_PER_CPU,
		true},
	/* As the plugin splits them. */
	{".data..ro_after_init" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA,
		SECTION_KIND_RO_AFTER_INIT, true},
	{".data..percpu" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA,
		SECTION_KIND_PER_CPU, true},
	{".ref.data" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA,
		SECTION_KIND_WRITABLE, true},
	{".ref.rodata" KSPLICE_SPLIT_MARK "x", CONSTANT, SECTION_DATA,
		SECTION_KIND_CONSTANT, true},
	{".meminit.data" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA,
		SECTION_KIND_WRITABLE, true},
	{".meminit.rodata" KSPLICE_SPLIT_MARK "x", CONSTANT, SECTION_DATA,
		SECTION_KIND_CONSTANT, true},
	{".init.data" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA, SECTION_KIND_INIT,
		true},
	{".exit.data" KSPLICE_SPLIT_MARK "x", WRITABLE, SECTION_DATA, SECTION_KIND_INIT,
		true},
	{".rodata.x", CONSTANT, SECTION_DATA, SECTION_KIND_CONSTANT, true},
	/* The name promises what the flags do not keep. */
	{".rodata.x", WRITABLE, SECTION_DATA, SECTION_KIND_WRITABLE, true},
	{".rodata.str1.1", CONSTANT | SHF_MERGE | SHF_STRINGS, SECTION_MERGED,
		SECTION_KIND_CONSTANT, true},
	{".init.data", WRITABLE, SECTION_DATA, SECTION_KIND_INIT, true},
	{".init.rodata", CONSTANT, SECTION_DATA, SECTION_KIND_INIT, true},
	{".init.setup", CONSTANT, SECTION_ONCE, 0, true},
	{".own_table", CONSTANT, SECTION_DATA, SECTION_KIND_CONSTANT, false},
	{".own_table", WRITABLE, SECTION_DATA, SECTION_KIND_WRITABLE, false},
	{"__bug_table", WRITABLE, SECTION_TABLE, 0, true},
	{"___ksymtab+fork", CONSTANT, SECTION_ONCE, 0, true},
	{".modinfo", CONSTANT, SECTION_ONCE, 0, true},
	{"__dyndbg_classes", WRITABLE, SECTION_ONCE, 0, true},
	{".debug_info", 0, SECTION_IGNORED, 0, true},
	{".own_note", 0, SECTION_IGNORED, 0, true},
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct elf_section section = {
			.name = cases[i].name,
			.type = SHT_PROGBITS,
			.flags = cases[i].flags,
			.size = 8,
		};
		bool is_right = kernel_section_role(&section) == cases[i].role &&
				kernel_section_is_known(&section) == cases[i].is_known;
		if (cases[i].role == SECTION_CODE || cases[i].role == SECTION_DATA)
			is_right &= kernel_section_kind(&section) == cases[i].kind;
		if (!is_right)
			printf("%s:\n", section.name);
		UNIT_CHECK(is_right);
	}
}

/* Whatever acts once is refused by a kind of finding that exists. */
static void test_reasons(void)
{
	static const char *const once[] = {"__ksymtab", ".initcall6.init", "__param",
		".modinfo", ".init.setup", ".pci_fixup_final", "__tracepoints",
		"__dyndbg_classes", ".static_call_tramp_key", ".lsm_info.init"};
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		const struct kernel_section *row = kernel_section_find(once[i]);
		UNIT_CHECK(row && row->reason && row->what);
		UNIT_CHECK(row && finding_find_kind(row->reason) != FINDING_OTHER);
	}
}

int main(void)
{
	test_cases();
	test_reasons();
	return unit_end();
}
