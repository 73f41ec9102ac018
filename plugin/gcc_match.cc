// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gcc_match.cc - compares the headers that this is compiled with and the running GCC
 */
/* GCC's headers need each other in this order. */
/* clang-format off */
#include "gcc-plugin.h"
#include "plugin-version.h"

#include "tree.h"
#include "options.h"
#include "opts.h"
/* clang-format on */

#include "plugin/gcc_match.h"

/* Compares GCC's own sizes with those in the headers. */
static bool has_same_structures(void)
{
	const struct {
		enum tree_code code;
		const char *name;
		size_t size;
	} trees[] = {
		{VAR_DECL, "var_decl", sizeof(struct tree_var_decl)},
		{FUNCTION_DECL, "function_decl", sizeof(struct tree_function_decl)},
		{FIELD_DECL, "field_decl", sizeof(struct tree_field_decl)},
		{TYPE_DECL, "type_decl", sizeof(struct tree_type_decl)},
		{RECORD_TYPE, "record_type", sizeof(struct tree_type_non_common)},
	};
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		if (strcmp(get_tree_code_name(trees[i].code), trees[i].name) != 0 ||
			tree_code_size(trees[i].code) != trees[i].size)
			return false;
	}
	return true;
}

/* A further option would move the variables of all later options. */
static bool has_same_options(void)
{
	return cl_options_count == N_OPTS && cl_lang_count > 0 &&
	       strcmp(cl_options[OPT_fplugin_].opt_text, "-fplugin=") == 0;
}

bool gcc_match_is_same(const struct plugin_gcc_version *running)
{
	return strcmp(running->basever, gcc_version.basever) == 0 &&
	       strcmp(running->datestamp, gcc_version.datestamp) == 0 &&
	       strcmp(running->devphase, gcc_version.devphase) == 0 &&
	       strcmp(running->revision, gcc_version.revision) == 0 &&
	       configure_option_is_same(running->configuration_arguments,
		       gcc_version.configuration_arguments) &&
	       has_same_options() && has_same_structures();
}
