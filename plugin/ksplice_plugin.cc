// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ksplice_plugin.cc - the part of the plugin that uses GCC's headers
 *
 * GCC's headers are C++ and poison much of C's library, so this file only passes facts
 * from GCC to unit.h. It must not change GCC's output and must not make a compile fail:
 * if something is not as expected, it does nothing.
 */
/* GCC's headers need each other in this order. */
/* clang-format off */
#include "gcc-plugin.h"

#include "tree.h"
#include "tree-pass.h"
#include "context.h"
#include "function.h"
#include "langhooks.h"
#include "options.h"
#include "opts.h"
#include "output.h"
#include "stringpool.h"
#include "toplev.h"
#include "cgraph.h"
#include "diagnostic.h"
#include "line-map.h"
/* clang-format on */

#include "abi/record.h"
#include "plugin/unit.h"

/* GCC looks for these two by name. */
__attribute__((visibility("default"))) int plugin_is_GPL_compatible;
extern "C" __attribute__((visibility("default"))) int plugin_init(
	struct plugin_name_args *info, struct plugin_gcc_version *version);

/* Global because not all of GCC's hooks and passes take a pointer. */
static struct unit *unit;

/* Set by ksplice-create, not in builds. */
static bool has_layouts;
static bool has_split;

/* A name as it is in the assembly text. */
static const char *strip_name(const char *name)
{
	return *name == '*' ? name + 1 : name;
}

static const char *get_assembler_name(tree decl)
{
	return strip_name(IDENTIFIER_POINTER(DECL_ASSEMBLER_NAME(decl)));
}

/* The section that an attribute of the source asked for. */
static const char *get_section(tree decl)
{
	symtab_node *node = symtab_node::get(decl);
	if (!node || node->implicit_section)
		return NULL;
	return DECL_SECTION_NAME(decl);
}

/* The function that decl is a clone of, or decl itself. */
static tree get_origin(tree decl)
{
	tree origin = DECL_ABSTRACT_ORIGIN(decl);
	return origin && TREE_CODE(origin) == FUNCTION_DECL ? origin : decl;
}

static void on_function_begin(tree decl)
{
	struct unit_function_facts facts = {};
	expanded_location start = expand_location(DECL_SOURCE_LOCATION(decl));
	expanded_location end = expand_location(cfun->function_end_locus);
	tree origin = get_origin(decl);
	facts.name = get_assembler_name(decl);
	if (origin != decl)
		facts.origin = get_assembler_name(origin);
	facts.file = start.file;
	facts.line = start.line > 0 ? start.line : 0;
	facts.end_line = end.line > 0 ? end.line : 0;
	facts.section = get_section(decl);
	if (has_layouts)
		facts.signature = layout_type_describe_function(decl);
	facts.number = DECL_UID(decl);
	facts.origin_number = DECL_UID(origin);
	unit_begin_function(unit, &facts);
}

namespace
{
/* A pass that only reports that it runs. */
class notify_pass : public rtl_opt_pass
{
      public:
	notify_pass(const pass_data &data, gcc::context *context, bool begin)
	    : rtl_opt_pass(data, context), m_begin(begin)
	{
	}

	unsigned int execute(function *fun) final override
	{
		if (m_begin)
			on_function_begin(fun->decl);
		else
			unit_end_function(unit);
		return 0;
	}

      private:
	bool m_begin;
};
} // namespace

static const pass_data begin_data = {
	RTL_PASS,
	"ksplice_begin",
	OPTGROUP_NONE,
	TV_NONE,
	0,
	0,
	0,
	0,
	0,
};

static const pass_data end_data = {
	RTL_PASS,
	"ksplice_end",
	OPTGROUP_NONE,
	TV_NONE,
	0,
	0,
	0,
	0,
	0,
};

/* Around "final", which writes a function's text from its first line to its last. */
static void register_passes(const char *name)
{
	struct register_pass_info before = {
		new notify_pass(begin_data, g, true), "final", 1, PASS_POS_INSERT_BEFORE};
	struct register_pass_info after = {
		new notify_pass(end_data, g, false), "final", 1, PASS_POS_INSERT_AFTER};
	register_callback(name, PLUGIN_PASS_MANAGER_SETUP, NULL, &before);
	register_callback(name, PLUGIN_PASS_MANAGER_SETUP, NULL, &after);
}

/*
 * The inliner removes the callee's node once its body has been copied. Without -g
 * GCC keeps no other trace of it: the lexical blocks are pruned.
 */
static void on_node_removed(cgraph_node *node, void *)
{
	/* Outside of functions GCC removes unused nodes, whose inlined_to may be invalid.
	 */
	if (!current_function_decl || !node->inlined_to ||
		node->inlined_to->decl != current_function_decl)
		return;
	bool late = symtab->state >= IPA_SSA_AFTER_INLINING;
	tree origin = get_origin(node->decl);
	unsigned caller = DECL_UID(current_function_decl);
	unsigned callee = DECL_UID(origin);
	if (unit_add_inline(unit, caller, callee, late))
		return;
	unit_name_inline(unit, callee, get_assembler_name(origin));
	unit_add_inline(unit, caller, callee, late);
}

/* The files that the preprocessor has read, and those that #line names. */
static void add_inputs(void)
{
	for (unsigned i = 0; i < LINEMAPS_ORDINARY_USED(line_table); i++) {
		const line_map_ordinary *map = LINEMAPS_ORDINARY_MAP_AT(line_table, i);
		if (map->reason == LC_ENTER || map->reason == LC_RENAME)
			unit_add_input(unit, ORDINARY_MAP_FILE_NAME(map));
	}
}

/*
 * The variable's name in the source; NULL if the compiler made it, which shows in a
 * name that C does not allow.
 */
static const char *get_source_name(tree decl)
{
	if (!DECL_NAME(decl))
		return NULL;
	const char *name = IDENTIFIER_POINTER(DECL_NAME(decl));
	return *name == '*' || strchr(name, '.') ? NULL : name;
}

/* The function that a static local belongs to. */
static tree get_owner(tree decl)
{
	tree context = DECL_CONTEXT(decl);
	return context && TREE_CODE(context) == FUNCTION_DECL ? context : NULL_TREE;
}

/* Before anything has been optimised away. */
static void on_declaration(tree decl, tree owner)
{
	const char *source = get_source_name(decl);
	if (source)
		unit_declare_variable(
			unit, DECL_UID(decl), source, owner ? DECL_UID(owner) : 0);
}

/*
 * GCC has all asm statements at this time, and frees each one when it has written it. A
 * function that is equal to another becomes a jump to it later, and loses its lines.
 */
static void on_ipa_start(void *, void *)
{
	add_inputs();
	struct cgraph_node *function;
	FOR_EACH_FUNCTION_WITH_GIMPLE_BODY(function)
	{
		expanded_location end =
			expand_location(function->get_fun()->function_end_locus);
		if (end.line > 0)
			unit_add_end(unit, DECL_UID(function->decl), end.line);
	}
	for (asm_node *node = symtab->first_asm_symbol(); node; node = node->next)
		unit_add_assembly(unit, TREE_STRING_POINTER(node->asm_str),
			TREE_STRING_LENGTH(node->asm_str));
}

static bool is_local_alias(symtab_node *node)
{
	return node->alias && node->definition && !node->weakref &&
	       !node->transparent_alias && !TREE_PUBLIC(node->decl);
}

/* Gives it a section whose name is the same in each compile of the source. */
static void split_section(symtab_node *node)
{
	char name[1024];
	tree decl = node->decl;
	const char *symbol =
		DECL_ASSEMBLER_NAME_SET_P(decl) ? get_assembler_name(decl) : NULL;
	int length = symbol ? snprintf(name, sizeof(name), "%s%s%s", node->get_section(),
				      KSPLICE_SPLIT_MARK, symbol)
			    : snprintf(name, sizeof(name), "%s%s%d", node->get_section(),
				      KSPLICE_SPLIT_MARK, node->order);
	if (length > 0 && (size_t)length < sizeof(name))
		node->set_section(name);
}

/* A function that is inlined into others has a node for each of them. */
static bool is_inlined(symtab_node *node)
{
	cgraph_node *function = dyn_cast<cgraph_node *>(node);
	return function && function->inlined_to;
}

/* At this time GCC has written nothing, and makes no more decisions by sections. */
static void split_sections(void)
{
	symtab_node *node;
	FOR_EACH_SYMBOL(node)
	{
		const char *asked = node->implicit_section ? NULL : node->get_section();
		if (node->definition && !node->alias && !is_inlined(node) && asked &&
			section_split_has(asked))
			split_section(node);
	}
}

/* At this time equal functions and constants have one body. */
static void on_ipa_end(void *, void *)
{
	symtab_node *node;
	FOR_EACH_SYMBOL(node)
	{
		if (!is_local_alias(node))
			continue;
		symtab_node *target = node->ultimate_alias_target();
		if (target && target != node)
			unit_add_alias(unit, get_assembler_name(node->decl),
				get_assembler_name(target->decl));
	}
	if (has_split)
		split_sections();
}

/* GCC's own stream while asm_out_file is the plugin's. */
static FILE *inner_file;

static void on_start(void *, void *)
{
	if (main_input_filename)
		unit_add_input(unit, main_input_filename);
	FILE *stream = asm_out_file ? unit_open_stream(unit, asm_out_file) : NULL;
	if (!stream)
		return;
	inner_file = asm_out_file;
	asm_out_file = stream;
}

static void add_variable(tree decl)
{
	struct unit_variable_facts facts = {};
	tree owner = get_owner(decl);
	facts.name = get_assembler_name(decl);
	facts.source = get_source_name(decl);
	if (owner)
		facts.owner = get_assembler_name(owner);
	facts.section = get_section(decl);
	facts.number = DECL_UID(decl);
	if (DECL_SOURCE_LOCATION(decl) > BUILTINS_LOCATION) {
		expanded_location place = expand_location(DECL_SOURCE_LOCATION(decl));
		facts.file = place.file;
		facts.line = place.line > 0 ? place.line : 0;
	}
	unit_add_variable(unit, &facts);
}

static void on_finish(void *, void *)
{
	if (!inner_file)
		return;
	unit_release_stream(unit);
	asm_out_file = inner_file;
	if (!seen_error()) {
		varpool_node *node;
		FOR_EACH_VARIABLE(node)
		if (TREE_ASM_WRITTEN(node->decl) && !is_local_alias(node))
			add_variable(node->decl);
		layout_walk_finish();
		unit_finish(unit);
	}
	layout_walk_stop();
	unit_destroy(unit);
	unit = NULL;
}

/*
 * If the compiler crashed, or ended early without an error in the source (perhaps because
 * the plugin used too much memory), the wrapper compiles again without the plugin.
 */
static void at_exit(void)
{
	if (!unit)
		return;
	if (diagnostic_kind_count(global_dc, DK_ICE))
		unit_note_reason(unit, "plugin-crashed");
	else if (!seen_error() && !diagnostic_kind_count(global_dc, DK_FATAL))
		unit_note_reason(unit, "plugin-out-of-memory");
}

/*
 * Removes the options of this plugin from GCC's list, which GCC writes to DW_AT_producer
 * and .GCC.command.line. The options of other plugins stay; false if there are any.
 */
static bool hide_options(const struct plugin_name_args *info)
{
	bool is_alone = true;
	unsigned kept = 0;
	size_t length = strlen(info->base_name);
	for (unsigned i = 0; i < save_decoded_options_count; i++) {
		const struct cl_decoded_option *option = &save_decoded_options[i];
		bool is_own = option->opt_index == OPT_fplugin_ &&
			      strcmp(option->arg, info->full_name) == 0;
		bool is_argument = option->opt_index == OPT_fplugin_arg_ &&
				   strncmp(option->arg, info->base_name, length) == 0 &&
				   option->arg[length] == '-';
		if (!is_own && !is_argument)
			save_decoded_options[kept++] = *option;
		if (!is_own && option->opt_index == OPT_fplugin_)
			is_alone = false;
	}
	save_decoded_options_count = kept;
	return is_alone;
}

static bool is_asked(const char *variable)
{
	const char *value = getenv(variable);
	return value && strcmp(value, "1") == 0;
}

/* "GNU C17", and not "GNU C++17". */
static bool is_c(void)
{
	return strncmp(lang_hooks.name, "GNU C", 5) == 0 && lang_hooks.name[5] != '+';
}

int plugin_init(struct plugin_name_args *info, struct plugin_gcc_version *version)
{
	bool is_alone = hide_options(info);
	const char *path = getenv(KSPLICE_ENV_UNIT);
	if (!path || !*path)
		return 0;
	if (!gcc_match_is_same(version)) {
		unit_refuse(path, "plugin-other-gcc");
		return 0;
	}
	if (flag_preprocess_only)
		return 0;
	if (!is_c()) {
		unit_refuse(path, KSPLICE_UNIT_NOT_C);
		return 0;
	}
	unit = unit_create(path, version->basever);
	if (!unit)
		return 0;
	const char *name = info->base_name;
	register_passes(name);
	register_callback(name, PLUGIN_ALL_IPA_PASSES_START, on_ipa_start, NULL);
	register_callback(name, PLUGIN_ALL_IPA_PASSES_END, on_ipa_end, NULL);
	register_callback(name, PLUGIN_START_UNIT, on_start, NULL);
	register_callback(name, PLUGIN_FINISH_UNIT, on_finish, NULL);
	symtab->add_cgraph_removal_hook(on_node_removed, NULL);
	has_layouts = is_asked(KSPLICE_ENV_LAYOUTS);
	has_split = is_asked(KSPLICE_ENV_SPLIT);
	if (has_layouts)
		layout_walk_start(unit_ask_layouts(unit), name);
	parse_watch_start(on_declaration, is_alone && !has_layouts);
	atexit(at_exit);
	return 0;
}
