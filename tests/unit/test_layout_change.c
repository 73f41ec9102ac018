// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/layout_change.h"

#include "differ/create/layout_user.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "tests/unit/unit_test.h"

/* The types of a unit, in single quotes, and its functions and variables. */
struct source {
	const char *layouts;
	const char *functions;
	const char *variables;
};

static struct record make_record(const struct source *source)
{
	struct record record = {0};
	scope_free char *text =
		memory_format("{'layouts':[%s],'functions':[%s],'variables':[%s]}",
			source->layouts, source->functions ? source->functions : "",
			source->variables ? source->variables : "");
	for (char *quote = text; (quote = strchr(quote, '\''));)
		*quote = '"';
	UNIT_CHECK_DONE(json_read_range("test", text, strlen(text), &record.json));
	record.layouts = json_find(record.json, "layouts");
	record.functions = json_find(record.json, "functions");
	record.variables = json_find(record.json, "variables");
	return record;
}

/* The texts of all changes, each followed by a newline. */
static char *compare(const struct source *before, const struct source *after)
{
	scope_record struct record pre = make_record(before);
	scope_record struct record post = make_record(after);
	scope_layout_change_list struct layout_change_list list = {0};
	UNIT_CHECK_DONE(layout_changes_find(&pre, &post, &list));
	char *text = memory_copy_text("");
	array_foreach (change, &list.changes) {
		scope_free char *shorter = text;
		text = memory_format("%s%s\n", shorter, change->text);
	}
	return text;
}

static void check_types(const char *pre, const char *post, const char *wanted)
{
	const struct source before = {pre};
	const struct source after = {post};
	scope_free char *text = compare(&before, &after);
	UNIT_CHECK_TEXT(text, wanted);
}

#define TYPE(kind, name, size, rest)                                                     \
	"{'kind':'" kind "','name':'" name "','file':'a.c','line':1,'size':" #size       \
	",'align':8," rest "}"
#define STRUCT(name, size, members) TYPE("struct", name, size, "'members':[" members "]")
#define MEMBER(name, offset, size, type)                                                 \
	"{'name':'" name "','offset':" #offset ",'size':" #size ",'type':'" type "'}"
#define ENUM(name, values) TYPE("enum", name, 4, "'values':[" values "]")
#define NAMELESS(values) "{'kind':'enum','size':4,'align':4,'values':[" values "]}"
#define VALUE(name, value) "{'name':'" name "','value':'" value "'}"

#define A MEMBER("a", 0, 32, "int")
#define B MEMBER("b", 32, 32, "int")

static void test_members(void)
{
	check_types(STRUCT("s", 8, A "," B), STRUCT("s", 8, A "," B), "");
	check_types(STRUCT("s", 8, A "," B),
		STRUCT("s", 16,
			MEMBER("n", 0, 64, "long int") "," MEMBER(
				"a", 64, 32, "int") "," MEMBER("b", 96, 32, "int")),
		"struct s: size 8 → 16; new member n at 0 (8 bytes); "
		"member a: offset 0 → 8; member b: offset 4 → 12\n");
	check_types(
		STRUCT("s", 8, A "," B), STRUCT("s", 8, A), "struct s: member b gone\n");
	check_types(STRUCT("s", 8, A), STRUCT("s", 8, A "," B),
		"struct s: new member b at 4 (4 bytes)\n");
	check_types(STRUCT("s", 8, MEMBER("p", 0, 64, "struct x *")),
		STRUCT("s", 8, MEMBER("p", 0, 64, "struct y *")),
		"struct s: type of p changed from struct x * to struct y *\n");
	check_types(STRUCT("s", 4, MEMBER("f", 3, 2, "int")),
		STRUCT("s", 4, MEMBER("f", 4, 1, "int")),
		"struct s: member f: offset bit 3 → bit 4; "
		"member f: size 2 bits → 1 bit\n");
	/* Two that swap their places, and so their names. */
	check_types(STRUCT("s", 8, A "," B),
		STRUCT("s", 8, MEMBER("b", 0, 32, "int") "," MEMBER("a", 32, 32, "int")),
		"struct s: member b: offset 4 → 0; member a: offset 0 → 4\n");
	check_types(TYPE("union", "s", 8, "'members':[" A "]"), STRUCT("s", 8, B), "");
}

static void test_renamed_member(void)
{
	check_types(STRUCT("s", 8, A "," B),
		STRUCT("s", 8, A "," MEMBER("c", 32, 32, "int")), "");
	check_types(STRUCT("s", 8, A "," B),
		STRUCT("s", 8, A "," MEMBER("c", 32, 32, "float")),
		"struct s: new member c at 4 (4 bytes); member b gone\n");
}

static void test_many_parts(void)
{
	check_types(STRUCT("s", 8, ""),
		STRUCT("s", 8,
			MEMBER("a", 0, 8, "char") "," MEMBER("b", 0, 8,
				"char") "," MEMBER("c", 0, 8, "char") "," MEMBER("d", 0,
				8, "char") "," MEMBER("e", 0, 8, "char") "," MEMBER("f",
				0, 8,
				"char") "," MEMBER("g", 0, 8, "char") "," MEMBER("h", 0,
				8, "char") "," MEMBER("i", 0, 8, "char") "," MEMBER("j",
				0, 8, "char") "," MEMBER("k", 0, 8,
				"char") "," MEMBER("l", 0, 8, "char") "," MEMBER("m", 0,
				8, "char") "," MEMBER("n", 0, 8, "char")),
		"struct s: new member a at 0 (1 byte); new member b at 0 (1 byte); "
		"new member c at 0 (1 byte); new member d at 0 (1 byte); "
		"new member e at 0 (1 byte); new member f at 0 (1 byte); "
		"new member g at 0 (1 byte); new member h at 0 (1 byte); "
		"new member i at 0 (1 byte); new member j at 0 (1 byte); "
		"new member k at 0 (1 byte); new member l at 0 (1 byte); and 2 more\n");
}

static void test_types(void)
{
	/* Only on one side. */
	check_types(STRUCT("s", 8, A), STRUCT("t", 4, A), "");
	/* Of one name, in two functions. */
	check_types(TYPE("struct", "s", 4, "'owner':'f'") "," TYPE(
			    "struct", "s", 8, "'owner':'g'"),
		TYPE("struct", "s", 4, "'owner':'f'") "," TYPE(
			"struct", "s", 16, "'owner':'g'"),
		"struct s of g: size 8 → 16\n");
	check_types(TYPE("struct", "s", 4, "'owner':'f'"),
		TYPE("struct", "s", 8, "'owner':'g'"), "");
	/* A tag and a typedef of one name. */
	check_types(STRUCT("s", 4, A) "," STRUCT("s", 8, A),
		STRUCT("s", 4, A) "," STRUCT("s", 16, A), "struct s: size 8 → 16\n");
}

static void test_enums(void)
{
	check_types(ENUM("e", VALUE("X", "0") "," VALUE("Y", "1")),
		ENUM("e", VALUE("X", "0") "," VALUE("Y", "1") "," VALUE("Z", "2")), "");
	check_types(ENUM("e", VALUE("X", "0") "," VALUE("Y", "1")),
		ENUM("e", VALUE("X", "0") "," VALUE("Z", "1") "," VALUE("Y", "2")),
		"enum e: value of Y changed from 1 to 2\n");
	check_types(ENUM("e", VALUE("X", "0") "," VALUE("Y", "1")),
		ENUM("e", VALUE("X", "0")), "");
	check_types(NAMELESS(VALUE("X", "0") "," VALUE("Y", "1")),
		NAMELESS(VALUE("Z", "0") "," VALUE("Y", "2")),
		"enum X: value of Y changed from 1 to 2\n");
	/* To another enum. */
	check_types(NAMELESS(VALUE("X", "0")), ENUM("e", VALUE("X", "1")),
		"enum X: value of X changed from 0 to 1\n");
}

static void check_renamed_type(const char *post, const char *function, const char *wanted)
{
	const struct source before = {
		STRUCT("old", 8, A "," B), "{'name':'f','layouts':[0]}"};
	scope_free char *uses = memory_format("{'name':'%s','layouts':[0]}", function);
	const struct source after = {post, uses};
	scope_free char *text = compare(&before, &after);
	UNIT_CHECK_TEXT(text, wanted);
}

static void test_renamed_type(void)
{
	check_renamed_type(STRUCT("new", 8, A "," B), "f", "");
	check_renamed_type(STRUCT("new", 16, A "," MEMBER("b", 64, 32, "int")), "f",
		"struct old, now new: size 8 → 16; member b: offset 4 → 8\n");
	/* The function that uses it is another one; no member has the same name. */
	check_renamed_type(STRUCT("new", 16, A), "g", "");
	check_renamed_type(STRUCT("new", 16, MEMBER("c", 64, 32, "int")), "f", "");
}

static void test_not_asked(void)
{
	struct record empty = {0};
	struct layout_change_list list = {0};
	UNIT_CHECK_ERROR(layout_changes_find(&empty, &empty, &list), "no layouts");
}

/* ---- who depends on it, and what is proven -------------------------------------- */

static bool is_one_of(const char *function, void *context)
{
	const char *list = context;
	scope_free char *item = memory_format(" %s ", function);
	return strstr(list, item) != NULL;
}

#define OLD(rest) TYPE("struct", "s", 8, "'members':[" A "]" rest)
#define NEW(rest) TYPE("struct", "s", 16, "'members':[" A "]" rest)
#define BOX(rest) TYPE("struct", "box", 32, "'contains':[0]" rest)
#define ELSE_TYPE TYPE("struct", "other", 8, "'members':[]")
#define FUNCTIONS                                                                        \
	"{'name':'makes','layouts':[0,1],'objects':[0]},"                                \
	"{'name':'reads','layouts':[0]},{'name':'boxes','layouts':[1]},"                 \
	"{'name':'others','layouts':[2]}"
#define SHARED ",'shared':{'function':'reads','why':'gets one'}"

static void check_use(const struct source *before, const struct source *after,
	const char *travelling, const char *users_wanted, const char *doubt_wanted)
{
	scope_record struct record pre = make_record(before);
	scope_record struct record post = make_record(after);
	scope_layout_change_list struct layout_change_list list = {0};
	UNIT_CHECK_DONE(layout_changes_find(&pre, &post, &list));
	UNIT_CHECK(list.changes.count == 1);
	if (list.changes.count != 1)
		return;
	const struct layout_change *change = &list.changes.items[0];
	scope_free char *names = memory_copy_text(travelling);
	const struct layout_unit unit = {&pre, &post, "a.o", "/", is_one_of, names};
	scope_layout_users struct layout_users users = {0};
	UNIT_CHECK_DONE(layout_users_find(&unit, change, NULL, NULL, &users));
	scope_free char *described = layout_users_describe(&users);
	UNIT_CHECK_TEXT(described, users_wanted);
	scope_free char *doubt = layout_find_doubt(&unit, change, &users);
	UNIT_CHECK_TEXT(doubt ? doubt : "proven", doubt_wanted);
	UNIT_CHECK(users.is_mentioned);
}

static void test_users(void)
{
	const struct source pre = {OLD("") "," BOX("") "," ELSE_TYPE, FUNCTIONS};
	const struct source post = {NEW("") "," BOX("") "," ELSE_TYPE,
		FUNCTIONS ",{'name':'added','layouts':[0]}"};
	check_use(&pre, &post, " makes added reads boxes ", "", "proven");
	check_use(&pre, &post, " makes added ", "2 remaining functions: reads, boxes",
		"proven");
	check_use(&pre, &post, " reads boxes added ", "1 remaining function: makes",
		"makes has one on its stack and is not replaced");
	check_use(&pre, &post, " makes reads boxes ", "1 remaining function: added",
		"proven");
}

/* A type within a type within the one that the function uses. */
static void test_containers(void)
{
#define AROUND(name, inner) TYPE("struct", name, 64, "'contains':[" #inner "]")
	const struct source pre = {OLD("") "," AROUND("crate", 2) "," AROUND("box", 0),
		"{'name':'ships','layouts':[1]}"};
	const struct source post = {NEW("") "," AROUND("crate", 2) "," AROUND("box", 0),
		"{'name':'ships','layouts':[1]}"};
	check_use(&pre, &post, "", "1 remaining function: ships", "proven");
}

static void test_doubts(void)
{
	const struct source pre = {OLD("") "," BOX("") "," ELSE_TYPE, FUNCTIONS};
	const struct source post = {NEW("") "," BOX("") "," ELSE_TYPE, FUNCTIONS};
	const char *all = " makes reads boxes ";
	struct source other = pre;
	other.layouts = OLD(SHARED) "," BOX("") "," ELSE_TYPE;
	check_use(&other, &post, all, "", "reads gets one (s)");
	other.layouts = OLD("") "," BOX(SHARED) "," ELSE_TYPE;
	check_use(&other, &post, all, "", "reads gets one (box)");
	other = post;
	other.layouts = NEW(SHARED) "," BOX("") "," ELSE_TYPE;
	check_use(&pre, &other, all, "", "reads gets one (s)");
	other = pre;
	other.variables = "{'name':'v','layout':2},{'name':'w','layout':1}";
	check_use(&other, &post, all, "", "variable w is or contains one");
	const struct source before = {ENUM("e", VALUE("X", "0"))};
	const struct source after = {ENUM("e", VALUE("X", "1"))};
	check_use(&before, &after, "", "", "its values may be stored anywhere");
	other = pre;
	other.layouts = "{'kind':'struct','name':'s','file':'include/a.h','line':1,"
			"'size':8,'align':8,'members':[" A "]}," BOX("") "," ELSE_TYPE;
	check_use(&other, &post, all, "", "other files know it");
}

static void test_allowed(void)
{
	const struct layout_change change = {.kind = "struct", .name = "foo"};
	UNIT_CHECK(layout_is_allowed(&change, "struct:foo"));
	UNIT_CHECK(!layout_is_allowed(&change, "struct:foobar"));
	UNIT_CHECK(!layout_is_allowed(&change, "struct:fo"));
	UNIT_CHECK(!layout_is_allowed(&change, "union:foo"));
	UNIT_CHECK(!layout_is_allowed(&change, "foo"));
}

int main(void)
{
	test_members();
	test_renamed_member();
	test_many_parts();
	test_types();
	test_enums();
	test_renamed_type();
	test_not_asked();
	test_users();
	test_containers();
	test_doubts();
	test_allowed();
	return unit_end();
}
