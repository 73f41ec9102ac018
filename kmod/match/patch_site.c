// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/patch_site.h"

#include <linux/cache.h>
#include <linux/elf.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/static_call_types.h>
#include <linux/string.h>

#include <asm/cpufeature.h>
#include <asm/text-patching.h>

#include "abi/update.h"
#include "kmod/kernel/target.h"
#include "kmod/kernel/target_table.h"
#include "kmod/match/fentry_kind.h"

enum opcode {
	OPCODE_ESCAPE = 0x0f,
	PREFIX_LOCK = 0xf0,
	PREFIX_CS = 0x2e,
	PREFIX_DS = 0x3e,
};

#define LONGEST_SITE 255 /* struct alt_instr has one byte for the length */

static bool has_place(
	const struct patch_site *patch, const struct ksplice_place *place, u64 size)
{
	unsigned long address;

	return target_table_resolve(patch->targets, place, size, &address);
}

static bool is_no_place(const struct ksplice_place *place)
{
	return place->target == KSPLICE_NO_TARGET &&
	       place->section == KSPLICE_NO_SECTION;
}

static bool is_in_image(const struct patch_site *patch)
{
	return patch->target->kind == KSPLICE_TARGET_IMAGE;
}

/* call, jmp or jcc with four bytes of distance: how long is it? 0: it is none. */
static size_t measure_branch(const u8 *code, size_t size)
{
	if (code[0] == CALL_INSN_OPCODE || code[0] == JMP32_INSN_OPCODE)
		return CALL_INSN_SIZE;
	if (size < 2)
		return 0;
	if (code[0] == PREFIX_CS &&
		(code[1] == CALL_INSN_OPCODE || code[1] == JMP32_INSN_OPCODE))
		return CALL_INSN_SIZE + 1;
	return code[0] == OPCODE_ESCAPE && (code[1] & 0xf0) == 0x80 ? 6 : 0;
}

static bool is_branch(const struct patch_site *patch)
{
	size_t length = patch->site->length;

	return measure_branch(patch->linked, length) == length;
}

static bool is_alternative_valid(const struct patch_site *patch)
{
	const struct ksplice_alternative_site *data = (const void *)patch->data;
	u32 feature = data->feature & ~KSPLICE_FEATURE_NOT;

	if (data->size > patch->site->length ||
		data->size != patch->site->data_size - sizeof(*data) ||
		feature >= (NCAPINTS + NBUGINTS) * 32)
		return false;
	if (is_no_place(&data->destination))
		return !data->destination.offset;
	return data->size == CALL_INSN_SIZE &&
	       (data->bytes[0] == CALL_INSN_OPCODE ||
		       data->bytes[0] == JMP32_INSN_OPCODE) &&
	       has_place(patch, &data->destination, 0);
}

static bool is_paravirt_valid(const struct patch_site *patch)
{
	const struct ksplice_paravirt_site *data = (const void *)patch->data;

	return patch->site->length >= CALL_INSN_SIZE &&
	       has_place(patch, &data->ops, sizeof(void *));
}

static bool is_retpoline_valid(const struct patch_site *patch)
{
	const struct ksplice_retpoline_site *data = (const void *)patch->data;

	return is_branch(patch) && data->reg < 16 && !data->reserved;
}

static bool is_static_call_valid(const struct patch_site *patch)
{
	const struct ksplice_static_call_site *data = (const void *)patch->data;

	return is_branch(patch) && patch->linked[0] != PREFIX_CS &&
	       has_place(patch, &data->key, sizeof(struct static_call_key)) &&
	       has_place(patch, &data->trampoline, 1);
}

static bool is_jump_label_valid(const struct patch_site *patch)
{
	const struct ksplice_jump_label_site *data = (const void *)patch->data;

	return has_place(patch, &data->destination, 1) &&
	       has_place(patch, &data->key, sizeof(struct static_key)) &&
	       !(data->flags & ~KSPLICE_JUMP_LABEL_BRANCH) && !data->reserved;
}

static bool is_lock(const struct patch_site *patch)
{
	return patch->linked[0] == PREFIX_LOCK || patch->linked[0] == PREFIX_DS;
}

static const struct relocation_type {
	u32 type;
	u32 length;
} relocation_types[] = {
	{R_X86_64_64, 8},
	{R_X86_64_PC64, 8},
	{R_X86_64_32, 4},
	{R_X86_64_32S, 4},
	{R_X86_64_PC32, 4},
	{R_X86_64_PLT32, 4},
};

static bool is_relocation_valid(const struct patch_site *patch)
{
	const struct ksplice_relocation_site *data = (const void *)patch->data;
	size_t i;

	if (is_in_image(patch) || data->reserved ||
		(!is_no_place(&data->symbol) && !has_place(patch, &data->symbol, 0)))
		return false;
	for (i = 0; i < ARRAY_SIZE(relocation_types); i++)
		if (relocation_types[i].type == data->type)
			return relocation_types[i].length == patch->site->length;
	return false;
}

/* What boot, or the loader of a module, does first. */
enum site_step {
	STEP_ADDRESS,
	STEP_PARAVIRT,
	STEP_RETPOLINE,
	STEP_RETURN,
	STEP_ALTERNATIVE, /* these may hold those before */
	STEP_LOCK,
	STEP_LIVE,
};

struct site_kind {
	const char *name;
	enum site_step step;
	u64 lengths;   /* bit n: a length of n is possible; 0: any up to LONGEST_SITE */
	u32 data_size; /* of its struct */
	bool has_tail; /* data may go on behind the struct */
	bool is_rewritten; /* after boot */
	void (*write)(const struct site_view *view);
	bool (*is_valid)(const struct patch_site *patch);
};

static const struct site_kind site_kinds[] = {
	[KSPLICE_SITE_ABSOLUTE] =
		{
			.name = "absolute address",
			.step = STEP_ADDRESS,
			.lengths = BIT(4) | BIT(8),
			.write = site_form_absolute,
			.is_valid = is_in_image,
		},
	[KSPLICE_SITE_NEGATIVE] =
		{
			.name = "per-cpu offset",
			.step = STEP_ADDRESS,
			.lengths = BIT(4),
			.write = site_form_negative,
			.is_valid = is_in_image,
		},
	[KSPLICE_SITE_FENTRY] =
		{
			.name = "fentry",
			.step = STEP_LIVE,
			.lengths = BIT(FENTRY_SIZE),
			.is_rewritten = true,
			.write = site_form_fentry,
		},
	[KSPLICE_SITE_ALTERNATIVE] =
		{
			.name = "alternative",
			.step = STEP_ALTERNATIVE,
			.data_size = sizeof(struct ksplice_alternative_site),
			.has_tail = true,
			.write = site_form_alternative,
			.is_valid = is_alternative_valid,
		},
	[KSPLICE_SITE_PARAVIRT] =
		{
			.name = "paravirt",
			.step = STEP_PARAVIRT,
			.data_size = sizeof(struct ksplice_paravirt_site),
			.write = site_form_paravirt,
			.is_valid = is_paravirt_valid,
		},
	[KSPLICE_SITE_RETPOLINE] =
		{
			.name = "retpoline",
			.step = STEP_RETPOLINE,
			.lengths = BIT(5) | BIT(6),
			.data_size = sizeof(struct ksplice_retpoline_site),
			.write = site_form_retpoline,
			.is_valid = is_retpoline_valid,
		},
	[KSPLICE_SITE_RETURN] =
		{
			.name = "return",
			.step = STEP_RETURN,
			.lengths = BIT(5),
			.write = site_form_return,
			.is_valid = is_branch,
		},
	[KSPLICE_SITE_STATIC_CALL] =
		{
			.name = "static call",
			.step = STEP_LIVE,
			.lengths = BIT(5) | BIT(6),
			.data_size = sizeof(struct ksplice_static_call_site),
			.is_rewritten = true,
			.write = site_form_static_call,
			.is_valid = is_static_call_valid,
		},
	[KSPLICE_SITE_JUMP_LABEL] =
		{
			.name = "jump label",
			.step = STEP_LIVE,
			.lengths = BIT(2) | BIT(5),
			.data_size = sizeof(struct ksplice_jump_label_site),
			.is_rewritten = true,
			.write = site_form_jump_label,
			.is_valid = is_jump_label_valid,
		},
	[KSPLICE_SITE_LOCK] =
		{
			.name = "lock prefix",
			.step = STEP_LOCK,
			.lengths = BIT(1),
			.write = site_form_lock,
			.is_valid = is_lock,
		},
	[KSPLICE_SITE_RELOCATION] =
		{
			.name = "relocation",
			.step = STEP_ADDRESS,
			.lengths = BIT(4) | BIT(8),
			.data_size = sizeof(struct ksplice_relocation_site),
			.write = site_form_relocation,
			.is_valid = is_relocation_valid,
		},
};

static const struct site_kind *find_kind(unsigned int kind)
{
	return kind < ARRAY_SIZE(site_kinds) && site_kinds[kind].name ? &site_kinds[kind]
								      : NULL;
}

const char *patch_site_name(unsigned int kind)
{
	const struct site_kind *found = find_kind(kind);

	return found ? found->name : "unknown";
}

static bool is_data_size_valid(const struct site_kind *kind, u32 size)
{
	return kind->has_tail ? size >= kind->data_size : size == kind->data_size;
}

bool patch_site_is_valid(const struct patch_site *patch)
{
	const struct ksplice_site *site = patch->site;
	const struct site_kind *kind = find_kind(site->kind);

	if (!kind || !site->length || site->length > LONGEST_SITE)
		return false;
	if (kind->lengths && (site->length > 63 || !(kind->lengths & BIT(site->length))))
		return false;
	if (kind->data_size && (!is_data_size_valid(kind, site->data_size) ||
				       !IS_ALIGNED((unsigned long)patch->data, 8)))
		return false;
	return !kind->is_valid || kind->is_valid(patch);
}

unsigned int patch_site_step(const struct ksplice_site *site)
{
	return find_kind(site->kind)->step;
}

void patch_site_write(const struct site_view *view)
{
	find_kind(view->site->kind)->write(view);
}

bool patch_site_is_rewritten(const struct ksplice_site *site, const u8 *memory)
{
	/* A machine that booted with one CPU turns its locks on with the second. */
	if (site->kind == KSPLICE_SITE_LOCK)
		return memory[0] == PREFIX_DS;
	return find_kind(site->kind)->is_rewritten;
}
