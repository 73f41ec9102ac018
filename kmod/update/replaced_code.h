/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replaced_code.h - each piece of the kernel that updates replace, and who replaces it
 *
 *     the original kernel's bytes ◀─ layer of update A ◀─ layer of update B, in force
 *
 * There is one record for each hunk's range, shared by all loaded updates that have a
 * hunk there: code or a constant, the bytes that were there before any update, and the
 * layers, one for each applied update, newest last. Memory has the bytes of the newest.
 * The records of two ranges never overlap.
 *
 * All of it is protected by the update lock. The bytes of a record with layers change
 * with a transition only, under text_mutex as well; so who holds text_mutex may read
 * them.
 */
#ifndef KSPLICE_KMOD_REPLACED_CODE_H
#define KSPLICE_KMOD_REPLACED_CODE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "kmod/change/stack_scan.h"
#include "kmod/change/trampoline.h"

struct ksplice_hunk;
struct probe_guard;
struct update_part;

struct replaced_code {
	struct rb_node node;   /* by address, of all records */
	unsigned long address; /* of the hunk */
	u32 size;              /* of the hunk */
	u32 kind;              /* of the hunk, enum ksplice_hunk_kind */
	char *target;          /* the names of its target and of itself */
	char *name;
	u32 write_offset; /* what is written: so many bytes from address + offset */
	u32 write_size;   /* 0 for a part, which is watched only */
	unsigned int user_count;   /* replacements of loaded updates */
	u8 *original;              /* write_size bytes, kept while there is a layer */
	struct list_head layers;   /* struct replacement */
	struct probe_guard *guard; /* while there is a layer; code only */

	/* The transition that runs now; else empty, NULL. */
	struct list_head touched; /* of its records */
	struct replacement *entering;
};

/* What one update has for one hunk. */
struct replacement {
	struct list_head layer; /* of code->layers while it is applied */
	struct replaced_code *code;
	struct update_part *part;
	const struct ksplice_hunk *hunk;
	const u8 *bytes;          /* code->write_size bytes that it writes */
	u8 jump[TRAMPOLINE_SIZE]; /* the bytes, of a function */
};

/*
 * Finds or makes the record of a part's hunk. 0, -EEXIST if another hunk's range overlaps
 * with it without being the same, or another errno; with the reason as a problem. The
 * replacement is all zeros before, and stays where it is until replacement_deinit.
 */
int replacement_init(struct replacement *replacement, struct update_part *part,
	const struct ksplice_hunk *hunk);
void replacement_deinit(struct replacement *replacement); /* all zeros is fine */

/* For messages: the target and the name of its hunk. */
const char *replacement_target(const struct replacement *replacement);
const char *replacement_name(const struct replacement *replacement);

/* The newest layer; NULL if the original is in force. The second: of those that the
 * transition leaves. */
struct replacement *replaced_code_newest(const struct replaced_code *code);
struct replacement *replaced_code_staying(const struct replaced_code *code);

/* What memory has, and what it has after the transition. */
const u8 *replaced_code_before(const struct replaced_code *code);
const u8 *replaced_code_after(const struct replaced_code *code);

/* The bytes of a piece of code in which nobody may be when it is replaced. Whoever is
 * still at or in front of the jump will run the jump; a return address is never the first
 * byte. A part without a jump (.cold) counts from its first byte. */
struct stack_range replaced_code_danger(const struct replaced_code *code);

/* Keeps what memory has, if nobody replaces it yet. An errno if it cannot be read. */
int replaced_code_save(struct replaced_code *code);

/*
 * memory: a copy of the size bytes at address. Puts the original bytes where it has those
 * of an update, so that an update can be matched that was made for the original kernel.
 * The caller holds text_mutex.
 */
void replaced_code_restore(unsigned long address, u8 *memory, u32 size);

/* The transition has happened: what leaves is no layer any more, what enters is one. */
void replaced_code_commit(struct replaced_code *code);

/* Forgets the transition, whether it has happened or not. */
void replaced_code_end(struct replaced_code *code);

#endif
