// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_hook.h"

#include "tests/unit/unit_test.h"

int main(void)
{
	static const char source[] = "static void set(void) { }\n"
				     "ksplice_post_apply(set);\n"
				     "ksplice_apply ( put_back\n);\n"
				     "/* ksplice_reverse */ ksplice_reversed(first);\n";
	static const struct {
		enum ksplice_hook_kind kind;
		const char *function;
		bool is_there;
	} cases[] = {
		{KSPLICE_HOOK_POST_APPLY, "set", true},
		{KSPLICE_HOOK_APPLY, "put_back", true},
		{KSPLICE_HOOK_APPLY, "set", false},
		{KSPLICE_HOOK_POST_APPLY, "se", false},
		{KSPLICE_HOOK_POST_APPLY, "sets", false},
		{KSPLICE_HOOK_REVERSE, "first", false},
		{KSPLICE_HOOK_PRE_APPLY, "set", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		UNIT_CHECK(update_hook_is_in_source(source, cases[i].kind,
				   cases[i].function) == cases[i].is_there);

	UNIT_CHECK_TEXT(update_hook_kind_name(KSPLICE_HOOK_PRE_APPLY), "pre_apply");
	UNIT_CHECK_TEXT(update_hook_kind_name(KSPLICE_HOOK_FAIL_REVERSE), "fail_reverse");
	UNIT_CHECK(update_hook_is_core_function("ksplice_shadow_free_all"));
	UNIT_CHECK(!update_hook_is_core_function("ksplice_update_load"));
	return unit_end();
}
