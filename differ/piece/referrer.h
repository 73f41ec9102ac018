/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * referrer.h - which pieces refer to a piece: the edges of the graph, backwards
 */
#ifndef KSPLICE_DIFFER_PIECE_REFERRER_H
#define KSPLICE_DIFFER_PIECE_REFERRER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_reloc;
struct piece;
struct piece_set;
struct referrer_list;

struct referrer {
	struct piece *from;
	const struct elf_reloc *reloc;
	struct piece *to;
	int64_t offset; /* in to */
	bool is_branch; /* a call or jmp */
};

/* Resolves all relocations of the set once; those that cannot be understood lead nowhere.
 * Free with referrer_list_free. */
struct referrer_list *referrer_list_create(const struct piece_set *set);
void referrer_list_free(struct referrer_list *list);

/* The *count references to the piece, from the one that is returned on. */
const struct referrer *referrer_list_find(
	const struct referrer_list *list, const struct piece *to, size_t *count);

/*
 * The first reference that takes the address of the function, to call it later or to
 * compare it: not a call, not an entry of a table about code or a registration (which is
 * looked at by itself), and to its first byte. NULL if there is none.
 */
const struct referrer *referrer_list_find_address(
	const struct referrer_list *list, const struct piece *function);

/* Does the instruction read or write at the place that the relocation names, rather than
 * take its address? */
bool referrer_is_access(const struct referrer *referrer);

#define scope_referrer_list __attribute__((cleanup(cleanup_referrer_list)))
static inline void cleanup_referrer_list(struct referrer_list **list)
{
	referrer_list_free(*list);
}

#endif
