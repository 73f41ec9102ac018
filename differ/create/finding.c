// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char boot_only[] =
	"it takes effect only at boot or when the module is loaded, so leave it out of the "
	"patch";

static const struct finding_row {
	const char *name;
	enum finding_consequence consequence;
	const char *hint;
} finding_rows[] = {
	[FINDING_CHANGED_FUNCTION] = {"changed-function", FINDING_NOTED},
	[FINDING_NEW_FUNCTION] = {"new-function", FINDING_NOTED},
	[FINDING_GONE_FUNCTION] = {"gone-function", FINDING_NOTED},
	[FINDING_INLINED_FUNCTION] = {"inlined-function", FINDING_NOTED},
	[FINDING_REMOVED_FUNCTION] = {"removed-function", FINDING_REFUSED,
		"keep a function of that name, and let it do what the new code should do"},
	[FINDING_MOVED_FUNCTION] = {"moved-function", FINDING_REFUSED,
		"leave the function in its file and section"},
	[FINDING_DEFINED_TWICE] = {"defined-twice", FINDING_REFUSED,
		"give one of them another name, or make it static"},
	[FINDING_CHANGED_SIGNATURE] = {"changed-signature", FINDING_REFUSED,
		"leave the function as it was, and add one with the new parameters"},
	[FINDING_NOINSTR_FUNCTION] = {"noinstr-function", FINDING_REFUSED,
		"change one of its callers that is not noinstr instead"},
	[FINDING_SHARED_SECTION] = {"shared-section", FINDING_REFUSED,
		"functions that share a section of this name cannot be told apart; change "
		"one of its callers instead"},
	[FINDING_SPECIAL_SECTION] = {"special-section", FINDING_REFUSED,
		"change one of its callers instead"},
	[FINDING_SECTION_MEANING] = {"section-meaning", FINDING_WARNED},
	[FINDING_STOPPED_FUNCTION] = {"stopped-function", FINDING_REFUSED,
		"that needs a new kernel"},
	[FINDING_THREAD_FUNCTION] = {"thread-function", FINDING_WARNED,
		"change a function that it calls instead, or end the thread before the "
		"update is applied"},
	[FINDING_NEW_VARIABLE] = {"new-variable", FINDING_NOTED},
	[FINDING_GONE_VARIABLE] = {"gone-variable", FINDING_NOTED},
	[FINDING_REMOVED_VARIABLE] = {"removed-variable", FINDING_REFUSED,
		"keep the variable, or change the files that use it in the same patch"},
	[FINDING_ONCE_STATE] = {"once-state", FINDING_NOTED},
	[FINDING_CHANGED_DATA] = {"changed-data", FINDING_REFUSED,
		"leave the definition as it was, and set the new value in the code "
		"that uses it, or in an apply hook (docs/patch-author-guide.md)"},
	[FINDING_CHANGED_CONSTANT] = {"changed-constant", FINDING_NOTED},
	[FINDING_COPIED_CONSTANT] = {"copied-constant", FINDING_NOTED},
	[FINDING_GROWN_CONSTANT] = {"grown-constant", FINDING_REFUSED,
		"leave it as it was, and use a new constant in the changed functions"},
	[FINDING_LOST_IDENTITY] = {"lost-identity", FINDING_REFUSED,
		"keep the variable's name and its function, so that the new code uses "
		"the one that is in use since boot"},
	[FINDING_AMBIGUOUS_VARIABLE] = {"ambiguous-variable", FINDING_REFUSED,
		"give the new variable a name that the function does not use yet"},
	[FINDING_MOVED_VARIABLE] = {"moved-variable", FINDING_REFUSED,
		"leave the variable in its file and kind of memory"},
	[FINDING_UNCORRELATED_VARIABLE] = {"uncorrelated-variable", FINDING_REFUSED,
		"give the variable a name"},
	[FINDING_NEW_PER_CPU_VARIABLE] = {"new-per-cpu-variable", FINDING_REFUSED,
		"use DEFINE_PER_CPU, or an array indexed by CPU"},
	[FINDING_UNNAMED_CONTENT] = {"unnamed-content", FINDING_REFUSED},
	[FINDING_AMBIGUOUS_REFERENCE] = {"ambiguous-reference", FINDING_REFUSED,
		"put new variables of that section into another one"},
	[FINDING_HOOK] = {"hook", FINDING_NOTED},
	[FINDING_UNKNOWN_HOOK] = {"unknown-hook", FINDING_REFUSED,
		"use the macros of ksplice.h"},
	[FINDING_FOREIGN_HOOK] = {"foreign-hook", FINDING_REFUSED,
		"add a static function to the file that calls it, and use that as the hook"},
	[FINDING_OLD_HOOK] = {"old-hook", FINDING_WARNED},
	[FINDING_ONE_WAY_HOOK] = {"one-way-hook", FINDING_IRREVERSIBLE,
		"add a reverse or post_reverse hook that reverts its effect, or an empty one "
		"if there is nothing to revert"},
	[FINDING_KEPT_SHADOW] = {"kept-shadow", FINDING_WARNED,
		"call ksplice_shadow_free_all in a post_reverse hook"},
	[FINDING_CHANGED_LAYOUT] = {"changed-layout", FINDING_REFUSED,
		"keep the layout (a shadow variable can hold a new member), or give "
		"--allow-layout=KIND:NAME if no object of the old layout can meet the "
		"new code"},
	[FINDING_ALLOWED_LAYOUT] = {"allowed-layout", FINDING_WARNED},
	[FINDING_PROVEN_LAYOUT] = {"proven-layout", FINDING_NOTED},
	[FINDING_WITHOUT_EFFECT] = {"without-effect", FINDING_WARNED},
	[FINDING_INIT_DEPENDENCY] = {"init-dependency", FINDING_REFUSED,
		"init code does not run again: prepare it in the code that needs it, at its "
		"first use"},
	[FINDING_INIT_REFERENCE] = {"init-reference", FINDING_REFUSED,
		"use something that is kept after boot"},
	[FINDING_EXPORT] = {"export", FINDING_REFUSED,
		"keep what is exported, under its name and for all callers"},
	[FINDING_NEW_EXPORT] = {"new-export", FINDING_WARNED},
	[FINDING_OLD_EXPORT] = {"old-export", FINDING_WARNED},
	[FINDING_MODULE_PARAMETER] = {"module-parameter", FINDING_REFUSED, boot_only},
	[FINDING_MODULE_INFORMATION] = {"module-information", FINDING_REFUSED, boot_only},
	[FINDING_INITCALL] = {"initcall", FINDING_REFUSED, boot_only},
	[FINDING_BOOT_PARAMETER] = {"boot-parameter", FINDING_REFUSED, boot_only},
	[FINDING_BOOT_TABLE] = {"boot-table", FINDING_REFUSED, boot_only},
	[FINDING_TRACEPOINT] = {"tracepoint", FINDING_REFUSED, boot_only},
	[FINDING_STATIC_CALL] = {"static-call", FINDING_REFUSED, boot_only},
	[FINDING_TOPLEVEL_ASSEMBLY] = {"toplevel-assembly", FINDING_REFUSED,
		"only functions and data in C can be changed"},
	[FINDING_ESCAPING_ADDRESS] = {"escaping-address", FINDING_IRREVERSIBLE},
	[FINDING_UNKNOWN_SECTION] = {"unknown-section", FINDING_REFUSED,
		"this version of Ksplice does not know this section: please report it"},
	[FINDING_OTHER] = {"other", FINDING_REFUSED},
};

static const char *const consequence_names[] = {
	[FINDING_NOTED] = "none",
	[FINDING_WARNED] = "warning",
	[FINDING_IRREVERSIBLE] = "irreversible",
	[FINDING_REFUSED] = "refused",
};

void finding_add(struct finding_list *list, enum finding_kind kind, const char *object,
	const char *name, const char *format, ...)
{
	const struct finding_row *row = &finding_rows[kind];
	char *text;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		text = memory_copy_text("");
	/* Several references lead to the same thing. */
	for (size_t i = 0; i < list->count; i++) {
		const struct finding *known = &list->items[i];
		if (known->kind == kind && strcmp(known->object, object) == 0 &&
			strcmp(known->name, name) == 0 &&
			strcmp(known->text, text) == 0) {
			free(text);
			return;
		}
	}
	struct finding *finding = array_add(list);
	finding->kind = kind;
	finding->consequence = row->consequence;
	finding->reason = row->name;
	finding->object = memory_copy_text(object);
	finding->name = memory_copy_text(name);
	finding->text = text;
	finding->hint = row->hint ? memory_copy_text(row->hint) : NULL;
}

/* The message without "object: name: " in front, which the finding has of its own. */
static const char *text_skip(const char *text, const char *word)
{
	size_t length = strlen(word);
	bool is_there = length && strncmp(text, word, length) == 0 &&
			strncmp(text + length, ": ", 2) == 0;
	return is_there ? text + length + 2 : text;
}

struct error *finding_take_error(struct finding_list *list, const char *object,
	const char *name, struct error *error)
{
	if (!error || error_get_kind(error) != ERROR_REFUSED)
		return error;
	const char *hint = error_get_hint(error);
	const char *text = text_skip(text_skip(error_get_text(error), object), name);
	finding_add(list, FINDING_OTHER, object, name, "%s", text);
	struct finding *finding = &list->items[list->count - 1];
	free(finding->hint);
	finding->reason = error_get_reason(error);
	finding->hint = hint ? memory_copy_text(hint) : NULL;
	error_free(error);
	return NULL;
}

enum finding_kind finding_find_kind(const char *reason)
{
	size_t count = sizeof(finding_rows) / sizeof(finding_rows[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(finding_rows[i].name, reason) == 0)
			return (enum finding_kind)i;
	}
	return FINDING_OTHER;
}

size_t finding_count(
	const struct finding_list *list, enum finding_consequence consequence)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].consequence == consequence;
	return count;
}

const struct finding *finding_find(
	const struct finding_list *list, enum finding_consequence consequence)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].consequence == consequence)
			return &list->items[i];
	}
	return NULL;
}

char *finding_describe(const struct finding *finding)
{
	if (!finding->name[0])
		return memory_format("%s: %s", finding->object, finding->text);
	return memory_format("%s: %s: %s", finding->object, finding->name, finding->text);
}

struct error *finding_refuse(const struct finding_list *list)
{
	const struct finding *first = finding_find(list, FINDING_REFUSED);
	if (!first)
		return NULL;
	scope_free char *text = finding_describe(first);
	struct error *error = error_refused(first->reason, "%s", text);
	return first->hint ? error_hint(error, "%s", first->hint) : error;
}

struct json_t *finding_list_to_json(const struct finding_list *list)
{
	struct json_t *array = json_make_array();
	for (size_t i = 0; i < list->count; i++) {
		const struct finding *finding = &list->items[i];
		struct json_t *item = json_make_object();
		json_put_text(item, "kind", finding->reason);
		json_put_text(
			item, "consequence", consequence_names[finding->consequence]);
		json_put_text(item, "object", finding->object);
		if (finding->name[0])
			json_put_text(item, "name", finding->name);
		json_put_text(item, "text", finding->text);
		json_put_text(item, "hint", finding->hint);
		json_append(array, item);
	}
	return array;
}

void finding_list_deinit(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct finding *finding = &list->items[i];
		free(finding->object);
		free(finding->name);
		free(finding->text);
		free(finding->hint);
	}
	free(list->items);
	*list = (struct finding_list){0};
}
