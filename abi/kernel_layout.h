/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_layout.h - sizes and places of a tree's own structures
 *
 *     kernel headers ──▶ kmod/template/kernel_layout.o ──▶ ksplice-create
 *
 * The special sections of an object are tables whose entries differ between
 * kernels. Rather than guess, the template is compiled in the tree that is to be
 * patched, and its object kernel_layout.o holds one struct kernel_layout, as the
 * whole content of one section, computed by sizeof and offsetof.
 *
 * A field that is 0 stands for a structure that this kernel's configuration does
 * not have. This header is read by the kernel and by user space.
 */
#ifndef KSPLICE_ABI_KERNEL_LAYOUT_H
#define KSPLICE_ABI_KERNEL_LAYOUT_H

#include <linux/types.h>

#define KERNEL_LAYOUT_SECTION ".ksplice.layout"
#define KERNEL_LAYOUT_MAGIC 0x54594c4b /* "KLYT" */
/* Changes with every change to the struct below; readers refuse others. */
#define KERNEL_LAYOUT_VERSION 2

struct kernel_layout {
	__u32 magic;   /* KERNEL_LAYOUT_MAGIC */
	__u32 version; /* KERNEL_LAYOUT_VERSION */
	__u32 size;    /* of this struct, in bytes */

	/* .altinstructions: struct alt_instr */
	__u32 alternative_size;
	__u32 alternative_original;           /* offset of instr_offset */
	__u32 alternative_replacement;        /* offset of repl_offset */
	__u32 alternative_original_length;    /* offset of instrlen (one byte) */
	__u32 alternative_replacement_length; /* offset of replacementlen (one byte) */
	__u32 alternative_feature;            /* offset of cpuid (two bytes) */

	/* .parainstructions: struct paravirt_patch_site */
	__u32 paravirt_size;
	__u32 paravirt_code;   /* offset of instr (a pointer) */
	__u32 paravirt_type;   /* offset of type (one byte) */
	__u32 paravirt_length; /* offset of len (one byte) */

	/* __bug_table: struct bug_entry */
	__u32 bug_size;
	__u32 bug_line; /* offset of line; 0 without CONFIG_DEBUG_BUGVERBOSE */

	/* __ex_table: struct exception_table_entry */
	__u32 exception_size;

	/* __jump_table: struct jump_entry */
	__u32 jump_size;
	__u32 jump_code;
	__u32 jump_target;
	__u32 jump_key;

	/* .static_call_sites: struct static_call_site */
	__u32 static_call_size;
	__u32 static_call_code; /* offset of addr */
	__u32 static_call_key;  /* offset of key */

	/* .orc_unwind: struct orc_entry; .orc_unwind_ip is one s32 per entry */
	__u32 orc_size;

	/* __ksymtab: struct kernel_symbol */
	__u32 export_size;

	/* .gnu.linkonce.this_module: struct module */
	__u32 module_size;
	__u32 module_name;      /* offset of name */
	__u32 module_name_size; /* bytes of it */
};

#endif
