// SPDX-License-Identifier: GPL-2.0-or-later
/* test_finding.c - a list of findings, and the refusal that it amounts to */
#include "differ/create/finding.h"

#include "lib/cleanup.h"
#include "lib/json.h"
#include "tests/unit/unit_test.h"

static void test_refusal(void)
{
	struct finding_list list = {0};
	UNIT_CHECK(!finding_refuse(&list));
	finding_add(&list, FINDING_CHANGED_FUNCTION, "a.o", "f", "is replaced");
	finding_add(&list, FINDING_WITHOUT_EFFECT, "a.o", "g", "ran at boot");
	UNIT_CHECK(!finding_refuse(&list));
	finding_add(&list, FINDING_CHANGED_DATA, "a.o", "d", "size %d", 4);
	finding_add(&list, FINDING_EXPORT, "b.o", "e", "adds");
	struct error *error = finding_refuse(&list);
	UNIT_CHECK(error && strcmp(error_get_reason(error), "changed-data") == 0);
	UNIT_CHECK(error && error_get_hint(error));
	UNIT_CHECK_TEXT(error ? error_get_text(error) : NULL, "a.o: d: size 4");
	error_free(error);
	UNIT_CHECK(finding_count(&list, FINDING_REFUSED) == 2);
	UNIT_CHECK(finding_count(&list, FINDING_NOTED) == 1);
	UNIT_CHECK(finding_find(&list, FINDING_WARNED)->kind == FINDING_WITHOUT_EFFECT);
	UNIT_CHECK(!finding_find(&list, FINDING_IRREVERSIBLE));
	finding_list_deinit(&list);
}

static void test_same_thing_once(void)
{
	struct finding_list list = {0};
	finding_add(&list, FINDING_NEW_FUNCTION, "a.o", "f", "is new");
	finding_add(&list, FINDING_NEW_FUNCTION, "a.o", "f", "is new");
	finding_add(&list, FINDING_NEW_FUNCTION, "b.o", "f", "is new");
	UNIT_CHECK(list.count == 2);
	finding_list_deinit(&list);
}

static void test_errors(void)
{
	struct finding_list list = {0};
	UNIT_CHECK(!finding_take_error(&list, "a.o", "f", NULL));
	UNIT_CHECK(!list.count);
	UNIT_CHECK_ERROR(
		finding_take_error(&list, "a.o", "f", error_failed("disk")), "disk");
	UNIT_CHECK(!list.count);
	UNIT_CHECK_DONE(finding_take_error(&list, "a.o", "f",
		error_hint(error_refused("live-site", "a.o: f: is rewritten"), "wait")));
	/* A second refusal of the same text is the same finding. */
	UNIT_CHECK_DONE(finding_take_error(&list, "a.o", "f",
		error_hint(error_refused("live-site", "a.o: f: is rewritten"), "wait")));
	UNIT_CHECK(list.count == 1);
	struct error *error = finding_refuse(&list);
	UNIT_CHECK_TEXT(error ? error_get_reason(error) : NULL, "live-site");
	UNIT_CHECK_TEXT(error ? error_get_text(error) : NULL, "a.o: f: is rewritten");
	UNIT_CHECK_TEXT(error ? error_get_hint(error) : NULL, "wait");
	error_free(error);
	finding_list_deinit(&list);
}

static void test_json(void)
{
	struct finding_list list = {0};
	finding_add(&list, FINDING_TOPLEVEL_ASSEMBLY, "a.o", "", "changes assembly");
	scope_json struct json_t *json = finding_list_to_json(&list);
	const struct json_t *item = json_find_item(json, 0);
	UNIT_CHECK_TEXT(json_find_text(item, "kind"), "toplevel-assembly");
	UNIT_CHECK_TEXT(json_find_text(item, "consequence"), "refused");
	UNIT_CHECK_TEXT(json_find_text(item, "object"), "a.o");
	UNIT_CHECK(!json_find_text(item, "name"));
	finding_list_deinit(&list);
}

static void test_kinds(void)
{
	UNIT_CHECK(finding_find_kind("initcall") == FINDING_INITCALL);
	UNIT_CHECK(finding_find_kind("boot-table") == FINDING_BOOT_TABLE);
	UNIT_CHECK(finding_find_kind("no such kind") == FINDING_OTHER);
}

int main(void)
{
	test_refusal();
	test_same_thing_once();
	test_errors();
	test_json();
	test_kinds();
	return unit_end();
}
