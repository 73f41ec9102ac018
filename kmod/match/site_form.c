// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/site_form.h"

#include <linux/cache.h>
#include <linux/elf.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/static_call_types.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/cpufeature.h>
#include <asm/text-patching.h>
#include <asm/unaligned.h>

#include "abi/update.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/target.h"
#include "kmod/kernel/target_table.h"
#include "kmod/match/fentry_kind.h"
#include "kmod/match/nop_fill.h"

enum opcode {
	OPCODE_ESCAPE = 0x0f,
	OPCODE_NEAR_JCC = 0x80, /* after OPCODE_ESCAPE; the low half is the condition */
	OPCODE_SHORT_JCC = 0x70,
	OPCODE_INDIRECT = 0xff,
	OPCODE_NOP = 0x90,
	PREFIX_LOCK = 0xf0,
	PREFIX_CS = 0x2e,
	PREFIX_DS = 0x3e,
	PREFIX_REX_B = 0x41,
};

#define LONGEST_BRANCH 16 /* of what is written for a branch, and more than any site's */

/* A place that patch_site_is_valid has looked at. */
static unsigned long find_place(
	const struct site_view *view, const struct ksplice_place *place)
{
	unsigned long address = 0;

	if (place->target == KSPLICE_NO_TARGET)
		return place->offset;
	target_table_resolve(view->targets, place, 0, &address);
	return address;
}

/* Writes the last four bytes of an instruction of that size so that it leads there, when
 * it is at the address. */
static void set_destination(
	u8 *code, size_t size, unsigned long address, unsigned long destination)
{
	put_unaligned_le32(destination - (address + size), code + size - 4);
}

static void set_branch(
	const struct site_view *view, u8 opcode, unsigned long destination)
{
	view->code[0] = opcode;
	set_destination(view->code, CALL_INSN_SIZE, view->address, destination);
}

static void add_to_field(const struct site_view *view, unsigned long distance)
{
	if (view->site->length == 8)
		put_unaligned_le64(get_unaligned_le64(view->code) + distance, view->code);
	else
		put_unaligned_le32(
			get_unaligned_le32(view->code) + (u32)distance, view->code);
}

void site_form_absolute(const struct site_view *view)
{
	add_to_field(view, target_image_slide());
}

void site_form_negative(const struct site_view *view)
{
	add_to_field(view, -target_image_slide());
}

static bool is_pc_relative(u32 type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64;
}

/* Of an empty section only this is known: it is in the module. */
static void take_any_address(
	const struct site_view *view, const struct ksplice_relocation_site *data)
{
	const struct target *target = target_table_at(view->targets, &data->symbol);
	size_t length = view->site->length;
	unsigned long value = length == 8 ? get_unaligned_le64(view->memory)
					  : (s32)get_unaligned_le32(view->memory);

	if (is_pc_relative(data->type))
		value += view->address;
	if (target_has_range(target, value - data->addend, 0))
		memcpy(view->code, view->memory, length);
}

/* As __apply_relocate_add in arch/x86/kernel/module.c. */
void site_form_relocation(const struct site_view *view)
{
	const struct ksplice_relocation_site *data = (const void *)view->data;
	unsigned long value = find_place(view, &data->symbol) + data->addend;

	if (is_pc_relative(data->type))
		value -= view->address;
	if (data->symbol.section == KSPLICE_EMPTY_SECTION) {
		take_any_address(view, data);
		return;
	}
	if (view->site->length == 8)
		put_unaligned_le64(value, view->code);
	else
		put_unaligned_le32(value, view->code);
}

/* As paravirt_patch in arch/x86/kernel/paravirt.c. */
void site_form_paravirt(const struct site_view *view)
{
	const struct ksplice_paravirt_site *data = (const void *)view->data;
	size_t used = CALL_INSN_SIZE;
	char *function;

	if (copy_from_kernel_nofault(
		    &function, (void *)find_place(view, &data->ops), sizeof(function)))
		return;
	if (!function)
		function = kernel_private.pv_bug;
	if (function == kernel_private.pv_nop)
		used = 0;
	else
		set_branch(view, CALL_INSN_OPCODE, (unsigned long)function);
	nop_fill(view->code + used, view->site->length - used);
}

/* call *reg or jmp *reg */
static size_t emit_indirect(u8 *code, bool is_call, unsigned int reg)
{
	size_t size = 0;

	if (reg >= 8)
		code[size++] = PREFIX_REX_B;
	code[size++] = OPCODE_INDIRECT;
	code[size++] = (is_call ? 0xd0 : 0xe0) + (reg & 7);
	return size;
}

/* As cpu_wants_indirect_its_thunk_at: is the branch in the lower half of a cache line? */
static bool wants_its_thunk(unsigned long address, unsigned int reg)
{
#ifdef X86_FEATURE_INDIRECT_THUNK_ITS
	return boot_cpu_has(X86_FEATURE_INDIRECT_THUNK_ITS) &&
	       !((address + 1 + reg / 8) & 0x20);
#else
	return false;
#endif
}

/*
 * As emit_its_trampoline there: the same branch to another thunk. Thunks may be in pages
 * that were allocated at boot, so the thunk is known by what it does: any that jumps to
 * the register is right.
 */
static void take_its_thunk(const struct site_view *view, unsigned int reg)
{
	size_t opcode_size = view->site->length - 4;
	unsigned long thunk = view->address + view->site->length +
			      (s32)get_unaligned_le32(view->memory + opcode_size);
	u8 expected[4], found[4];
	size_t size = emit_indirect(expected, false, reg);

	expected[size++] = INT3_INSN_OPCODE;
	if (!copy_from_kernel_nofault(found, (void *)thunk, size) &&
		!memcmp(found, expected, size))
		memcpy(view->code + opcode_size, view->memory + opcode_size, 4);
}

/*
 * As patch_retpoline in arch/x86/kernel/alternative.c: what it makes of a branch to
 * __x86_indirect_thunk_<reg> with the mitigation off or spectre_v2=retpoline,lfence.
 */
void site_form_retpoline(const struct site_view *view)
{
	const struct ksplice_retpoline_site *data = (const void *)view->data;
	bool has_lfence = boot_cpu_has(X86_FEATURE_RETPOLINE_LFENCE);
	const u8 *linked = view->code + (view->code[0] == PREFIX_CS);
	bool is_call = linked[0] == CALL_INSN_OPCODE;
	size_t length = view->site->length;
	u8 code[LONGEST_BRANCH];
	size_t size = 0;

	if (boot_cpu_has(X86_FEATURE_RETPOLINE) && !has_lfence)
		return;
	if (linked[0] == OPCODE_ESCAPE) { /* jcc: the inverse one skips the jmp *reg */
		code[size++] = OPCODE_SHORT_JCC + ((linked[1] & 0x0f) ^ 1);
		code[size++] = length - 2;
	}
	if (has_lfence) {
		memcpy(code + size, "\x0f\xae\xe8", 3);
		size += 3;
	}
	if (wants_its_thunk(view->address + size, data->reg)) {
		take_its_thunk(view, data->reg);
		return;
	}
	size += emit_indirect(code + size, is_call, data->reg);
	if (!is_call && size < length)
		code[size++] = INT3_INSN_OPCODE;
	if (size > length)
		return; /* it does not fit, and stays */
	memset(code + size, OPCODE_NOP, length - size);
	nop_optimize(code, length, length);
	memcpy(view->code, code, length);
}

static bool wants_return_thunk(unsigned long address)
{
	if (!kernel_private.return_thunk || !boot_cpu_has(X86_FEATURE_RETHUNK))
		return false;
	return !kernel_private.cpu_wants_rethunk_at ||
	       kernel_private.cpu_wants_rethunk_at((void *)address);
}

static void set_return(u8 *code, size_t length)
{
	memset(code, INT3_INSN_OPCODE, length);
	code[0] = RET_INSN_OPCODE;
}

/* As patch_return there. */
void site_form_return(const struct site_view *view)
{
	if (wants_return_thunk(view->address))
		set_branch(view, JMP32_INSN_OPCODE,
			(unsigned long)*kernel_private.return_thunk);
	else
		set_return(view->code, view->site->length);
}

/* As recompute_jump there; gives how many bytes of the five count. */
static size_t set_near_jump(const struct site_view *view, unsigned long destination)
{
	long distance = destination - view->address;

	if (distance >= 0 && distance - 2 <= 127) {
		view->code[0] = JMP8_INSN_OPCODE;
		view->code[1] = distance - 2;
		nop_fill(view->code + 2, 3);
	} else {
		set_branch(view, JMP32_INSN_OPCODE, destination);
	}
	return JMP32_INSN_SIZE;
}

static size_t set_replacement(const struct site_view *view)
{
	const struct ksplice_alternative_site *data = (const void *)view->data;
	unsigned long destination;

	if (data->destination.target == KSPLICE_NO_TARGET) {
		memcpy(view->code, data->bytes, data->size);
		return data->size;
	}
	destination = find_place(view, &data->destination);
	if (data->bytes[0] == JMP32_INSN_OPCODE)
		return set_near_jump(view, destination);
	set_branch(view, CALL_INSN_OPCODE, destination);
	return CALL_INSN_SIZE;
}

/*
 * As apply_alternatives there. The features are those that the first CPU has now: a
 * machine whose later CPUs lack one of them has code for it all the same, and is refused.
 */
void site_form_alternative(const struct site_view *view)
{
	const struct ksplice_alternative_site *data = (const void *)view->data;
	bool is_wanted = !(data->feature & KSPLICE_FEATURE_NOT);
	size_t size;

	if (boot_cpu_has(data->feature & ~KSPLICE_FEATURE_NOT) == is_wanted) {
		size = set_replacement(view);
		memset(view->code + size, OPCODE_NOP, view->site->length - size);
	}
	nop_optimize(view->code, view->site->length, view->room);
}

/* As alternatives_smp_unlock there. text_mutex protects uniproc_patched. */
void site_form_lock(const struct site_view *view)
{
	if (kernel_private.uniproc_patched && *kernel_private.uniproc_patched &&
		view->code[0] == PREFIX_LOCK)
		view->code[0] = PREFIX_DS;
}

void site_form_fentry(const struct site_view *view)
{
	if (fentry_kind(view->memory, view->code, view->address) == FENTRY_OTHER)
		nop_fill(view->code, FENTRY_SIZE);
	else
		memcpy(view->code, view->memory, FENTRY_SIZE);
}

/* A tail call of nothing. Boot wrote the first of these before it knew which thunk there
 * is to be, and does not write them again until the key changes. */
static void set_tail_return(const struct site_view *view)
{
	u8 plain[JMP32_INSN_SIZE];

	set_return(plain, sizeof(plain));
	if (wants_return_thunk(view->address) &&
		memcmp(view->memory, plain, sizeof(plain)))
		set_branch(view, JMP32_INSN_OPCODE,
			(unsigned long)*kernel_private.return_thunk);
	else
		memcpy(view->code, plain, sizeof(plain));
}

/* A conditional tail call; of nothing: see set_tail_return. */
static void set_conditional(const struct site_view *view, char *function)
{
	char *thunk = kernel_private.return_thunk_as_built;
	size_t size = view->site->length;

	if (function) {
		set_destination(view->code, size, view->address, (unsigned long)function);
		return;
	}
	if (thunk && boot_cpu_has(X86_FEATURE_RETHUNK)) {
		set_destination(view->code, size, view->address, (unsigned long)thunk);
		if (!memcmp(view->code, view->memory, size))
			return;
	}
	set_destination(view->code, size, view->address,
		(unsigned long)kernel_private.static_call_return);
}

static const u8 clear_rax[] = {0x2e, 0x2e, 0x2e, 0x31, 0xc0};

/*
 * As __static_call_transform in arch/x86/kernel/static_call.c. The kind of
 * instruction is known from the code as linked: a call, a tail call, or a conditional
 * tail call.
 */
void site_form_static_call(const struct site_view *view)
{
	const struct ksplice_static_call_site *data = (const void *)view->data;
	const struct static_call_key *key = (void *)find_place(view, &data->key);
	char *function;

	if (copy_from_kernel_nofault(&function, &key->func, sizeof(function)))
		return;
	if (view->code[0] == OPCODE_ESCAPE)
		set_conditional(view, function);
	else if (view->code[0] == JMP32_INSN_OPCODE && !function)
		set_tail_return(view);
	else if (view->code[0] == JMP32_INSN_OPCODE)
		set_branch(view, JMP32_INSN_OPCODE, (unsigned long)function);
	else if (!function)
		nop_fill(view->code, CALL_INSN_SIZE);
	else if (function == kernel_private.static_call_return0)
		memcpy(view->code, clear_rax, sizeof(clear_rax));
	else
		set_branch(view, CALL_INSN_OPCODE, (unsigned long)function);
}

static void set_jump(const struct site_view *view, u8 *code)
{
	const struct ksplice_jump_label_site *data = (const void *)view->data;
	unsigned long destination = find_place(view, &data->destination);

	if (view->site->length == JMP8_INSN_SIZE) {
		code[0] = JMP8_INSN_OPCODE;
		code[1] = destination - (view->address + JMP8_INSN_SIZE);
	} else {
		code[0] = JMP32_INSN_OPCODE;
		set_destination(code, JMP32_INSN_SIZE, view->address, destination);
	}
}

/* As jump_label_type in kernel/jump_label.c. */
void site_form_jump_label(const struct site_view *view)
{
	const struct ksplice_jump_label_site *data = (const void *)view->data;
	bool is_branch = data->flags & KSPLICE_JUMP_LABEL_BRANCH;
	struct static_key key;

	if (copy_from_kernel_nofault(
		    &key, (void *)find_place(view, &data->key), sizeof(key)))
		return;
	if (static_key_enabled(&key) != is_branch)
		set_jump(view, view->code);
	else
		nop_fill(view->code, view->site->length);
}

static bool has_other_jump(const struct site_view *view)
{
	u8 jump[JMP32_INSN_SIZE], nop[JMP32_INSN_SIZE];
	size_t length = view->site->length;

	set_jump(view, jump);
	nop_fill(nop, length);
	return !memcmp(view->memory, jump, length) || !memcmp(view->memory, nop, length);
}

/* What another function, or none, would have given. */
static bool has_other_call(const struct site_view *view)
{
	u8 nop[CALL_INSN_SIZE];

	nop_fill(nop, sizeof(nop));
	switch (view->memory[0]) {
	case CALL_INSN_OPCODE:
	case JMP32_INSN_OPCODE:
	case RET_INSN_OPCODE:
		return true;
	case OPCODE_ESCAPE:
		return view->memory[1] == view->code[1] ||
		       !memcmp(view->memory, nop, sizeof(nop));
	}
	return !memcmp(view->memory, clear_rax, sizeof(clear_rax));
}

bool site_form_is_switching(const struct site_view *view)
{
	switch (view->site->kind) {
	case KSPLICE_SITE_STATIC_CALL:
		return has_other_call(view);
	case KSPLICE_SITE_JUMP_LABEL:
		return has_other_jump(view);
	}
	return false;
}
