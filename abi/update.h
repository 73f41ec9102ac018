/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.h - what an update module carries for ksplice.ko
 *
 * ksplice-create writes these structures into the update module, ksplice-apply
 * hands the symbol list to the core before the module is loaded, and ksplice.ko
 * checks all of it before a byte of the running kernel changes.
 *
 *     ksplice-create ──▶ ksplice-<id>-<target>.ko ──▶ ksplice-apply ──▶ ksplice.ko
 *
 * Everything is little-endian, naturally aligned and without implicit padding. Fields
 * named reserved are 0. What the core does not know, and what it knows and cannot do, it
 * refuses by name.
 *
 * This header is read by the kernel and by user space, and includes nothing
 * but the fixed-width types.
 */
#ifndef KSPLICE_ABI_UPDATE_H
#define KSPLICE_ABI_UPDATE_H

#include <linux/types.h>

/*
 * Changes with every incompatible change to this file; checked by the core.
 *
 *   1  one target, functions only
 *   2  several targets, a place for each hunk and symbol, data hunks, hooks, parents
 *   3  parts; what decides the form of an alternative and of a jump label
 */
#define KSPLICE_ABI_VERSION 3

#define KSPLICE_UPDATE_MAGIC 0x4c50534b  /* "KSPL" */
#define KSPLICE_SYMBOLS_MAGIC 0x4d59534b /* "KSYM" */

#define KSPLICE_ID_SIZE 16     /* an id is 8 characters [0-9a-z] and NULs */
#define KSPLICE_ID_LENGTH 8
#define KSPLICE_TARGET_SIZE 64 /* a target's name and NULs to the end */
#define KSPLICE_BUILD_ID_SIZE 32

/* The target that is the kernel image itself. */
#define KSPLICE_TARGET_VMLINUX "vmlinux"

/* Where the core and ksplice-apply meet. */
#define KSPLICE_DEVICE_NAME "ksplice"    /* /dev/ksplice */
#define KSPLICE_SYSFS_NAME "ksplice"     /* /sys/kernel/ksplice */
#define KSPLICE_MODULE_PREFIX "ksplice_" /* module ksplice_<id> */

/* Sections of an update module (all SHF_ALLOC). */
#define KSPLICE_SECTION_UPDATE ".ksplice.update"   /* one struct ksplice_update */
#define KSPLICE_SECTION_TARGETS ".ksplice.targets" /* struct ksplice_target [] */
#define KSPLICE_SECTION_PARTS ".ksplice.parts"     /* struct ksplice_target [] */
#define KSPLICE_SECTION_SYMBOLS ".ksplice.symbols" /* one symbol list, see below */
#define KSPLICE_SECTION_HUNKS ".ksplice.hunks"     /* struct ksplice_hunk [] */
#define KSPLICE_SECTION_SITES ".ksplice.sites"     /* struct ksplice_site [] */
#define KSPLICE_SECTION_HOOKS ".ksplice.hooks"     /* struct ksplice_hook [], if any */
#define KSPLICE_SECTION_MATCH ".ksplice.match"     /* bytes and strings */

/* The symbol of the one struct ksplice_update; the template refers to it. */
#define KSPLICE_UPDATE_SYMBOL "ksplice_update"

/* Ends the name of a new function or constant that replaces an old one, in the update's
 * own symbol table: _printk.ksplice. */
#define KSPLICE_COPY_SUFFIX ".ksplice"

/*
 * The update cannot be reversed: addresses of what it brings may be stored where nobody
 * can find them (timers, work items, tables of operations).
 */
#define KSPLICE_UPDATE_IRREVERSIBLE (1u << 0)

enum ksplice_target_kind {
	KSPLICE_TARGET_IMAGE = 1,  /* the kernel image; its name is "vmlinux" */
	KSPLICE_TARGET_MODULE = 2, /* a loaded module; its name as in /proc/modules */
	/* The module of another part of this update, or of an earlier update, a parent;
	 * its name is that module's, as in /proc/modules. It has to be loaded first and
	 * unloaded last. Only symbols come from it: no hunk is in it. */
	KSPLICE_TARGET_UPDATE = 3,
};

/*
 * struct ksplice_target - something that is in memory already
 *
 * No two targets of a table have the same kind and name.
 */
struct ksplice_target {
	char name[KSPLICE_TARGET_SIZE];
	__u32 kind;                           /* enum ksplice_target_kind */
	__u32 build_id_size;                  /* 1 .. KSPLICE_BUILD_ID_SIZE */
	__u8 build_id[KSPLICE_BUILD_ID_SIZE]; /* GNU build-id and 0s to the end; of an
					       * update: its module's */
	__u32 flags;                          /* none is known yet: 0 */
	__u32 reserved;
};

/*
 * struct ksplice_place - a place in a target, wherever that is loaded
 *
 * The kernel image moves as one piece under KASLR: a place in it is an offset from _text.
 * The sections of a module (and of an update) have places of their own: a place there is
 * a section, by its name in the .ko, and an offset in it. In ".data..percpu" the offset
 * counts from the module's own per-cpu area, as relocations do.
 *
 * In the data of a site, a place of KSPLICE_NO_TARGET stands for a value that does not
 * move (per-cpu offsets of the image, absolutes): it is the offset.
 */
struct ksplice_place {
	__u64 offset;
	__u32 target;  /* index in the table of targets */
	__u32 section; /* offset of the section's name, NUL-terminated, in the match
			* blob (of a symbol: in the list's strings), or
			* KSPLICE_NO_SECTION in the image */
};

#define KSPLICE_NO_TARGET 0xffffffffu
#define KSPLICE_NO_SECTION 0xffffffffu
/* Instead of a section of a module: one of size 0, which the loader does not keep. The
 * place is any address in the module; nobody reads what is there. */
#define KSPLICE_EMPTY_SECTION 0xfffffffeu

/*
 * struct ksplice_update - the root of what the core reads
 *
 * The pointers are link-time relocations (R_X86_64_64), so that the module loader has
 * already made them addresses when the update's init runs. magic and abi have been in
 * front, and will be, in every format.
 */
struct ksplice_update {
	__u32 magic; /* KSPLICE_UPDATE_MAGIC */
	__u32 abi;   /* KSPLICE_ABI_VERSION */
	__u32 flags; /* KSPLICE_UPDATE_... */
	__u32 reserved;
	char id[KSPLICE_ID_SIZE];
	__u64 targets;      /* address of struct ksplice_target[target_count] */
	__u64 symbols;      /* address of the symbol list */
	__u64 symbols_size; /* bytes */
	__u64 hunks;        /* address of struct ksplice_hunk[hunk_count] */
	__u64 sites;        /* address of struct ksplice_site[site_count] */
	__u64 hooks;        /* address of struct ksplice_hook[hook_count]; 0 if none */
	__u64 match;        /* address of the match blob */
	__u64 match_size;   /* bytes */
	__u32 target_count; /* not 0 */
	__u32 hunk_count;   /* 0 only if there are hooks */
	__u32 site_count;
	__u32 hook_count;
	__u64 parts;      /* address of struct ksplice_target[part_count] */
	__u32 part_count; /* not 0 */
	__u32 part;       /* which of them this module is */
};

/*
 * An update has a part for each of its targets; each part is a kernel module. All hunks
 * of a part are in its first target, targets[0]; sites may have places in the others.
 *
 * Every part has the same table of parts: the targets, in the order in which the parts
 * are loaded. parts[part] is equal to targets[0]. Of an update whose targets are all
 * modules that are not loaded, the core gets the table from ksplice-apply
 * (struct ksplice_control_announce), since no part can be loaded yet.
 *
 * The part for vmlinux is the module ksplice_<id>, one for a module
 * ksplice_<id>_<target>, where the target's name may be cut.
 */

enum ksplice_hunk_kind {
	/* A function that is replaced: at jump, a jump to post is written. */
	KSPLICE_HUNK_FUNCTION = 1,
	/* Code that is matched and watched by the stack check, and not written to: a
	 * further part (.cold) of a function, to which only the function jumps. */
	KSPLICE_HUNK_PART = 2,
	/* A constant that is replaced where it is: its bytes become those at post. It
	 * lies in the target's read-only data, post in the read-only data of the update,
	 * where the module loader has relocated the pointers in it. The stack check
	 * ignores it: who reads it meanwhile finds each aligned word old or new. */
	KSPLICE_HUNK_DATA = 3,
};

/*
 * struct ksplice_hunk - one contiguous piece of what is in memory
 *
 * Its bytes are matched before anything is written. As linked: as they are in vmlinux, or
 * in the .ko before the module loader relocates it. Of a data hunk nothing may differ
 * from the bytes as linked but at sites of length 8 and kind KSPLICE_SITE_ABSOLUTE (in
 * the image) or KSPLICE_SITE_RELOCATION (in a module): pointers.
 */
struct ksplice_hunk {
	__u64 post; /* the new function or content (relocated); 0 for a part */
	struct ksplice_place place; /* of the old one */
	__u32 kind;                 /* enum ksplice_hunk_kind */
	__u32 size;       /* of the old one, in bytes; a constant keeps its size */
	__u32 jump;       /* offset of the trampoline in it, 5 bytes are written; 0
			   * where there is none */
	__u32 name;       /* offset in the match blob: symbol name, NUL-terminated;
			   * kallsyms must have that name there */
	__u32 bytes;      /* offset in the match blob: size bytes, as linked */
	__u32 first_site; /* its sites are sites[first_site .. +site_count), */
	__u32 site_count; /* sorted by offset; several may share an offset */
	__u32 reserved;
};

/*
 * What may differ at a site between the code as linked and the code in memory, and what
 * memory must then have. Sources: arch/x86/kernel/alternative.c, static_call.c,
 * jump_label.c, ftrace.c, paravirt.c, module.c, arch/x86/tools/relocs.c.
 *
 * Sites may lie in each other (a return in an alternative that is not taken). The core
 * does to the bytes as linked what boot does to the code, in its order: addresses first,
 * then paravirt, retpolines, returns, alternatives, lock prefixes, and last what is
 * rewritten at any time (fentry, static calls, jump labels). Memory must have the result.
 */
enum ksplice_site_kind {
	/* A field of length 4 or 8 that holds an address: as linked + KASLR slide. Only
	 * in the image. */
	KSPLICE_SITE_ABSOLUTE = 1,
	/* pc-relative field of length 4 to something that does not move (per-cpu):
	 * as linked - KASLR slide. Only in the image. */
	KSPLICE_SITE_NEGATIVE = 2,
	/* As linked, or the 5-byte nop, or a call of ftrace's. */
	KSPLICE_SITE_FENTRY = 3,
	/* Alternative instructions: one entry of the kernel's table. Data: struct
	 * ksplice_alternative_site. The replacement if the CPU has the feature, else what
	 * was there; then nops. */
	KSPLICE_SITE_ALTERNATIVE = 4,
	/* Paravirt call. Data: struct ksplice_paravirt_site. A call of the function that
	 * pv_ops holds there, padded with nops, or all nops. */
	KSPLICE_SITE_PARAVIRT = 5,
	/* call/jmp/jcc __x86_indirect_thunk_<reg>. Data: struct
	 * ksplice_retpoline_site. As linked, or [lfence;] call/jmp *reg padded with
	 * nops and int3, or a call/jmp of an ITS thunk of that register. */
	KSPLICE_SITE_RETPOLINE = 6,
	/* jmp __x86_return_thunk: a jmp of *x86_return_thunk, or ret padded with int3. */
	KSPLICE_SITE_RETURN = 7,
	/* Static call. Data: struct ksplice_static_call_site. */
	KSPLICE_SITE_STATIC_CALL = 8,
	/* Jump label of length 2 or 5. Data: struct ksplice_jump_label_site.
	 * Nop of that length, or a jmp to the destination. */
	KSPLICE_SITE_JUMP_LABEL = 9,
	/* Lock prefix: 0xf0, or 0x3e on a machine that booted with one CPU. */
	KSPLICE_SITE_LOCK = 10,
	/* Field of length 4 or 8 that the module loader filled in. Data: struct
	 * ksplice_relocation_site. The value that the relocation has there. Only in
	 * modules. */
	KSPLICE_SITE_RELOCATION = 11,
};

struct ksplice_site {
	__u32 offset;    /* in the hunk; of several the longest first, then in the
			  * order of the kernel's table */
	__u16 kind;      /* enum ksplice_site_kind */
	__u16 length;    /* bytes of code that it covers */
	__u32 data;      /* offset in the match blob, 0-aligned to 8 where a struct */
	__u32 data_size; /* bytes; 0 where the kind has none */
};

struct ksplice_alternative_site {
	__u32 feature; /* as in struct alt_instr: the number of the CPU feature, with
			* KSPLICE_FEATURE_NOT where the CPU must not have it */
	__u32 size;    /* of the replacement; at most the site's length */
	/* Where a replacement leads that is one call or jmp of 5 bytes; else offset 0,
	 * KSPLICE_NO_TARGET, KSPLICE_NO_SECTION. */
	struct ksplice_place destination;
	__u8 bytes[]; /* the replacement; what a call or jmp has behind its opcode
		       * does not count */
};

#define KSPLICE_FEATURE_NOT 0x8000u /* ALTINSTR_FLAG_INV */

struct ksplice_paravirt_site {
	struct ksplice_place ops; /* of the slot in pv_ops */
};

struct ksplice_retpoline_site {
	__u32 reg; /* 0 rax .. 15 r15 */
	__u32 reserved;
};

struct ksplice_static_call_site {
	struct ksplice_place key;        /* of the struct static_call_key */
	struct ksplice_place trampoline; /* of its trampoline (__SCT__...) */
};

struct ksplice_jump_label_site {
	struct ksplice_place destination; /* of the jmp */
	struct ksplice_place key;         /* of the struct static_key */
	__u32 flags;                      /* KSPLICE_JUMP_LABEL_... */
	__u32 reserved;
};

/* The code is a jmp while the key is off, and a nop while it is on
 * (jump_entry_is_branch); without this flag the other way round. */
#define KSPLICE_JUMP_LABEL_BRANCH (1u << 0)

struct ksplice_relocation_site {
	struct ksplice_place symbol;
	__s64 addend;
	__u32 type; /* R_X86_64_64, _PC64 (length 8), _32, _32S, _PC32, _PLT32 (4) */
	__u32 reserved;
};

enum ksplice_hook_kind {
	KSPLICE_HOOK_PRE_APPLY = 1,   /* before the stop; may sleep and may refuse */
	KSPLICE_HOOK_CHECK_APPLY = 2, /* in the stop, before the writing; may refuse */
	KSPLICE_HOOK_APPLY = 3,       /* in the stop, after the writing */
	KSPLICE_HOOK_POST_APPLY = 4,  /* after the stop */
	KSPLICE_HOOK_FAIL_APPLY = 5,  /* when it was not applied after all */
	KSPLICE_HOOK_PRE_REVERSE = 6, /* the same for undo */
	KSPLICE_HOOK_CHECK_REVERSE = 7,
	KSPLICE_HOOK_REVERSE = 8,
	KSPLICE_HOOK_POST_REVERSE = 9,
	KSPLICE_HOOK_FAIL_REVERSE = 10,
};

/*
 * In a patched source, a hook is a pointer to a function in the section with this name
 * and the kind's in lower case: .ksplice.hook.pre_apply. kmod/author/ksplice.h makes
 * them; ksplice-create makes the table of hooks of them.
 */
#define KSPLICE_HOOK_SECTION_PREFIX ".ksplice.hook."

/* A function that the author of the patch wrote to be called at that moment. Hooks of
 * one kind are called in the order of the table. */
struct ksplice_hook {
	__u64 function; /* in the update (relocated) */
	__u32 kind;     /* enum ksplice_hook_kind */
	__u32 reserved;
};

/*
 * The symbol list: what the update refers to and the kernel does not export. Such an
 * undefined symbol is named for its place (docs/FORMAT.md), and the core refuses a list
 * in which a name and its place differ.
 *
 *     struct ksplice_symbol_list
 *     struct ksplice_target[target_count]
 *     struct ksplice_symbol[count]   sorted by name (strcmp)
 *     strings, strings_size bytes    NUL-terminated each
 *
 * It has a table of targets of its own, since it is read before the module is there, and
 * because symbols may come from targets that the update does not change.
 *
 * ksplice-apply writes the section's bytes to /dev/ksplice in one write(2) before it
 * loads the module (abi/control.h); the core compares that copy byte for byte with the
 * (signed) one that the module brings, before any code of the module runs.
 */
struct ksplice_symbol_list {
	__u32 magic;        /* KSPLICE_SYMBOLS_MAGIC */
	__u32 abi;          /* KSPLICE_ABI_VERSION */
	__u32 target_count; /* not 0 */
	__u32 count;
	__u32 strings_size;
	__u32 reserved;
};

enum ksplice_symbol_kind {
	KSPLICE_SYMBOL_OFFSET = 1, /* at its place */
	/* The place's offset is the value: per-cpu offsets, absolutes. They do not move;
	 * the place's target is who defines them. */
	KSPLICE_SYMBOL_FIXED = 2,
	/* One of the core's own functions, by name. The place is 0, KSPLICE_NO_TARGET,
	 * KSPLICE_NO_SECTION. */
	KSPLICE_SYMBOL_CORE = 3,
};

struct ksplice_symbol {
	__u32 name;     /* offset in the strings: the undefined symbol's name */
	__u32 kallsyms; /* offset in the strings: what kallsyms must call that
			 * address; or KSPLICE_NO_KALLSYMS where the place is
			 * not the start of a symbol */
	__u32 kind;     /* enum ksplice_symbol_kind */
	__u32 reserved;
	struct ksplice_place place;
};

#define KSPLICE_NO_KALLSYMS 0xffffffffu

/*
 * The functions of the core that the template of every update calls, by
 * KSPLICE_SYMBOL_CORE:
 *
 *     int ksplice_update_load(struct module *, const struct ksplice_update *);
 *     void ksplice_update_unload(struct module *, const struct ksplice_update *);
 */
#define KSPLICE_CORE_LOAD "ksplice_update_load"
#define KSPLICE_CORE_UNLOAD "ksplice_update_unload"

/*
 * The functions of the core that the code of a patch may call, by KSPLICE_SYMBOL_CORE:
 * each is given to entry(). kmod/author/ksplice.h declares them.
 */
#define KSPLICE_CORE_AUTHOR_FUNCTIONS(entry)                                    \
	entry(ksplice_shadow_get)                                               \
	entry(ksplice_shadow_alloc)                                             \
	entry(ksplice_shadow_get_or_alloc)                                      \
	entry(ksplice_shadow_free)                                              \
	entry(ksplice_shadow_free_all)

#endif
