// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/symbol_name.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/kernel/target.h"

/* Moves *name behind the text, if it begins with it. */
static bool skip_text(const char **name, const char *text)
{
	size_t length = strlen(text);

	if (strncmp(*name, text, length))
		return false;
	*name += length;
	return true;
}

static bool skip_field(const char **name, const char *field)
{
	return skip_text(name, field) && skip_text(name, ":");
}

static bool skip_any_field(const char **name)
{
	const char *end = strchr(*name, ':');

	if (!end)
		return false;
	*name = end + 1;
	return true;
}

static bool skip_number(const char **name, u64 number)
{
	char field[sizeof("0x") + 2 * sizeof(number)];

	snprintf(field, sizeof(field), "0x%llx", number);
	return skip_field(name, field);
}

bool symbol_name_is_true(const struct ksplice_symbol *symbol, const struct target *target,
	const char *strings, size_t strings_size)
{
	const char *name = strings + symbol->name;

	/* These are found by their name. */
	if (symbol->kind == KSPLICE_SYMBOL_CORE)
		return true;
	if (symbol->kind == KSPLICE_SYMBOL_FIXED) {
		if (!skip_field(&name, "fixed"))
			return false;
	} else if (!target || !skip_field(&name, target->name)) {
		return false;
	}
	/* The list does not say which one; they are all the same. */
	if (symbol->place.section == KSPLICE_EMPTY_SECTION) {
		if (!skip_any_field(&name))
			return false;
	} else if (symbol->place.section != KSPLICE_NO_SECTION &&
		(symbol->place.section >= strings_size ||
			!skip_field(&name, strings + symbol->place.section)))
		return false;
	if (!skip_number(&name, symbol->place.offset))
		return false;
	return symbol->kallsyms == KSPLICE_NO_KALLSYMS ||
	       !strcmp(name, strings + symbol->kallsyms);
}
