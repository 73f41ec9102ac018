// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layout_walk.cc - finds the types of a unit and how its functions use them
 *
 * Functions are read as they were parsed, with every cast, before anything is inlined or
 * optimised away. Sizes and offsets are constants already and cannot be found; but if one
 * changes, the function's code changes, too.
 *
 * In doubt a type is shared. It is not shared only if each pointer to one of its objects
 * is proven to come from the address of an automatic variable.
 */
/* GCC's headers need each other in this order. */
/* clang-format off */
#include "gcc-plugin.h"

#include "tree.h"
#include "function.h"
#include "diagnostic-core.h"
#include "cgraph.h"
/* clang-format on */

#include "plugin/unit_layout.h"

static struct unit_layouts *layouts;

/* A list of all types that were seen, last one first: GCC must not free them. */
static tree seen_types;

static const struct ggc_root_tab seen_roots[] = {
	{&seen_types, 1, sizeof(seen_types), &gt_ggc_mx_tree_node, &gt_pch_nx_tree_node},
	LAST_GGC_ROOT_TAB};

static void keep_type(tree type)
{
	if (unit_layouts_add_type(layouts, TYPE_UID(type)))
		seen_types = tree_cons(NULL_TREE, type, seen_types);
}

/*
 * The struct, union or enum that the type is, is an array of, or points to through that
 * many pointers. NULL: another kind of type.
 */
static tree get_core(tree type, unsigned *pointers)
{
	*pointers = 0;
	while (type && type != error_mark_node &&
		(POINTER_TYPE_P(type) || TREE_CODE(type) == ARRAY_TYPE)) {
		*pointers += POINTER_TYPE_P(type);
		type = TREE_TYPE(type);
	}
	if (!type || type == error_mark_node)
		return NULL_TREE;
	return RECORD_OR_UNION_TYPE_P(type) || TREE_CODE(type) == ENUMERAL_TYPE
		       ? TYPE_MAIN_VARIANT(type)
		       : NULL_TREE;
}

/* The struct or union that the type points to. */
static tree get_pointee(tree type)
{
	unsigned pointers;
	tree core = type ? get_core(type, &pointers) : NULL_TREE;
	return core && pointers && RECORD_OR_UNION_TYPE_P(core) ? core : NULL_TREE;
}

static void use_type(tree core, int use)
{
	keep_type(core);
	unit_layouts_use(layouts, TYPE_UID(core), use);
}

static void share_type(tree core, const char *why)
{
	keep_type(core);
	unit_layouts_set_shared(layouts, TYPE_UID(core), why);
}

static bool is_everywhere(tree decl)
{
	return is_global_var(decl) || (VAR_P(decl) && DECL_HARD_REGISTER(decl));
}

/* One function while it is read. */
struct body {
	hash_set<tree> done;
	auto_vec<tree> nested; /* functions of GNU C, within it */
	tree function;
};

static tree walk_node(tree *place, int *subtrees, void *data);

static void walk_part(tree part, struct body *body)
{
	walk_tree(&part, walk_node, body, &body->done);
}

/* Is the address that of an automatic variable, or derived from another pointer? */
static bool is_address_local(tree address)
{
	tree base = TREE_OPERAND(address, 0);
	while (handled_component_p(base))
		base = TREE_OPERAND(base, 0);
	switch (TREE_CODE(base)) {
	case VAR_DECL:
		return !is_everywhere(base);
	case COMPOUND_LITERAL_EXPR:
		return !is_everywhere(COMPOUND_LITERAL_EXPR_DECL(base));
	case PARM_DECL:
	case RESULT_DECL:
	case TARGET_EXPR:
	case INDIRECT_REF:
	case MEM_REF:
		return true;
	default:
		return false;
	}
}

/* Why the expression, a pointer, may lead to an object that is no automatic variable of a
 * function here; NULL: it does not, if its operands do not. */
static const char *find_source_of_pointer(tree node)
{
	switch (TREE_CODE(node)) {
	case ADDR_EXPR:
		return is_address_local(node) ? NULL
					      : "uses an object that is not on the stack";
	case VAR_DECL:
		return is_everywhere(node) ? "uses a variable that points to one" : NULL;
	case INTEGER_CST:
		return integer_zerop(node) ? NULL : "uses a fixed address";
	case CALL_EXPR:
		return "gets a pointer to one from a call";
	case PARM_DECL: /* depends on who calls */
	case RESULT_DECL:
	case NOP_EXPR: /* see walk_conversion */
	case CONVERT_EXPR:
	case NON_LVALUE_EXPR:
	case POINTER_PLUS_EXPR:
	case MODIFY_EXPR:
	case INIT_EXPR:
	case COND_EXPR:
	case COMPOUND_EXPR:
	case SAVE_EXPR:
	case TARGET_EXPR:
	case BIND_EXPR:
	case PREINCREMENT_EXPR:
	case PREDECREMENT_EXPR:
	case POSTINCREMENT_EXPR:
	case POSTDECREMENT_EXPR:
		return NULL;
	default:
		return "reads a pointer to one from memory";
	}
}

/* Does the expression make an object of its type on the stack? */
static bool is_object_made(tree node)
{
	switch (TREE_CODE(node)) {
	case COMPONENT_REF:
	case ARRAY_REF:
	case INDIRECT_REF:
	case MEM_REF:
	case MODIFY_EXPR:
	case INIT_EXPR:
		return false;
	default:
		return true;
	}
}

static void note_type(tree node)
{
	unsigned pointers;
	tree core = get_core(TREE_TYPE(node), &pointers);
	if (!core)
		return;
	if (TREE_CODE(core) == ENUMERAL_TYPE) {
		use_type(core, UNIT_LAYOUT_USED);
		return;
	}
	if (!pointers) {
		bool is_static = VAR_P(node) && is_everywhere(node);
		use_type(core, is_object_made(node) && !is_static
				       ? UNIT_LAYOUT_USED | UNIT_LAYOUT_OBJECT
				       : UNIT_LAYOUT_USED);
		if (is_static)
			share_type(core, "uses a variable of that type");
		return;
	}
	use_type(core, TREE_CODE(node) == PARM_DECL
			       ? UNIT_LAYOUT_USED | UNIT_LAYOUT_PARAMETER
			       : UNIT_LAYOUT_USED);
	const char *why = pointers > 1 ? "has a pointer to a pointer to one"
				       : find_source_of_pointer(node);
	if (why)
		share_type(core, why);
}

/* An address as another type's leads to the bytes of the object, or makes one of bytes.
 */
static void walk_conversion(tree node)
{
	tree operand = TREE_OPERAND(node, 0);
	tree to = get_pointee(TREE_TYPE(node));
	tree from = get_pointee(TREE_TYPE(operand));
	if (VOID_TYPE_P(TREE_TYPE(node)))
		return;
	if (to && to == from && TREE_CODE(node) != VIEW_CONVERT_EXPR)
		return;
	if (from)
		share_type(from, "converts a pointer to one to another type");
	if (to && !integer_zerop(operand))
		share_type(to, "makes a pointer to one of another value");
	if (TREE_CODE(operand) != ADDR_EXPR)
		return;
	for (tree part = TREE_OPERAND(operand, 0); handled_component_p(part);
		part = TREE_OPERAND(part, 0)) {
		tree whole = TREE_TYPE(TREE_OPERAND(part, 0));
		if (TREE_CODE(part) == COMPONENT_REF && whole &&
			RECORD_OR_UNION_TYPE_P(whole))
			share_type(TYPE_MAIN_VARIANT(whole),
				"converts a pointer to a part of one to another type");
	}
}

/* Built-in functions that take an address and neither keep nor copy what is there. */
static bool is_harmless(tree function)
{
	if (!function || !fndecl_built_in_p(function, BUILT_IN_NORMAL))
		return false;
	switch (DECL_FUNCTION_CODE(function)) {
	case BUILT_IN_MEMSET:
	case BUILT_IN_OBJECT_SIZE:
	case BUILT_IN_CONSTANT_P:
		return true;
	default:
		return false;
	}
}

static void walk_call(tree call, struct body *body, int *subtrees)
{
	tree function = get_callee_fndecl(call);
	bool is_ours = function && !TREE_PUBLIC(function) && !DECL_EXTERNAL(function);
	bool harmless = is_harmless(function);
	for (int i = 0; i < call_expr_nargs(call); i++) {
		tree argument = CALL_EXPR_ARG(call, i);
		unsigned pointers;
		if (harmless) {
			while (CONVERT_EXPR_P(argument) &&
				POINTER_TYPE_P(TREE_TYPE(TREE_OPERAND(argument, 0))))
				argument = TREE_OPERAND(argument, 0);
			walk_part(argument, body);
			continue;
		}
		if (!argument || !TREE_TYPE(argument))
			continue;
		tree core = get_core(TREE_TYPE(argument), &pointers);
		if (!core || !RECORD_OR_UNION_TYPE_P(core))
			continue;
		if (!pointers)
			use_type(core, UNIT_LAYOUT_USED | UNIT_LAYOUT_OBJECT);
		else if (!is_ours)
			share_type(core, "passes a pointer to one to other code");
	}
	if (harmless)
		*subtrees = 0;
}

static void walk_assembly(tree node)
{
	tree lists[] = {ASM_OUTPUTS(node), ASM_INPUTS(node)};
	for (tree list : lists) {
		for (; list; list = TREE_CHAIN(list)) {
			unsigned pointers;
			tree operand = TREE_VALUE(list);
			tree core = operand && TREE_TYPE(operand)
					    ? get_core(TREE_TYPE(operand), &pointers)
					    : NULL_TREE;
			if (core && RECORD_OR_UNION_TYPE_P(core))
				share_type(core, "uses one in an asm statement");
		}
	}
}

static void walk_variables(tree node)
{
	for (tree decl = BIND_EXPR_VARS(node); decl; decl = DECL_CHAIN(decl)) {
		if (VAR_P(decl) && TREE_TYPE(decl))
			note_type(decl);
	}
}

static tree walk_node(tree *place, int *subtrees, void *data)
{
	struct body *body = (struct body *)data;
	tree node = *place;
	if (!node || node == error_mark_node || TYPE_P(node)) {
		*subtrees = 0;
		return NULL_TREE;
	}
	switch (TREE_CODE(node)) {
	case FIELD_DECL:
	case LABEL_DECL:
	case TYPE_DECL:
	case IDENTIFIER_NODE:
		return NULL_TREE;
	case FUNCTION_DECL:
		if (DECL_CONTEXT(node) == body->function && DECL_SAVED_TREE(node))
			body->nested.safe_push(node);
		return NULL_TREE;
	case BIND_EXPR:
		walk_variables(node);
		break;
	case DECL_EXPR:
		if (VAR_P(DECL_EXPR_DECL(node)))
			note_type(DECL_EXPR_DECL(node));
		return NULL_TREE;
	case ASM_EXPR:
		walk_assembly(node);
		break;
	case CALL_EXPR:
		walk_call(node, body, subtrees);
		break;
	case NOP_EXPR:
	case CONVERT_EXPR:
	case VIEW_CONVERT_EXPR:
		if (TREE_TYPE(node) && TREE_OPERAND(node, 0) &&
			TREE_TYPE(TREE_OPERAND(node, 0)))
			walk_conversion(node);
		break;
	default:
		break;
	}
	if (TREE_TYPE(node))
		note_type(node);
	return NULL_TREE;
}

static void walk_function(tree function)
{
	struct body body;
	body.function = function;
	unit_layouts_begin_function(layouts, DECL_UID(function),
		DECL_NAME(function) ? IDENTIFIER_POINTER(DECL_NAME(function)) : "");
	for (tree decl = DECL_ARGUMENTS(function); decl; decl = DECL_CHAIN(decl))
		note_type(decl);
	if (DECL_RESULT(function))
		note_type(DECL_RESULT(function));
	walk_tree(&DECL_SAVED_TREE(function), walk_node, &body, &body.done);
	unit_layouts_end_function(layouts);
	if (TREE_PUBLIC(function) || DECL_PRESERVE_P(function))
		unit_layouts_open_parameters(layouts, DECL_UID(function),
			"gets a pointer to one and can be called from elsewhere");
	for (unsigned i = 0; i < body.nested.length(); i++)
		walk_function(body.nested[i]);
}

static void on_body(void *data, void *)
{
	tree function = (tree)data;
	if (layouts && !seen_error() && function && TREE_CODE(function) == FUNCTION_DECL)
		walk_function(function);
}

static void on_type(void *data, void *)
{
	tree type = (tree)data;
	unsigned pointers;
	if (!layouts || !type || type == error_mark_node || !TYPE_P(type))
		return;
	tree core = get_core(type, &pointers);
	if (core)
		keep_type(core);
}

/* A variable of a type that has no name. */
static void on_declaration(void *data, void *)
{
	tree decl = (tree)data;
	unsigned pointers;
	if (!layouts || !decl || !VAR_P(decl) || !TREE_TYPE(decl) || !DECL_NAME(decl))
		return;
	tree core = get_core(TREE_TYPE(decl), &pointers);
	if (!core || TYPE_NAME(core))
		return;
	keep_type(core);
	unit_layouts_lend_name(
		layouts, TYPE_UID(core), IDENTIFIER_POINTER(DECL_NAME(decl)));
}

/* By now the calls are known, and whose address is taken. */
static void on_calls(void *, void *)
{
	cgraph_node *node;
	if (!layouts)
		return;
	FOR_EACH_FUNCTION(node)
	{
		if (node->address_taken || node->has_aliases_p())
			unit_layouts_open_parameters(layouts, DECL_UID(node->decl),
				"gets a pointer to one and its address is taken");
	}
}

void layout_walk_start(struct unit_layouts *into, const char *plugin)
{
	layouts = into;
	register_callback(plugin, PLUGIN_REGISTER_GGC_ROOTS, NULL, (void *)seen_roots);
	register_callback(plugin, PLUGIN_FINISH_TYPE, on_type, NULL);
	register_callback(plugin, PLUGIN_FINISH_DECL, on_declaration, NULL);
	register_callback(plugin, PLUGIN_PRE_GENERICIZE, on_body, NULL);
	register_callback(plugin, PLUGIN_ALL_IPA_PASSES_START, on_calls, NULL);
}

void layout_walk_finish(void)
{
	if (!layouts)
		return;
	seen_types = nreverse(seen_types);
	for (tree item = seen_types; item; item = TREE_CHAIN(item))
		layout_type_write(layouts, TREE_VALUE(item));
	varpool_node *node;
	FOR_EACH_VARIABLE(node)
	{
		unsigned pointers;
		tree core = get_core(TREE_TYPE(node->decl), &pointers);
		if (core && !pointers && RECORD_OR_UNION_TYPE_P(core))
			unit_layouts_add_variable(
				layouts, DECL_UID(node->decl), TYPE_UID(core));
	}
}

void layout_walk_stop(void)
{
	layouts = NULL;
}
