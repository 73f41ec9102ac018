// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/unit_assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/unit_state.h"

struct unit *unit_assembly_start(void)
{
	return unit_create("/dev/null", "12");
}

void unit_assembly_add(struct unit *unit, const char *text)
{
	unit_text_add(unit, text, strlen(text));
}

void unit_assembly_add_function(struct unit *unit, const char *name, const char *text)
{
	static unsigned number;
	const struct unit_function_facts facts = {
		.name = name,
		.file = "source.c",
		.line = 1,
		.end_line = 2,
		.number = ++number,
		.origin_number = number,
	};
	unit_begin_function(unit, &facts);
	unit_assembly_add(unit, text);
	unit_end_function(unit);
}

void unit_assembly_end(struct unit *unit)
{
	unit_text_close_data(unit);
}

struct digest unit_assembly_hash(struct unit *unit, const char *name)
{
	uint32_t index = unit_add_name(unit, name);
	for (uint32_t i = 0; i < unit->objects.count; i++) {
		if (unit->objects.items[i].name == index)
			return unit_hash_object(unit, i);
	}
	fprintf(stderr, "%s: not in the text\n", name);
	exit(1);
}
