// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_making.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "lib/unique_name.h"

/*
 * Identities: who a piece is, in words that are the same in each compile of the same
 * source. Whether a symbol is local or global does not count: a static variable that
 * becomes global is the same variable.
 */

/* "stem#n": the n-th of what cannot be told apart otherwise, in its order. */
static char *identity_count(struct piece_making *making, const char *stem)
{
	int64_t number = 0;
	name_map_find(&making->seen, stem, &number);
	name_map_set(&making->seen, stem, number + 1);
	return memory_format("%s#%" PRId64, stem, number);
}

const struct json_t *piece_find_recorded(
	const struct piece_making *making, const struct elf_symbol *symbol)
{
	int64_t number;
	if (name_map_find(&making->function_numbers, symbol->name, &number))
		return json_find_item(making->record->functions, (size_t)number);
	if (name_map_find(&making->variable_numbers, symbol->name, &number))
		return json_find_item(making->record->variables, (size_t)number);
	return NULL;
}

char *piece_identity_of_symbol(
	struct piece_making *making, const struct elf_symbol *symbol)
{
	int64_t number;
	if (symbol->type == STT_FUNC || symbol->binding != STB_LOCAL)
		return memory_format("name:%s", symbol->name);
	if (name_map_find(&making->variable_numbers, symbol->name, &number)) {
		const struct json_t *variable =
			json_find_item(making->record->variables, (size_t)number);
		const char *identity = json_find_text(variable, "id");
		/* Made by the compiler: no two compiles agree which is which. */
		if (!identity || text_has_suffix(identity, KSPLICE_UNCORRELATED_SUFFIX))
			return memory_copy_text("");
		return memory_format("name:%s", identity);
	}
	/* Made by an asm statement, or there is no record. */
	size_t length = strlen(symbol->name);
	scope_free char *name = memory_allocate(length + 1);
	if (unique_name_strip(symbol->name, length, name) == length)
		return memory_format("name:%s", name);
	scope_free char *stem = memory_format("static:%s", name);
	return identity_count(making, stem);
}

void piece_identify_rest(struct piece_making *making)
{
	struct piece_set *set = making->set;
	for (size_t i = 0; i < set->count; i++) {
		struct piece *piece = &set->pieces[i];
		if (piece->identity)
			continue;
		const char *owner = piece->owner ? piece->owner->identity : "";
		scope_free char *stem =
			memory_format("%s:%s", piece->section->name, owner);
		piece->identity = identity_count(making, stem);
	}
}
