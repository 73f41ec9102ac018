// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_rule.h"

#include <fnmatch.h>
#include <stddef.h>

/* Patterns of fnmatch without FNM_PATHNAME: a star matches slashes, too. The first
 * pattern that matches counts. An object is recorded if that one has no reason. */
static const struct record_rule {
	const char *pattern;
	const char *name;
	const char *reason;
} record_rules[] = {
	{"arch/*/boot/*", "boot-code", "runs before the kernel"},
	{"arch/*/realmode/rm/*", "realmode-code", "runs in real mode"},
	{"arch/*/purgatory/*", "purgatory-code", "runs between two kernels"},
	{"arch/*/vdso/vma.o", NULL, NULL},
	{"arch/*/vdso/extable.o", NULL, NULL},
	{"arch/*/vdso/vdso-image-*.o", NULL, NULL},
	{"arch/*/vdso/vdso32-setup.o", NULL, NULL},
	{"arch/*/vdso/*", "vdso-image", "runs in user space"},
	{"arch/*/vdso32/*", "vdso-image", "runs in user space"},
	{"drivers/firmware/efi/libstub/*", "efi-stub", "runs before the kernel"},
	{"tools/*", "host-program", "runs on the build machine"},
	{"arch/*/tools/*", "host-program", "runs on the build machine"},
	{"scripts/*", "host-program", "runs on the build machine"},
	{"*.mod.o", "module-description", "describes a module and contains no code"},
};

static const struct record_rule *rule_find(const char *object)
{
	size_t count = sizeof(record_rules) / sizeof(record_rules[0]);
	for (size_t i = 0; i < count; i++) {
		if (fnmatch(record_rules[i].pattern, object, 0) == 0)
			return &record_rules[i];
	}
	return NULL;
}

const char *record_rule_find(const char *object)
{
	const struct record_rule *rule = rule_find(object);
	return rule ? rule->reason : NULL;
}

const char *record_rule_find_name(const char *object)
{
	const struct record_rule *rule = rule_find(object);
	return rule ? rule->name : NULL;
}
