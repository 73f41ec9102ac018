// SPDX-License-Identifier: GPL-2.0-or-later
/* GCC's headers need each other in this order. */
/* clang-format off */
#include "gcc-plugin.h"

#include "tree.h"
#include "target.h"
#include "langhooks.h"
#include "plugin.h"
/* clang-format on */

#include "plugin/parse_watch.h"

static void (*note_variable)(tree variable, tree owner);
static bool is_plugin_event_wanted;

/* GCC's own values of the hooks that are replaced. */
static void (*inner_parse_file)(void);
static void (*inner_insert_attributes)(tree decl, tree *attributes);

/* A function of its own because it is rare: then the common path saves no registers. */
__attribute__((noinline)) static void note(tree decl)
{
	if (TREE_STATIC(decl))
		note_variable(decl, current_function_decl);
}

/* At this time a declaration has its name and storage, but not yet its scope. */
static void insert_attributes(tree decl, tree *attributes)
{
	if (__builtin_expect(VAR_P(decl), false))
		note(decl);
	inner_insert_attributes(decl, attributes);
}

/* Parses the whole source. Afterwards GCC calls plugins as usual. */
static void parse_file(void)
{
	bool was_added = flag_plugin_added;
	inner_insert_attributes = targetm.insert_attributes;
	targetm.insert_attributes = insert_attributes;
	flag_plugin_added = was_added && is_plugin_event_wanted;
	inner_parse_file();
	flag_plugin_added = was_added;
	targetm.insert_attributes = inner_insert_attributes;
}

void parse_watch_start(void (*watcher)(tree variable, tree owner), bool is_quiet)
{
	note_variable = watcher;
	is_plugin_event_wanted = !is_quiet;
	inner_parse_file = lang_hooks.parse_file;
	lang_hooks.parse_file = parse_file;
}
