// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/site_table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "abi/update.h"
#include "differ/elf/elf_object.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/module_image.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

enum { CALL = 0xe8, JUMP = 0xe9, SHORT_JUMP = 0xeb, PREFIX_CS = 0x2e, ESCAPE = 0x0f };

struct site_array {
	struct patch_site *items;
	size_t count;
	size_t capacity;
};

struct site_reading {
	const struct kernel_image *image;
	const struct module_image *module; /* whose image it is; NULL: vmlinux */
	const struct kernel_layout *layout;
	struct site_array sites;
};

/* One table: the linker script's marks around it in vmlinux, its section in a module, the
 * size of an entry, and who reads one. */
struct table_kind {
	const char *start;
	const char *end;
	const char *section;
	uint64_t (*entry_size)(const struct kernel_layout *layout);
	struct error *(*read)(
		struct site_reading *reading, const uint8_t *entry, uint64_t address);
};

static struct error *site_problem(
	const struct site_reading *reading, uint64_t address, const char *what)
{
	uint64_t offset = address;
	const char *section = reading->module ? module_image_find_section(
							reading->module, address, &offset)
					      : NULL;
	return error_refused("unknown-site", "%s: %s+0x%" PRIx64 ": %s",
		reading->image->object->path, section ? section : "", offset, what);
}

static int32_t read_signed(const uint8_t *field)
{
	int32_t value;
	memcpy(&value, field, sizeof(value));
	return value;
}

/* A field that holds the distance from itself to what it means. */
static uint64_t read_relative(const uint8_t *entry, uint64_t address, uint32_t offset)
{
	return address + offset + (uint64_t)(int64_t)read_signed(entry + offset);
}

/* The same, of 64 bits. */
static uint64_t read_relative_long(
	const uint8_t *entry, uint64_t address, uint32_t offset)
{
	int64_t distance;
	memcpy(&distance, entry + offset, sizeof(distance));
	return address + offset + (uint64_t)distance;
}

static void site_add_place(struct patch_site *site, uint32_t field, uint64_t address)
{
	site->places[site->place_count++] =
		(struct site_place){.field = field, .address = address};
}

static struct patch_site *site_add(
	struct site_reading *reading, uint64_t address, uint16_t kind, uint16_t length)
{
	struct patch_site *site = array_add(&reading->sites);
	site->order = (uint32_t)reading->sites.count;
	site->address = address;
	site->kind = kind;
	site->length = length;
	return site;
}

static void site_set_data(struct patch_site *site, const void *data, size_t size)
{
	site->data = memory_allocate(size);
	memcpy(site->data, data, size);
	site->data_size = size;
}

/* The length of the call, jmp or jcc with a 32-bit displacement at the address, by its
 * first bytes; 0 if it is something else. */
static uint16_t branch_length(const uint8_t *code)
{
	if (code[0] == CALL || code[0] == JUMP)
		return 5;
	if (code[0] == PREFIX_CS && (code[1] == CALL || code[1] == JUMP))
		return 6;
	return code[0] == ESCAPE && (code[1] & 0xf0) == 0x80 ? 6 : 0;
}

/* Does the loader fill in something of a replacement but where its call or jmp leads? */
static bool replacement_is_relocated(
	const struct site_reading *reading, uint64_t from, uint64_t size, bool is_branch)
{
	const struct elf_section *section =
		reading->module ? kernel_image_find_section(reading->image, from) : NULL;
	uint64_t start = section ? from - section->address : 0;
	for (size_t i = 0; section && i < section->reloc_count; i++) {
		uint64_t offset = section->relocs[i].offset - start;
		if (section->relocs[i].offset >= start && offset < size &&
			!(is_branch && offset == 1))
			return true;
	}
	return false;
}

static struct error *site_read_alternative(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	const struct kernel_layout *layout = reading->layout;
	uint64_t code = read_relative(entry, address, layout->alternative_original);
	uint64_t from = read_relative(entry, address, layout->alternative_replacement);
	uint8_t length = entry[layout->alternative_original_length];
	uint8_t size = entry[layout->alternative_replacement_length];
	uint16_t feature;
	memcpy(&feature, entry + layout->alternative_feature, sizeof(feature));
	union {
		struct ksplice_alternative_site data;
		uint8_t room[sizeof(struct ksplice_alternative_site) + UINT8_MAX];
	} form = {.data = {.feature = feature,
			  .size = size,
			  .destination = {.target = KSPLICE_NO_TARGET,
				  .section = KSPLICE_NO_SECTION}}};
	if (size > length)
		return site_problem(
			reading, code, "its alternative is longer than the site");
	const uint8_t *bytes =
		size ? kernel_image_find_bytes(reading->image, from, size) : NULL;
	if (size && !bytes)
		return site_problem(reading, code, "its alternative is not in the image");
	if (bytes)
		memcpy(form.data.bytes, bytes, size);
	/* apply_alternatives() (arch/x86/kernel/alternative.c) adjusts one call or jmp to
	 * the site's place. */
	bool is_branch = size == 5 && (bytes[0] == CALL || bytes[0] == JUMP);
	struct patch_site *site =
		site_add(reading, code, KSPLICE_SITE_ALTERNATIVE, length);
	if (is_branch)
		site_add_place(site,
			offsetof(struct ksplice_alternative_site, destination),
			from + size + (uint64_t)(int64_t)read_signed(bytes + 1));
	/* Its displacement counts from there, and is not the module's own. */
	if (is_branch && reading->module)
		memset(form.data.bytes + 1, 0, size - 1u);
	if (replacement_is_relocated(reading, from, size, is_branch))
		site->problem = "has an alternative with addresses in it";
	site_set_data(site, &form, sizeof(form.data) + size);
	return NULL;
}

static struct error *site_read_paravirt(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	const struct elf_symbol *table =
		kernel_image_find_global(reading->image, "pv_ops");
	uint64_t code;
	(void)address;
	memcpy(&code, entry + reading->layout->paravirt_code, sizeof(code));
	if (!table)
		return site_problem(
			reading, code, "is a paravirt call, but there is no pv_ops");
	uint8_t type = entry[reading->layout->paravirt_type];
	struct ksplice_paravirt_site data = {0};
	struct patch_site *site = site_add(reading, code, KSPLICE_SITE_PARAVIRT,
		entry[reading->layout->paravirt_length]);
	site_add_place(site, offsetof(struct ksplice_paravirt_site, ops),
		table->value + type * sizeof(uint64_t));
	site_set_data(site, &data, sizeof(data));
	return NULL;
}

/* The thunks' names by the number of their register, as asm/GEN-for-each-reg.h has it. */
static const char *const thunk_registers[16] = {
	"rax",
	"rcx",
	"rdx",
	"rbx",
	"rsp",
	"rbp",
	"rsi",
	"rdi",
	"r8",
	"r9",
	"r10",
	"r11",
	"r12",
	"r13",
	"r14",
	"r15",
};

static bool thunk_find_register(
	const struct kernel_image *image, uint64_t target, uint32_t *number)
{
	for (uint32_t i = 0; i < 16; i++) {
		char name[40] = "__x86_indirect_thunk_";
		strcat(name, thunk_registers[i]);
		const struct elf_symbol *thunk = kernel_image_find_global(image, name);
		if (thunk && thunk->value == target) {
			*number = i;
			return true;
		}
	}
	return false;
}

static struct error *site_read_retpoline(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	uint64_t code = read_relative(entry, address, 0);
	const uint8_t *bytes = kernel_image_find_bytes(reading->image, code, 6);
	uint16_t length = bytes ? branch_length(bytes) : 0;
	if (!length)
		return site_problem(reading, code, "is not a call of a retpoline thunk");
	uint64_t target =
		code + length + (uint64_t)(int64_t)read_signed(bytes + length - 4);
	struct ksplice_retpoline_site data = {0};
	if (!thunk_find_register(reading->image, target, &data.reg))
		return site_problem(
			reading, code, "is a retpoline site without a thunk's address");
	struct patch_site *site = site_add(reading, code, KSPLICE_SITE_RETPOLINE, length);
	site_set_data(site, &data, sizeof(data));
	return NULL;
}

static struct error *site_read_return(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	uint64_t code = read_relative(entry, address, 0);
	const uint8_t *bytes = kernel_image_find_bytes(reading->image, code, 5);
	uint16_t length = bytes ? branch_length(bytes) : 0;
	if (!length)
		return site_problem(reading, code, "is not a jump to the return thunk");
	site_add(reading, code, KSPLICE_SITE_RETURN, length);
	return NULL;
}

/* The symbol at the address with that prefix; its name's rest. */
static const char *symbol_find_rest(
	const struct kernel_image *image, uint64_t address, const char *prefix)
{
	for (size_t i = kernel_image_find_position(image, prefix);
		i < image->symbol_count &&
		text_has_prefix(image->by_name[i]->name, prefix);
		i++) {
		if (image->by_name[i]->value == address)
			return image->by_name[i]->name + strlen(prefix);
	}
	return NULL;
}

static struct error *site_read_static_call(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	static const uint64_t flags =
		3; /* STATIC_CALL_SITE_FLAGS, linux/static_call_types.h */
	const struct kernel_layout *layout = reading->layout;
	const struct kernel_image *image = reading->image;
	uint64_t code = read_relative(entry, address, layout->static_call_code);
	uint64_t key = read_relative(entry, address, layout->static_call_key) & ~flags;
	const uint8_t *bytes = kernel_image_find_bytes(image, code, 6);
	uint16_t length = bytes ? branch_length(bytes) : 0;
	if (!length)
		return site_problem(reading, code, "is not a static call");
	const char *name = symbol_find_rest(image, key, "__SCK__");
	/* Of what is exported for modules to call alone, they name the trampoline, and
	 * the loader finds the key (tramp_key_lookup). */
	bool has_key = name;
	if (!name)
		name = symbol_find_rest(image, key, "__SCT__");
	if (!name)
		return site_problem(
			reading, code, "is a static call of a key without a name");
	char *trampoline_name = memory_format("__SCT__%s", name);
	const struct elf_symbol *trampoline =
		kernel_image_find_global(image, trampoline_name);
	free(trampoline_name);
	if (!trampoline)
		return site_problem(
			reading, code, "is a static call without a trampoline");
	struct ksplice_static_call_site data = {0};
	struct patch_site *site =
		site_add(reading, code, KSPLICE_SITE_STATIC_CALL, length);
	site_add_place(
		site, offsetof(struct ksplice_static_call_site, key), has_key ? key : 0);
	site->places[0].name = has_key ? NULL : memory_format("__SCK__%s", name);
	site_add_place(site, offsetof(struct ksplice_static_call_site, trampoline),
		trampoline->value);
	site_set_data(site, &data, sizeof(data));
	return NULL;
}

static struct error *site_read_jump_label(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	static const uint64_t flags = 3; /* of a jump entry's key, linux/jump_label.h */
	const struct kernel_layout *layout = reading->layout;
	uint64_t code = read_relative(entry, address, layout->jump_code);
	uint64_t target = read_relative(entry, address, layout->jump_target);
	const uint8_t *bytes = kernel_image_find_bytes(reading->image, code, 2);
	uint16_t length = 0;
	if (bytes && (bytes[0] == JUMP || (bytes[0] == ESCAPE && bytes[1] == 0x1f)))
		length = 5;
	else if (bytes &&
		 (bytes[0] == SHORT_JUMP || (bytes[0] == 0x66 && bytes[1] == 0x90)))
		length = 2;
	if (!length)
		return site_problem(reading, code, "is not a jump label");
	uint64_t key = read_relative_long(entry, address, layout->jump_key);
	struct ksplice_jump_label_site data = {
		.flags = key & 1 ? KSPLICE_JUMP_LABEL_BRANCH : 0};
	struct patch_site *site =
		site_add(reading, code, KSPLICE_SITE_JUMP_LABEL, length);
	site_add_place(
		site, offsetof(struct ksplice_jump_label_site, destination), target);
	site_add_place(site, offsetof(struct ksplice_jump_label_site, key), key & ~flags);
	site_set_data(site, &data, sizeof(data));
	return NULL;
}

static struct error *site_read_lock(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	uint64_t code = read_relative(entry, address, 0);
	uint64_t offset;
	/* Of a module, the kernel patches those in .text alone (module_finalize,
	 * arch/x86/kernel/module.c). */
	if (reading->module &&
		strcmp(module_image_find_section(reading->module, code, &offset),
			".text") != 0)
		return NULL;
	site_add(reading, code, KSPLICE_SITE_LOCK, 1);
	return NULL;
}

static struct error *site_read_fentry(
	struct site_reading *reading, const uint8_t *entry, uint64_t address)
{
	uint64_t code;
	(void)address;
	memcpy(&code, entry, sizeof(code));
	site_add(reading, code, KSPLICE_SITE_FENTRY, 5);
	return NULL;
}

static uint64_t alternative_size(const struct kernel_layout *layout)
{
	return layout->alternative_size;
}

static uint64_t paravirt_size(const struct kernel_layout *layout)
{
	return layout->paravirt_size;
}

static uint64_t jump_size(const struct kernel_layout *layout)
{
	return layout->jump_size;
}

static uint64_t static_call_size(const struct kernel_layout *layout)
{
	return layout->static_call_size;
}

static uint64_t offset_size(const struct kernel_layout *layout)
{
	(void)layout;
	return sizeof(int32_t);
}

static uint64_t pointer_size(const struct kernel_layout *layout)
{
	(void)layout;
	return sizeof(uint64_t);
}

/* Marks: arch/x86/kernel/vmlinux.lds.S, include/asm-generic/vmlinux.lds.h */
static const struct table_kind table_kinds[] = {
	{"__alt_instructions", "__alt_instructions_end", ".altinstructions",
		alternative_size, site_read_alternative},
	{"__parainstructions", "__parainstructions_end", ".parainstructions",
		paravirt_size, site_read_paravirt},
	{"__retpoline_sites", "__retpoline_sites_end", ".retpoline_sites", offset_size,
		site_read_retpoline},
	{"__return_sites", "__return_sites_end", ".return_sites", offset_size,
		site_read_return},
	{"__start_static_call_sites", "__stop_static_call_sites", ".static_call_sites",
		static_call_size, site_read_static_call},
	{"__start___jump_table", "__stop___jump_table", "__jump_table", jump_size,
		site_read_jump_label},
	{"__smp_locks", "__smp_locks_end", ".smp_locks", offset_size, site_read_lock},
	{"__start_mcount_loc", "__stop_mcount_loc", "__mcount_loc", pointer_size,
		site_read_fentry},
};

/* Where the table is; an empty range if it is not in this configuration. */
static void site_find_table(const struct site_reading *reading,
	const struct table_kind *kind, uint64_t *address, uint64_t *size)
{
	const struct kernel_image *image = reading->image;
	*address = 0;
	*size = 0;
	if (reading->module) {
		const struct elf_section *section =
			elf_object_find_section(image->object, kind->section);
		*address = section ? section->address : 0;
		*size = section ? section->size : 0;
		return;
	}
	const struct elf_symbol *start = kernel_image_find_global(image, kind->start);
	const struct elf_symbol *end = kernel_image_find_global(image, kind->end);
	if (!start || !end)
		return;
	*address = start->value;
	*size = end->value - start->value;
}

static struct error *site_read_table(
	struct site_reading *reading, const struct table_kind *kind)
{
	uint64_t address;
	uint64_t size;
	site_find_table(reading, kind, &address, &size);
	if (!size)
		return NULL;
	uint64_t entry_size = kind->entry_size(reading->layout);
	const uint8_t *entries = kernel_image_find_bytes(reading->image, address, size);
	if (!entries || !entry_size || size % entry_size)
		return error_refused("unknown-layout",
			"%s: %s: not a table of entries of %" PRIu64 " bytes",
			reading->image->object->path, kind->section, entry_size);
	for (uint64_t at = 0; at < size; at += entry_size)
		try(kind->read(reading, entries + at, address + at));
	return NULL;
}

/* At one address, alternatives go before what they may contain, in their own order. */
static int site_compare(const void *left, const void *right)
{
	const struct patch_site *a = left;
	const struct patch_site *b = right;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->length != b->length)
		return a->length > b->length ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

struct error *site_table_read(const struct kernel_image *image,
	const struct module_image *module, const struct kernel_layout *layout,
	struct site_table *table)
{
	struct site_reading reading = {image, module, layout, {0}};
	struct error *error = NULL;
	for (size_t i = 0; i < sizeof(table_kinds) / sizeof(table_kinds[0]) && !error;
		i++)
		error = site_read_table(&reading, &table_kinds[i]);
	struct site_table read = {reading.sites.items, reading.sites.count};
	if (error) {
		site_table_deinit(&read);
		return error;
	}
	qsort(read.sites, read.count, sizeof(*read.sites), site_compare);
	*table = read;
	return NULL;
}

void site_table_deinit(struct site_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->sites[i].data);
		free(table->sites[i].places[0].name);
	}
	free(table->sites);
	*table = (struct site_table){0};
}

const struct patch_site *site_table_find(
	const struct site_table *table, uint64_t address, uint64_t size, size_t *count)
{
	size_t low = 0;
	size_t high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table->sites[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	size_t end = low;
	while (end < table->count && table->sites[end].address < address + size)
		end++;
	*count = end - low;
	return table->sites + low;
}

static const char *const kind_names[] = {
	[KSPLICE_SITE_ABSOLUTE] = "an address",
	[KSPLICE_SITE_NEGATIVE] = "a per-cpu reference",
	[KSPLICE_SITE_FENTRY] = "the fentry call",
	[KSPLICE_SITE_ALTERNATIVE] = "an alternative",
	[KSPLICE_SITE_PARAVIRT] = "a paravirt call",
	[KSPLICE_SITE_RETPOLINE] = "a retpoline",
	[KSPLICE_SITE_RETURN] = "a return",
	[KSPLICE_SITE_STATIC_CALL] = "a static call",
	[KSPLICE_SITE_JUMP_LABEL] = "a jump label",
	[KSPLICE_SITE_LOCK] = "a lock prefix",
	[KSPLICE_SITE_RELOCATION] = "a relocation",
};

const char *site_kind_name(uint16_t kind)
{
	size_t count = sizeof(kind_names) / sizeof(kind_names[0]);
	return kind < count && kind_names[kind] ? kind_names[kind] : "an unknown site";
}
