// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layout_type.cc - passes facts about one struct, union or enum to unit_layout.h
 *
 * Runs at the end of the unit, when each type has its final form: attributes are applied,
 * and members are shuffled if a plugin does that.
 */
/* GCC's headers need each other in this order. */
/* clang-format off */
#include "gcc-plugin.h"

#include "tree.h"
/* clang-format on */

#include "plugin/unit_layout.h"

/* Types within types without a name, and arrays within arrays, of any use are not deeper.
 */
enum { LAYOUT_DEPTH_MOST = 16 };

/* Longer texts are cut, in each compile at the same place. */
struct layout_text {
	char data[600];
	size_t size;
	unsigned cut; /* sums up what was cut; 0: nothing */
};

static void put_text(struct layout_text *text, const char *string)
{
	size_t room = sizeof(text->data) - 1 - text->size;
	size_t length = strlen(string);
	for (size_t i = room; i < length; i++)
		text->cut = text->cut * 31 + (unsigned char)string[i] + 1;
	if (length > room)
		length = room;
	memcpy(text->data + text->size, string, length);
	text->size += length;
	text->data[text->size] = 0;
}

static void put_number(struct layout_text *text, unsigned HOST_WIDE_INT number)
{
	char digits[32];
	snprintf(digits, sizeof(digits), HOST_WIDE_INT_PRINT_UNSIGNED, number);
	put_text(text, digits);
}

static bool is_aggregate(tree type)
{
	return type && RECORD_OR_UNION_TYPE_P(type);
}

static const char *get_identifier(tree name)
{
	if (name && TREE_CODE(name) == TYPE_DECL)
		name = DECL_NAME(name);
	return name && TREE_CODE(name) == IDENTIFIER_NODE ? IDENTIFIER_POINTER(name)
							  : NULL;
}

/* Its tag, else the first typedef of it; NULL: it has no name. */
static const char *find_name(tree type)
{
	type = TYPE_MAIN_VARIANT(type);
	const char *name = get_identifier(TYPE_NAME(type));
	unsigned first = UINT_MAX;
	if (name)
		return name;
	for (tree variant = TYPE_NEXT_VARIANT(type); variant;
		variant = TYPE_NEXT_VARIANT(variant)) {
		tree alias = TYPE_NAME(variant);
		if (!alias || TREE_CODE(alias) != TYPE_DECL || DECL_UID(alias) >= first ||
			!get_identifier(alias))
			continue;
		first = DECL_UID(alias);
		name = get_identifier(alias);
	}
	return name;
}

static const char *get_kind(tree type)
{
	switch (TREE_CODE(type)) {
	case RECORD_TYPE:
		return "struct";
	case UNION_TYPE:
		return "union";
	case ENUMERAL_TYPE:
		return "enum";
	default:
		return NULL;
	}
}

static void put_type(struct layout_text *text, tree type, int depth);

static void put_named(struct layout_text *text, tree type, int depth)
{
	const char *name = find_name(type);
	put_text(text, get_kind(type));
	put_text(text, " ");
	if (name) {
		put_text(text, name);
		return;
	}
	put_text(text, "{");
	if (is_aggregate(type)) {
		for (tree field = TYPE_FIELDS(TYPE_MAIN_VARIANT(type)); field;
			field = DECL_CHAIN(field)) {
			if (TREE_CODE(field) != FIELD_DECL)
				continue;
			put_type(text, TREE_TYPE(field), depth + 1);
			put_text(text, "; ");
		}
	}
	put_text(text, "}");
}

static void put_function(struct layout_text *text, tree type, int depth)
{
	put_type(text, TREE_TYPE(type), depth + 1);
	put_text(text, " (");
	for (tree list = TYPE_ARG_TYPES(type); list; list = TREE_CHAIN(list)) {
		if (list != TYPE_ARG_TYPES(type))
			put_text(text, ", ");
		put_type(text, TREE_VALUE(list), depth + 1);
	}
	put_text(text, ")");
}

/* As the caller passes them: what GCC removed from a clone is not there. */
static void put_parameters(struct layout_text *text, tree function)
{
	tree type = TREE_TYPE(function);
	for (tree decl = DECL_ARGUMENTS(function); decl; decl = DECL_CHAIN(decl)) {
		if (decl != DECL_ARGUMENTS(function))
			put_text(text, ", ");
		put_type(text, TREE_TYPE(decl), 0);
	}
	if (stdarg_p(type))
		put_text(text, DECL_ARGUMENTS(function) ? ", ..." : "...");
}

const char *layout_type_describe_function(tree function)
{
	static struct layout_text text;
	tree result = DECL_RESULT(function);
	text = layout_text();
	put_type(&text, result ? TREE_TYPE(result) : TREE_TYPE(TREE_TYPE(function)), 0);
	put_text(&text, " (");
	put_parameters(&text, function);
	put_text(&text, ")");
	if (text.cut) {
		char digits[16];
		int length = snprintf(digits, sizeof(digits), " #%08x", text.cut);
		memcpy(text.data + sizeof(text.data) - 1 - length, digits, length);
	}
	return text.data;
}

static void put_array(struct layout_text *text, tree type, int depth)
{
	tree element = type;
	while (TREE_CODE(element) == ARRAY_TYPE && TREE_TYPE(element))
		element = TREE_TYPE(element);
	put_type(text, element, depth + 1);
	for (; TREE_CODE(type) == ARRAY_TYPE && TREE_TYPE(type); type = TREE_TYPE(type)) {
		tree last =
			TYPE_DOMAIN(type) ? TYPE_MAX_VALUE(TYPE_DOMAIN(type)) : NULL_TREE;
		put_text(text, " [");
		if (last && tree_fits_uhwi_p(last))
			put_number(text, tree_to_uhwi(last) + 1);
		put_text(text, "]");
	}
}

/* Without typedefs and qualifiers, which move nothing. */
static void put_type(struct layout_text *text, tree type, int depth)
{
	if (!type || type == error_mark_node || depth > LAYOUT_DEPTH_MOST) {
		put_text(text, "...");
		return;
	}
	switch (TREE_CODE(type)) {
	case RECORD_TYPE:
	case UNION_TYPE:
	case ENUMERAL_TYPE:
		put_named(text, type, depth);
		return;
	case POINTER_TYPE:
		put_type(text, TREE_TYPE(type), depth + 1);
		put_text(text, " *");
		return;
	case ARRAY_TYPE:
		put_array(text, type, depth);
		return;
	case FUNCTION_TYPE:
		put_function(text, type, depth);
		return;
	default:
		break;
	}
	const char *name = get_identifier(TYPE_NAME(TYPE_MAIN_VARIANT(type)));
	if (name) {
		put_text(text, name);
		return;
	}
	put_text(text, get_tree_code_name(TREE_CODE(type)));
	if (INTEGRAL_TYPE_P(type)) {
		put_text(text, TYPE_UNSIGNED(type) ? " unsigned " : " ");
		put_number(text, TYPE_PRECISION(type));
	}
}

/* In bits from the start of its struct. False if it is no constant. */
static bool find_position(tree field, unsigned HOST_WIDE_INT *position)
{
	tree offset = DECL_FIELD_OFFSET(field);
	tree bits = DECL_FIELD_BIT_OFFSET(field);
	if (!offset || !bits || !tree_fits_uhwi_p(offset) || !tree_fits_uhwi_p(bits))
		return false;
	*position = tree_to_uhwi(offset) * BITS_PER_UNIT + tree_to_uhwi(bits);
	return true;
}

static unsigned HOST_WIDE_INT get_bits(tree size)
{
	return size && tree_fits_uhwi_p(size) ? tree_to_uhwi(size) : 0;
}

static tree strip_arrays(tree type)
{
	while (type && TREE_CODE(type) == ARRAY_TYPE)
		type = TREE_TYPE(type);
	return type && type != error_mark_node ? TYPE_MAIN_VARIANT(type) : NULL_TREE;
}

static void write_members(struct unit_layouts *layouts, tree type, const char *prefix,
	unsigned HOST_WIDE_INT base, int depth);

static void write_member(struct unit_layouts *layouts, tree field, const char *prefix,
	unsigned HOST_WIDE_INT base, int depth)
{
	unsigned HOST_WIDE_INT position;
	if (!find_position(field, &position))
		return;
	struct layout_text name = {};
	struct layout_text text = {};
	tree declared = DECL_BIT_FIELD_TYPE(field) ? DECL_BIT_FIELD_TYPE(field)
						   : TREE_TYPE(field);
	tree element = strip_arrays(declared);
	put_text(&name, prefix);
	if (DECL_NAME(field)) {
		put_text(&name, get_identifier(DECL_NAME(field)));
		put_type(&text, declared, 0);
		unit_layouts_add_member(layouts, name.data, base + position,
			get_bits(DECL_SIZE(field)), text.data);
	}
	if (!is_aggregate(element))
		return;
	if (find_name(element)) {
		unit_layouts_add_content(layouts, TYPE_UID(element));
		return;
	}
	if (element != TYPE_MAIN_VARIANT(declared))
		put_text(&name, "[]");
	if (DECL_NAME(field))
		put_text(&name, ".");
	write_members(layouts, element, name.data, base + position, depth + 1);
}

static void write_members(struct unit_layouts *layouts, tree type, const char *prefix,
	unsigned HOST_WIDE_INT base, int depth)
{
	if (depth > LAYOUT_DEPTH_MOST)
		return;
	for (tree field = TYPE_FIELDS(type); field; field = DECL_CHAIN(field)) {
		if (TREE_CODE(field) == FIELD_DECL)
			write_member(layouts, field, prefix, base, depth);
	}
}

static void write_values(struct unit_layouts *layouts, tree type)
{
	for (tree item = TYPE_VALUES(type); item; item = TREE_CHAIN(item)) {
		const char *name = get_identifier(TREE_PURPOSE(item));
		tree value = TREE_VALUE(item);
		char digits[32];
		if (value && TREE_CODE(value) == CONST_DECL)
			value = DECL_INITIAL(value);
		if (!name || !value || TREE_CODE(value) != INTEGER_CST)
			continue;
		if (tree_fits_shwi_p(value))
			snprintf(digits, sizeof(digits), HOST_WIDE_INT_PRINT_DEC,
				tree_to_shwi(value));
		else if (tree_fits_uhwi_p(value))
			snprintf(digits, sizeof(digits), HOST_WIDE_INT_PRINT_UNSIGNED,
				tree_to_uhwi(value));
		else
			continue;
		unit_layouts_add_value(layouts, name, digits);
	}
}

/* The function that declares the type; NULL: it is at file scope. */
static const char *get_owner_name(tree type)
{
	tree context = TYPE_CONTEXT(type);
	return context && TREE_CODE(context) == FUNCTION_DECL && DECL_NAME(context)
		       ? get_identifier(DECL_NAME(context))
		       : NULL;
}

static location_t get_location(tree type)
{
	tree stub = TYPE_STUB_DECL(type);
	if (stub && DECL_SOURCE_LOCATION(stub) > BUILTINS_LOCATION)
		return DECL_SOURCE_LOCATION(stub);
	if (is_aggregate(type) && TYPE_FIELDS(type))
		return DECL_SOURCE_LOCATION(TYPE_FIELDS(type));
	return UNKNOWN_LOCATION;
}

/* Is a type with a name a member, or an item of one? */
static bool has_content(tree type, int depth)
{
	for (tree field = TYPE_FIELDS(type); field && depth < LAYOUT_DEPTH_MOST;
		field = DECL_CHAIN(field)) {
		if (TREE_CODE(field) != FIELD_DECL)
			continue;
		tree element = strip_arrays(TREE_TYPE(field));
		if (is_aggregate(element) &&
			(find_name(element) || has_content(element, depth + 1)))
			return true;
	}
	return false;
}

void layout_type_write(struct unit_layouts *layouts, tree type)
{
	struct unit_layout_facts facts = {};
	facts.kind = get_kind(type);
	if (!facts.kind || !COMPLETE_TYPE_P(type) || !TYPE_SIZE_UNIT(type) ||
		!tree_fits_uhwi_p(TYPE_SIZE_UNIT(type)))
		return;
	facts.name = find_name(type);
	if (!facts.name && is_aggregate(type)) {
		facts.name = unit_layouts_get_lent_name(layouts, TYPE_UID(type));
		facts.is_variable = facts.name != NULL;
		/* Its members are listed where it is a member. */
		if (!facts.name && !has_content(type, 0))
			return;
	}
	facts.owner = get_owner_name(type);
	location_t place = get_location(type);
	if (place > BUILTINS_LOCATION) {
		expanded_location expanded = expand_location(place);
		facts.file = expanded.file;
		facts.line = expanded.line > 0 ? expanded.line : 0;
	}
	facts.size = tree_to_uhwi(TYPE_SIZE_UNIT(type));
	facts.align = TYPE_ALIGN_UNIT(type);
	unit_layouts_begin_type(layouts, TYPE_UID(type), &facts);
	if (is_aggregate(type))
		write_members(layouts, type, "", 0, 0);
	else
		write_values(layouts, type);
	unit_layouts_end_type(layouts);
}
