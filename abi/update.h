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
 * Everything is little-endian, naturally aligned and without implicit padding.
 * Addresses in a target are offsets from its base: for vmlinux from the symbol
 * _text, so that they hold wherever KASLR put the kernel.
 *
 * This header is read by the kernel and by user space, and includes nothing
 * but the fixed-width types.
 */
#ifndef KSPLICE_ABI_UPDATE_H
#define KSPLICE_ABI_UPDATE_H

#include <linux/types.h>

/* Changes with every incompatible change to this file; checked by the core. */
#define KSPLICE_ABI_VERSION 1

#define KSPLICE_UPDATE_MAGIC 0x4c50534b  /* "KSPL" */
#define KSPLICE_SYMBOLS_MAGIC 0x4d59534b /* "KSYM" */

#define KSPLICE_ID_SIZE 16     /* an id is 8 characters [0-9a-z] and a NUL */
#define KSPLICE_TARGET_SIZE 64 /* "vmlinux", or a module's name, and a NUL */
#define KSPLICE_BUILD_ID_SIZE 32

/* The target that is the kernel image itself. */
#define KSPLICE_TARGET_VMLINUX "vmlinux"

/* Where the core and ksplice-apply meet. */
#define KSPLICE_DEVICE_NAME "ksplice"      /* /dev/ksplice */
#define KSPLICE_SYSFS_NAME "ksplice"       /* /sys/kernel/ksplice */
#define KSPLICE_MODULE_PREFIX "ksplice_"   /* module ksplice_<id> */

/* Sections of an update module (all SHF_ALLOC). */
#define KSPLICE_SECTION_UPDATE ".ksplice.update"   /* one struct ksplice_update */
#define KSPLICE_SECTION_SYMBOLS ".ksplice.symbols" /* one symbol list, see below */
#define KSPLICE_SECTION_HUNKS ".ksplice.hunks"     /* struct ksplice_hunk [] */
#define KSPLICE_SECTION_SITES ".ksplice.sites"     /* struct ksplice_site [] */
#define KSPLICE_SECTION_MATCH ".ksplice.match"     /* bytes and strings */

/* The symbol of the one struct ksplice_update; the template refers to it. */
#define KSPLICE_UPDATE_SYMBOL "ksplice_update"

/* Ends the name of a new function that replaces an old one, in the update's own symbol
 * table: _printk.ksplice. */
#define KSPLICE_COPY_SUFFIX ".ksplice"

/*
 * The update cannot be reversed: its new functions' addresses may be stored
 * where nobody can find them (timers, work items, tables of operations).
 */
#define KSPLICE_UPDATE_IRREVERSIBLE (1u << 0)

/*
 * struct ksplice_update - the root of what the core reads
 *
 * The five pointers are link-time relocations (R_X86_64_64), so that the
 * module loader has already made them addresses when the update's init runs.
 */
struct ksplice_update {
	__u32 magic;       /* KSPLICE_UPDATE_MAGIC */
	__u32 abi;         /* KSPLICE_ABI_VERSION */
	__u32 flags;       /* KSPLICE_UPDATE_... */
	__u32 build_id_size;
	__u8 build_id[KSPLICE_BUILD_ID_SIZE]; /* of the target, GNU build-id */
	char id[KSPLICE_ID_SIZE];
	char target[KSPLICE_TARGET_SIZE];
	__u64 symbols;     /* address of the symbol list */
	__u64 symbols_size; /* bytes */
	__u64 hunks;       /* address of struct ksplice_hunk[hunk_count] */
	__u64 sites;       /* address of struct ksplice_site[site_count] */
	__u64 match;       /* address of the match blob */
	__u64 match_size;  /* bytes */
	__u32 hunk_count;
	__u32 site_count;
};

/*
 * struct ksplice_hunk - one contiguous piece of old code
 *
 * A function that is replaced has one hunk with a post address, and one hunk
 * without for each further part of it (.cold): those are matched and watched by
 * the stack check, and get no trampoline, because only the function jumps there.
 */
struct ksplice_hunk {
	__u64 post;        /* the new function (relocated), or 0 for a part */
	__u64 offset;      /* of the old code, from the target's base */
	__u32 size;        /* of the old code, in bytes */
	__u32 jump;        /* offset of the trampoline in it; 5 bytes are written */
	__u32 name;        /* offset in the match blob: symbol name, NUL-terminated */
	__u32 bytes;       /* offset in the match blob: size bytes, as linked */
	__u32 first_site;  /* its sites are sites[first_site .. +site_count), */
	__u32 site_count;  /* sorted by offset; several may share an offset */
};

/*
 * What may differ at a site between the code as linked and the code in memory,
 * and which forms it may take. Sources: arch/x86/kernel/alternative.c,
 * static_call.c, jump_label.c, ftrace.c, paravirt.c, arch/x86/tools/relocs.c.
 */
enum ksplice_site_kind {
	/* A field of length 4 or 8 that holds an address: as linked + KASLR slide. */
	KSPLICE_SITE_ABSOLUTE = 1,
	/* pc-relative field of length 4 to something that does not move (per-cpu):
	 * as linked - KASLR slide. */
	KSPLICE_SITE_NEGATIVE = 2,
	/* call __fentry__ (5 bytes) or its 5-byte nop or any call (ftrace's slot). */
	KSPLICE_SITE_FENTRY = 3,
	/* Alternative instructions. Data: forms, each {__u8 size, bytes[size]},
	 * already computed for this place (pc-relative calls and jumps adjusted).
	 * Memory holds the code as linked or one form; what a form leaves of the
	 * site's length, and runs of 0x90 that end a form or the original, may be any
	 * mix of nops. */
	KSPLICE_SITE_ALTERNATIVE = 4,
	/* Paravirt call. Data: struct ksplice_paravirt_site. As linked, or a call
	 * of the function that pv_ops holds there, padded with nops, or all nops. */
	KSPLICE_SITE_PARAVIRT = 5,
	/* call/jmp/jcc __x86_indirect_thunk_<reg>. Data: struct
	 * ksplice_retpoline_site. As linked, or [lfence;] call/jmp *reg padded with
	 * nops and int3, or a call/jmp of an ITS thunk of that register. */
	KSPLICE_SITE_RETPOLINE = 6,
	/* jmp __x86_return_thunk: as linked, or a jmp of *x86_return_thunk, or ret
	 * padded with int3. */
	KSPLICE_SITE_RETURN = 7,
	/* Static call. Data: struct ksplice_static_call_site. */
	KSPLICE_SITE_STATIC_CALL = 8,
	/* Jump label of length 2 or 5. Data: struct ksplice_jump_label_site.
	 * Nop of that length, or a jmp to the target. */
	KSPLICE_SITE_JUMP_LABEL = 9,
	/* Lock prefix: 0xf0, or 0x3e on a machine that booted with one CPU. */
	KSPLICE_SITE_LOCK = 10,
};

struct ksplice_site {
	__u32 offset;      /* in the hunk */
	__u16 kind;        /* enum ksplice_site_kind */
	__u16 length;      /* bytes of code that it covers */
	__u32 data;        /* offset in the match blob, 0-aligned to 8 where a struct */
	__u32 data_size;   /* bytes; 0 where the kind has none */
};

struct ksplice_paravirt_site {
	__u64 ops;         /* offset from _text of the slot in pv_ops */
};

struct ksplice_retpoline_site {
	__u32 reg;         /* 0 rax .. 15 r15 */
	__u32 reserved;    /* 0 */
};

struct ksplice_static_call_site {
	__u64 key;         /* offset from _text of the struct static_call_key */
	__u64 trampoline;  /* offset from _text of its trampoline (__SCT__...) */
};

struct ksplice_jump_label_site {
	__u64 destination; /* offset from _text of the jmp's destination */
};

/*
 * The symbol list: what the update refers to and the kernel does not export.
 *
 *     struct ksplice_symbol_list
 *     struct ksplice_symbol[count]   sorted by name (strcmp)
 *     strings, strings_size bytes    NUL-terminated each
 *
 * ksplice-apply writes the section's bytes to /dev/ksplice in one write(2)
 * before it loads the module; the core compares that copy byte for byte with
 * the (signed) one that the module brings.
 */
struct ksplice_symbol_list {
	__u32 magic;       /* KSPLICE_SYMBOLS_MAGIC */
	__u32 abi;         /* KSPLICE_ABI_VERSION */
	__u32 count;
	__u32 strings_size;
	__u32 build_id_size;
	__u32 reserved;    /* 0 */
	__u8 build_id[KSPLICE_BUILD_ID_SIZE]; /* of vmlinux */
};

enum ksplice_symbol_kind {
	KSPLICE_SYMBOL_OFFSET = 1,   /* value is an offset from _text */
	KSPLICE_SYMBOL_FIXED = 2,    /* value does not move: per-cpu offsets, absolutes */
	KSPLICE_SYMBOL_CORE = 3,     /* one of the core's own functions, by name */
};

struct ksplice_symbol {
	__u32 name;        /* offset in the strings: the undefined symbol's name */
	__u32 kallsyms;    /* offset in the strings: what kallsyms must call that
			    * address; or KSPLICE_NO_KALLSYMS where the place is
			    * not the start of a symbol */
	__u32 kind;        /* enum ksplice_symbol_kind */
	__u32 reserved;    /* 0 */
	__u64 value;
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

#endif
