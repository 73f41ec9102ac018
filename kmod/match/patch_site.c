// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/patch_site.h"

#include <linux/kernel.h>
#include <linux/static_call_types.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/unaligned.h>

#include "abi/update.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/running_kernel.h"
#include "kmod/kernel/target_table.h"

enum opcode {
	OPCODE_NOP = 0x90,
	OPCODE_CALL = 0xe8,
	OPCODE_JUMP = 0xe9,
	OPCODE_SHORT_JUMP = 0xeb,
	OPCODE_RETURN = 0xc3,
	OPCODE_INT3 = 0xcc,
	OPCODE_ESCAPE = 0x0f,
	OPCODE_NEAR_JCC = 0x80, /* after OPCODE_ESCAPE; the low half is the condition */
	OPCODE_SHORT_JCC = 0x70,
	PREFIX_LOCK = 0xf0,
	PREFIX_CS = 0x2e,
	PREFIX_DS = 0x3e,
	PREFIX_SIZE = 0x66,
	PREFIX_REX_B = 0x41,
};

#define LONGEST_SITE 255 /* struct alt_instr has one byte for the length */

/* The length of the nop that starts here, 0 if none does. Nops are, after prefixes that
 * mean nothing, 90 and 0f 1f with any operand. */
static size_t measure_nop(const u8 *bytes, size_t size)
{
	size_t length = 0;
	u8 operand;

	while (length < size &&
		(bytes[length] == PREFIX_SIZE || bytes[length] == PREFIX_CS))
		length++;
	if (length < size && bytes[length] == OPCODE_NOP)
		return length + 1;
	if (size - length < 3 || bytes[length] != OPCODE_ESCAPE ||
		bytes[length + 1] != 0x1f)
		return 0;
	operand = bytes[length + 2];
	length += 3;
	if ((operand & 0x07) == 4) /* a SIB byte follows */
		length++;
	if ((operand & 0xc0) == 0x40)
		length += 1;
	else if ((operand & 0xc0) == 0x80)
		length += 4;
	else if (operand & 0xc0 || (operand & 0x07) == 5)
		return 0; /* no form that anybody emits */
	return length <= size ? length : 0;
}

bool patch_site_is_nops(const u8 *bytes, size_t size)
{
	while (size) {
		size_t length = measure_nop(bytes, size);

		if (!length)
			return false;
		bytes += length;
		size -= length;
	}
	return true;
}

/* True if memory holds the bytes, where a run of one-byte nops may have become any mix
 * of nops of the same length. */
static bool is_equal_with_nops(const u8 *memory, const u8 *bytes, size_t size)
{
	size_t i = 0;

	while (i < size) {
		size_t run = 0;

		if (memory[i] == bytes[i]) {
			i++;
			continue;
		}
		while (i + run < size && bytes[i + run] == OPCODE_NOP)
			run++;
		if (!run || !patch_site_is_nops(memory + i, run))
			return false;
		i += run;
	}
	return true;
}

/* A form that is shorter than the site is followed by nops. */
static bool is_form(const struct patch_site_view *view, const u8 *form, size_t size)
{
	u8 whole[LONGEST_SITE];

	if (size > view->site->length)
		return false;
	memset(whole, OPCODE_NOP, sizeof(whole));
	memcpy(whole, form, size);
	return is_equal_with_nops(view->memory, whole, view->site->length);
}

/* Writes the last four bytes of an instruction of that size so that it leads there. */
static void set_destination(u8 *code, size_t size, const struct patch_site_view *view,
	unsigned long destination)
{
	put_unaligned_le32(destination - (view->address + size), code + size - 4);
}

static bool is_branch(
	const struct patch_site_view *view, u8 opcode, unsigned long destination)
{
	u8 code[5] = {opcode};

	set_destination(code, sizeof(code), view, destination);
	return is_form(view, code, sizeof(code));
}

static bool has_place(
	const struct target_table *targets, const struct ksplice_place *place, u64 size)
{
	unsigned long address;

	return target_table_resolve(targets, place, size, &address);
}

/* Of a place that is_valid has looked at. */
static unsigned long find_place(
	const struct patch_site_view *view, const struct ksplice_place *place)
{
	unsigned long address = 0;

	target_table_resolve(view->targets, place, 1, &address);
	return address;
}

static bool accept_absolute(const struct patch_site_view *view)
{
	unsigned long slide = running_kernel_slide();

	if (view->site->length == 8)
		return get_unaligned_le64(view->memory) ==
		       get_unaligned_le64(view->linked) + slide;
	return get_unaligned_le32(view->memory) ==
	       get_unaligned_le32(view->linked) + (u32)slide;
}

static bool accept_negative(const struct patch_site_view *view)
{
	return get_unaligned_le32(view->memory) ==
	       get_unaligned_le32(view->linked) - (u32)running_kernel_slide();
}

static bool accept_fentry(const struct patch_site_view *view)
{
	return view->memory[0] == OPCODE_CALL || measure_nop(view->memory, 5) == 5;
}

/* Data: forms, one after the other, each a byte of length and the bytes. */
static bool accept_alternative(const struct patch_site_view *view)
{
	const u8 *form = view->data;
	const u8 *end = form + view->site->data_size;

	for (; form < end; form += 1 + form[0])
		if (is_form(view, form + 1, form[0]))
			return true;
	return false;
}

static bool is_alternative_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	u32 position = 0;

	while (position < site->data_size)
		position += 1 + data[position];
	return position == site->data_size;
}

/* As paravirt_patch in arch/x86/kernel/paravirt.c. */
static bool accept_paravirt(const struct patch_site_view *view)
{
	const struct ksplice_paravirt_site *data = (const void *)view->data;
	char *function;

	if (copy_from_kernel_nofault(
		    &function, (void *)find_place(view, &data->ops), sizeof(function)))
		return false;
	if (!function)
		function = kernel_private.pv_bug;
	if (!function)
		return false;
	if (function == kernel_private.pv_nop)
		return patch_site_is_nops(view->memory, view->site->length);
	return is_branch(view, OPCODE_CALL, (unsigned long)function);
}

static bool is_paravirt_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	const struct ksplice_paravirt_site *paravirt = (const void *)data;

	return has_place(targets, &paravirt->ops, sizeof(void *));
}

/* call *reg or jmp *reg */
static size_t emit_indirect(u8 *code, bool is_call, unsigned int reg)
{
	size_t size = 0;

	if (reg >= 8)
		code[size++] = PREFIX_REX_B;
	code[size++] = 0xff;
	code[size++] = (is_call ? 0xd0 : 0xe0) + (reg & 7);
	return size;
}

/*
 * As patch_retpoline in arch/x86/kernel/alternative.c: what it makes of a branch to
 * __x86_indirect_thunk_<reg> with the mitigation off (lfence = false) or
 * spectre_v2=retpoline,lfence.
 */
static bool is_direct_branch(const struct patch_site_view *view, bool lfence)
{
	const struct ksplice_retpoline_site *data = (const void *)view->data;
	const u8 *linked = view->linked + (view->linked[0] == PREFIX_CS);
	bool is_call = linked[0] == OPCODE_CALL;
	u8 code[16];
	size_t size = 0;

	if (linked[0] == OPCODE_ESCAPE) { /* jcc: the inverse one skips the jmp *reg */
		code[size++] = OPCODE_SHORT_JCC + ((linked[1] & 0x0f) ^ 1);
		code[size++] = view->site->length - 2;
	}
	if (lfence) {
		memcpy(code + size, "\x0f\xae\xe8", 3);
		size += 3;
	}
	size += emit_indirect(code + size, is_call, data->reg);
	if (!is_call && size < view->site->length)
		code[size++] = OPCODE_INT3;
	return is_form(view, code, size);
}

/*
 * As emit_its_trampoline there: the same branch to another thunk. Thunks may be in pages
 * that were allocated at boot, so the thunk is known by what it does.
 */
static bool is_branch_to_thunk(const struct patch_site_view *view)
{
	const struct ksplice_retpoline_site *data = (const void *)view->data;
	size_t opcode_size = view->site->length - 4;
	unsigned long thunk = view->address + view->site->length +
			      (s32)get_unaligned_le32(view->memory + opcode_size);
	u8 expected[4], found[4];
	size_t size = emit_indirect(expected, false, data->reg);

	expected[size++] = OPCODE_INT3;
	return !memcmp(view->memory, view->linked, opcode_size) &&
	       !copy_from_kernel_nofault(found, (void *)thunk, size) &&
	       !memcmp(found, expected, size);
}

static bool accept_retpoline(const struct patch_site_view *view)
{
	return is_direct_branch(view, false) || is_direct_branch(view, true) ||
	       is_branch_to_thunk(view);
}

static bool is_retpoline_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	const struct ksplice_retpoline_site *retpoline = (const void *)data;

	return retpoline->reg < 16 && !retpoline->reserved;
}

/* As patch_return there. */
static bool accept_return(const struct patch_site_view *view)
{
	static const u8 plain[] = {
		OPCODE_RETURN, OPCODE_INT3, OPCODE_INT3, OPCODE_INT3, OPCODE_INT3};

	if (kernel_private.return_thunk &&
		is_branch(view, OPCODE_JUMP, (unsigned long)*kernel_private.return_thunk))
		return true;
	return !memcmp(view->memory, plain, sizeof(plain));
}

/*
 * As __static_call_transform in arch/x86/kernel/static_call.c. The kind of
 * instruction is known from the code as linked: a call, a tail call, or a conditional
 * tail call.
 */
static bool accept_static_call(const struct patch_site_view *view)
{
	const struct ksplice_static_call_site *data = (const void *)view->data;
	const struct static_call_key *key = (void *)find_place(view, &data->key);
	char *function;
	u8 conditional[6];

	if (copy_from_kernel_nofault(&function, &key->func, sizeof(function)))
		return false;
	switch (view->linked[0]) {
	case OPCODE_CALL:
		if (!function)
			return patch_site_is_nops(view->memory, view->site->length);
		if (function == kernel_private.static_call_return0)
			return !memcmp(view->memory, "\x2e\x2e\x2e\x31\xc0", 5);
		return is_branch(view, OPCODE_CALL, (unsigned long)function);
	case OPCODE_JUMP:
		if (!function)
			return accept_return(view);
		return is_branch(view, OPCODE_JUMP, (unsigned long)function);
	case OPCODE_ESCAPE:
		memcpy(conditional, view->linked, 2);
		if (!function)
			function = kernel_private.static_call_return;
		set_destination(
			conditional, sizeof(conditional), view, (unsigned long)function);
		if (!memcmp(view->memory, conditional, sizeof(conditional)))
			return true;
		if (function != kernel_private.static_call_return)
			return false;
		function = kernel_private.return_thunk_as_built;
		set_destination(
			conditional, sizeof(conditional), view, (unsigned long)function);
		return !memcmp(view->memory, conditional, sizeof(conditional));
	}
	return false;
}

static bool is_static_call_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	const struct ksplice_static_call_site *call = (const void *)data;

	return has_place(targets, &call->key, sizeof(struct static_call_key)) &&
	       has_place(targets, &call->trampoline, 1);
}

static bool accept_jump_label(const struct patch_site_view *view)
{
	const struct ksplice_jump_label_site *data = (const void *)view->data;
	unsigned long destination = find_place(view, &data->destination);

	if (measure_nop(view->memory, view->site->length) == view->site->length)
		return true;
	if (view->site->length == 2)
		return view->memory[0] == OPCODE_SHORT_JUMP &&
		       view->address + 2 + (s8)view->memory[1] == destination;
	return is_branch(view, OPCODE_JUMP, destination);
}

static bool is_jump_label_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	const struct ksplice_jump_label_site *label = (const void *)data;

	return has_place(targets, &label->destination, 1);
}

static bool accept_lock(const struct patch_site_view *view)
{
	return view->memory[0] == PREFIX_LOCK || view->memory[0] == PREFIX_DS;
}

struct site_kind {
	const char *name;
	u64 lengths;   /* bit n: a length of n is possible; 0: any up to LONGEST_SITE */
	u32 data_size; /* of its struct; alternatives have any */
	bool is_rewritten; /* after boot */
	bool (*accept)(const struct patch_site_view *view);
	bool (*is_valid)(const struct ksplice_site *site, const u8 *data,
		const struct target_table *targets);
};

static const struct site_kind site_kinds[] = {
	[KSPLICE_SITE_ABSOLUTE] =
		{
			.name = "absolute address",
			.lengths = BIT(4) | BIT(8),
			.accept = accept_absolute,
		},
	[KSPLICE_SITE_NEGATIVE] =
		{
			.name = "per-cpu offset",
			.lengths = BIT(4),
			.accept = accept_negative,
		},
	[KSPLICE_SITE_FENTRY] =
		{
			.name = "fentry",
			.lengths = BIT(5),
			.is_rewritten = true,
			.accept = accept_fentry,
		},
	[KSPLICE_SITE_ALTERNATIVE] =
		{
			.name = "alternative",
			.accept = accept_alternative,
			.is_valid = is_alternative_valid,
		},
	[KSPLICE_SITE_PARAVIRT] =
		{
			.name = "paravirt",
			.data_size = sizeof(struct ksplice_paravirt_site),
			.accept = accept_paravirt,
			.is_valid = is_paravirt_valid,
		},
	[KSPLICE_SITE_RETPOLINE] =
		{
			.name = "retpoline",
			.lengths = BIT(5) | BIT(6),
			.data_size = sizeof(struct ksplice_retpoline_site),
			.accept = accept_retpoline,
			.is_valid = is_retpoline_valid,
		},
	[KSPLICE_SITE_RETURN] =
		{
			.name = "return",
			.lengths = BIT(5),
			.accept = accept_return,
		},
	[KSPLICE_SITE_STATIC_CALL] =
		{
			.name = "static call",
			.lengths = BIT(5) | BIT(6),
			.data_size = sizeof(struct ksplice_static_call_site),
			.is_rewritten = true,
			.accept = accept_static_call,
			.is_valid = is_static_call_valid,
		},
	[KSPLICE_SITE_JUMP_LABEL] =
		{
			.name = "jump label",
			.lengths = BIT(2) | BIT(5),
			.data_size = sizeof(struct ksplice_jump_label_site),
			.is_rewritten = true,
			.accept = accept_jump_label,
			.is_valid = is_jump_label_valid,
		},
	[KSPLICE_SITE_LOCK] =
		{
			.name = "lock prefix",
			.lengths = BIT(1),
			.accept = accept_lock,
		},
	/* Of modules, which this core does not patch: valid nowhere. */
	[KSPLICE_SITE_RELOCATION] = {.name = "relocation"},
};

static const struct site_kind *find_kind(unsigned int kind)
{
	return kind < ARRAY_SIZE(site_kinds) && site_kinds[kind].accept
		       ? &site_kinds[kind]
		       : NULL;
}

const char *patch_site_name(unsigned int kind)
{
	return kind < ARRAY_SIZE(site_kinds) && site_kinds[kind].name
		       ? site_kinds[kind].name
		       : "unknown";
}

bool patch_site_is_valid(const struct ksplice_site *site, const u8 *data,
	const struct target_table *targets)
{
	const struct site_kind *kind = find_kind(site->kind);

	if (!kind || !site->length || site->length > LONGEST_SITE)
		return false;
	if (kind->lengths && (site->length > 63 || !(kind->lengths & BIT(site->length))))
		return false;
	if (kind->data_size && (site->data_size != kind->data_size ||
				       !IS_ALIGNED((unsigned long)data, 8)))
		return false;
	return !kind->is_valid || kind->is_valid(site, data, targets);
}

bool patch_site_accepts(const struct patch_site_view *view)
{
	return find_kind(view->site->kind)->accept(view);
}

bool patch_site_is_rewritten(const struct ksplice_site *site, const u8 *memory)
{
	/* A machine that booted with one CPU turns its locks on with the second. */
	if (site->kind == KSPLICE_SITE_LOCK)
		return memory[0] == PREFIX_DS;
	return find_kind(site->kind)->is_rewritten;
}
