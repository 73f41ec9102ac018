// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile_list.c - publishes lists of symbols that are not true, or not well made
 *
 *   hostile_list                 lists the cases
 *   hostile_list CASE MODULE.ko  the list of this update is what is lied about
 *
 * Exit status 1 unless the core refuses the lie with the reason that it must have.
 */
#include "tests/vm/guest/hostile.h"

static struct ksplice_target *targets(void)
{
	return (void *)(list_header() + 1);
}

static char *name_of(const struct ksplice_symbol *symbol)
{
	return list_strings() + symbol->name;
}

/* The number-th of that kind in the image that has a name in kallsyms, if it can. */
static struct ksplice_symbol *find_kind(__u32 kind, int number)
{
	for (__u32 i = 0; i < list_header()->count; i++) {
		struct ksplice_symbol *symbol = list_symbols() + i;
		if (symbol->kind != kind)
			continue;
		if (kind == KSPLICE_SYMBOL_OFFSET &&
			symbol->kallsyms == KSPLICE_NO_KALLSYMS)
			continue;
		if (!number--)
			return symbol;
	}
	errno = 0;
	end_with("the list has no such symbol");
	return NULL;
}

static struct ksplice_symbol *find_core(const char *name)
{
	for (__u32 i = 0; i < list_header()->count; i++)
		if (!strcmp(name_of(list_symbols() + i), name))
			return list_symbols() + i;
	errno = 0;
	end_with(name);
	return NULL;
}

/* Adds a string to the end of the list. */
static __u32 add_string(const char *text)
{
	__u32 offset = list_header()->strings_size;

	strcpy(list_strings() + offset, text);
	list_header()->strings_size += strlen(text) + 1;
	list.size += strlen(text) + 1;
	return offset;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(name_of(a), name_of(b));
}

/* Publishes what the case has made of the list. */
static int try_list(void)
{
	int number;

	device = open_device();
	number = publish(device, &list);

	close(device);
	return number;
}

static int try_sorted(void)
{
	qsort(list_symbols(), list_header()->count, sizeof(struct ksplice_symbol),
		compare_names);
	return try_list();
}

static int write_nothing(void)
{
	list.size = 0;
	return try_list();
}

static int write_header_only(void)
{
	list.size = sizeof(struct ksplice_symbol_list);
	return try_list();
}

static int write_eight_bytes(void)
{
	list.size = 8;
	return try_list();
}

static int write_half(void)
{
	list.size /= 2;
	return try_list();
}

/* In two halves. */
static int write_twice(void)
{
	struct hostile_bytes half = {
		list.data + list.size / 2, list.size - list.size / 2};
	int number;

	device = open_device();
	number = publish(device, &half);
	close(device);
	return number;
}

static int write_too_much(void)
{
	list.data = realloc(list.data, (16 << 20) + 1);
	list.size = (16 << 20) + 1;
	return try_list();
}

static int write_bad_address(void)
{
	list.data = (char *)4096;
	return try_list();
}

static int claim_huge_count(void)
{
	list_header()->count = 0xffffffff;
	return try_list();
}

static int claim_huge_strings(void)
{
	list_header()->strings_size = 0xffffffff;
	return try_list();
}

static int claim_many_targets(void)
{
	list_header()->target_count = 0x80000000;
	return try_list();
}

/* Each count is possible for itself, and their sum wraps around in 32 bits. */
static int claim_wrapping_counts(void)
{
	list_header()->count += 0x20000000;
	list_header()->strings_size += 0x40000000;
	return try_list();
}

static int send_100001_symbols(void)
{
	struct ksplice_symbol_list made = *list_header();
	struct ksplice_symbol symbol = *find_core(KSPLICE_CORE_LOAD);
	size_t size = sizeof(made) + sizeof(struct ksplice_target) +
		      100001 * sizeof(symbol) + made.strings_size;
	char *data = calloc(1, size);

	made.target_count = 1;
	made.count = 100001;
	memcpy(data, &made, sizeof(made));
	memcpy(data + sizeof(made), targets(), sizeof(struct ksplice_target));
	list = (struct hostile_bytes){data, size};
	for (__u32 i = 0; i < made.count; i++)
		list_symbols()[i] = symbol;
	return try_list();
}

static int exchange_two(void)
{
	struct ksplice_symbol symbol = list_symbols()[0];

	list_symbols()[0] = list_symbols()[1];
	list_symbols()[1] = symbol;
	return try_list();
}

static int name_twice(void)
{
	list_symbols()[1] = list_symbols()[0];
	return try_list();
}

static int leave_string_open(void)
{
	list_strings()[list_header()->strings_size - 1] = 'x';
	return try_list();
}

static int name_outside(void)
{
	list_symbols()[1].name = list_header()->strings_size;
	return try_list();
}

static int kallsyms_outside(void)
{
	find_kind(KSPLICE_SYMBOL_OFFSET, 0)->kallsyms =
		list_header()->strings_size + 4096;
	return try_list();
}

static int use_unknown_kind(void)
{
	list_symbols()[0].kind = 77;
	return try_list();
}

static int use_unknown_target(void)
{
	find_kind(KSPLICE_SYMBOL_OFFSET, 0)->place.target = 1000;
	return try_list();
}

/* The core's function is elsewhere: where the second symbol of the image is. */
static int move_core_load(void)
{
	struct ksplice_symbol *core = find_core(KSPLICE_CORE_LOAD);
	struct ksplice_symbol *image = find_kind(KSPLICE_SYMBOL_OFFSET, 0);

	core->kind = KSPLICE_SYMBOL_OFFSET;
	core->place = image->place;
	core->kallsyms = image->kallsyms;
	return try_list();
}

static int move_core_unload(void)
{
	struct ksplice_symbol *core = find_core(KSPLICE_CORE_UNLOAD);

	core->kind = KSPLICE_SYMBOL_FIXED;
	core->place.target = 0;
	core->place.offset = find_kind(KSPLICE_SYMBOL_OFFSET, 0)->place.offset;
	return try_list();
}

static int give_core_an_address(void)
{
	find_core(KSPLICE_CORE_LOAD)->place.offset = 0x1000;
	return try_list();
}

static int invent_core_function(void)
{
	find_core(KSPLICE_CORE_LOAD)->name = add_string("ksplice_update_steal");
	return try_sorted();
}

/* A function of the core that no update may call. */
static int name_core_static(void)
{
	find_core(KSPLICE_CORE_LOAD)->name = add_string("symbol_provider_publish");
	return try_sorted();
}

/* Each of the two is true by itself, and has the other's name. */
static int exchange_places(void)
{
	struct ksplice_symbol *one = find_kind(KSPLICE_SYMBOL_OFFSET, 0);
	struct ksplice_symbol *two = find_kind(KSPLICE_SYMBOL_OFFSET, 1);
	struct ksplice_symbol kept = *one;

	one->place = two->place;
	one->kallsyms = two->kallsyms;
	two->place = kept.place;
	two->kallsyms = kept.kallsyms;
	return try_list();
}

/* Where kallsyms has no say. */
static int move_without_kallsyms(void)
{
	struct ksplice_symbol *symbol = find_kind(KSPLICE_SYMBOL_OFFSET, 0);

	symbol->place.offset += 16;
	symbol->kallsyms = KSPLICE_NO_KALLSYMS;
	return try_list();
}

static int make_fixed(void)
{
	struct ksplice_symbol *symbol = find_kind(KSPLICE_SYMBOL_OFFSET, 0);

	symbol->kind = KSPLICE_SYMBOL_FIXED;
	symbol->kallsyms = KSPLICE_NO_KALLSYMS;
	return try_list();
}

static int change_fixed(void)
{
	struct ksplice_symbol *symbol = find_kind(KSPLICE_SYMBOL_OFFSET, 0);

	symbol->kind = KSPLICE_SYMBOL_FIXED;
	symbol->kallsyms = KSPLICE_NO_KALLSYMS;
	symbol->name = add_string("fixed:0x10:current_task");
	symbol->place.offset = 0x18;
	return try_sorted();
}

static int shadow_export(const char *export)
{
	find_kind(KSPLICE_SYMBOL_OFFSET, 0)->name = add_string(export);
	return try_sorted();
}

static int shadow_kernel_export(void)
{
	return shadow_export("kfree");
}

/* Of the module that the test has loaded for that. */
static int shadow_module_export(void)
{
	return shadow_export("hostile_test_export");
}

static int leave_the_image(void)
{
	struct ksplice_symbol *symbol = find_kind(KSPLICE_SYMBOL_OFFSET, 0);

	symbol->place.offset = 0x7f000000;
	symbol->kallsyms = KSPLICE_NO_KALLSYMS;
	symbol->name = add_string("vmlinux:0x7f000000:nowhere");
	return try_sorted();
}

static int misname_for_kallsyms(void)
{
	struct ksplice_symbol *symbol = find_kind(KSPLICE_SYMBOL_OFFSET, 0);
	char name[128];

	snprintf(name, sizeof(name), "vmlinux:0x%llx:commit_creds",
		(unsigned long long)symbol->place.offset);
	symbol->name = add_string(name);
	symbol->kallsyms = symbol->name + (strrchr(name, ':') + 1 - name);
	return try_sorted();
}

static int name_another_build(void)
{
	targets()[0].build_id[0] ^= 1;
	return try_list();
}

/* The first target is of that kind, and has that name. */
static int try_target(enum ksplice_target_kind kind, const char *name)
{
	targets()[0].kind = kind;
	strncpy(targets()[0].name, name, sizeof(targets()[0].name));
	return try_list();
}

static int name_unknown_module(void)
{
	return try_target(KSPLICE_TARGET_MODULE, "no_such_module");
}

static int name_unknown_parent(void)
{
	return try_target(KSPLICE_TARGET_UPDATE, "ksplice_nosuchid");
}

/* A module that is loaded, and was built otherwise. */
static int name_module_of_another_build(void)
{
	return try_target(KSPLICE_TARGET_MODULE, "exporter");
}

static int use_reserved(void)
{
	find_kind(KSPLICE_SYMBOL_OFFSET, 0)->reserved = 1;
	return try_list();
}

static const struct hostile_case cases[] = {
	{"list-of-nothing", write_nothing, ENOEXEC, "symbol list: is not a symbol list"},
	{"list-of-8-bytes", write_eight_bytes, ENOEXEC, "symbol list: is damaged"},
	{"list-header-only", write_header_only, ENOEXEC, "symbol list: is damaged"},
	{"list-first-half", write_half, ENOEXEC, "symbol list: is damaged"},
	{"list-second-half", write_twice, ENOEXEC, "symbol list: is not a symbol list"},
	{"list-too-large", write_too_much, EFBIG, "symbol list: is larger than"},
	{"list-bad-address", write_bad_address, EFAULT, "symbol list: "},
	{"list-huge-count", claim_huge_count, ENOEXEC, "symbol list: is damaged"},
	{"list-huge-strings", claim_huge_strings, ENOEXEC, "symbol list: is damaged"},
	{"list-many-targets", claim_many_targets, ENOEXEC, "symbol list: is damaged"},
	{"list-wrapping-counts", claim_wrapping_counts, ENOEXEC,
		"symbol list: is damaged"},
	{"list-100001-symbols", send_100001_symbols, ENOEXEC, "with 100001 symbols"},
	{"list-unsorted", exchange_two, ENOEXEC, "is out of order"},
	{"list-name-twice", name_twice, ENOEXEC, "is out of order"},
	{"list-open-string", leave_string_open, ENOEXEC, "its strings are not terminated"},
	{"list-name-outside", name_outside, ENOEXEC, "symbol 1: is damaged"},
	{"list-kallsyms-outside", kallsyms_outside, ENOEXEC, ": is damaged"},
	{"list-unknown-kind", use_unknown_kind, ENOEXEC, "has the unknown kind 77"},
	{"list-unknown-target", use_unknown_target, ENOEXEC, ": is damaged"},
	{"list-reserved", use_reserved, ENOEXEC, ": is damaged"},
	{"list-core-load-elsewhere", move_core_load, ENOEXEC,
		"ksplice_update_load: its name does not agree with its place"},
	{"list-core-unload-fixed", move_core_unload, ENOEXEC,
		"ksplice_update_unload: its name does not agree with its place"},
	{"list-core-with-address", give_core_an_address, ENOEXEC,
		"ksplice_update_load: is damaged"},
	{"list-core-unknown", invent_core_function, ENOEXEC,
		"ksplice_update_steal: not a function of this ksplice.ko"},
	{"list-core-private", name_core_static, ENOEXEC,
		"symbol_provider_publish: not a function of this ksplice.ko"},
	{"list-exchanged-places", exchange_places, ENOEXEC,
		"its name does not agree with its place"},
	{"list-moved-symbol", move_without_kallsyms, ENOEXEC,
		"its name does not agree with its place"},
	{"list-image-symbol-fixed", make_fixed, ENOEXEC,
		"its name does not agree with its place"},
	{"list-other-fixed-value", change_fixed, ENOEXEC,
		"its name does not agree with its place"},
	{"list-kernel-export", shadow_kernel_export, ENOEXEC,
		"kfree: its name does not agree with its place"},
	{"list-module-export", shadow_module_export, ENOEXEC,
		"hostile_test_export: its name does not agree with its place"},
	{"list-outside-image", leave_the_image, EINVAL, "is outside vmlinux"},
	{"list-false-kallsyms", misname_for_kallsyms, EINVAL,
		"kallsyms has no commit_creds"},
	{"list-other-build", name_another_build, EINVAL, "build-id"},
	{"list-unknown-module", name_unknown_module, ENOENT,
		"its target no_such_module is not loaded"},
	{"list-unknown-parent", name_unknown_parent, ENOENT, "ksplice_nosuchid"},
	{"list-other-module-build", name_module_of_another_build, EINVAL, "build-id"},
};

int main(int argc, char **argv)
{
	if (argc == 3)
		read_update("", argv[2], "");
	return run_client(
		cases, sizeof(cases) / sizeof(cases[0]), argc == 3 ? argv[1] : NULL);
}
