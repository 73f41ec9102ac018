// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_rule.h"

#include <fnmatch.h>
#include <stddef.h>

/* Patterns of fnmatch without FNM_PATHNAME: a star crosses slashes. The first that
 * matches counts; without a reason it says that the object is recorded. */
static const struct record_rule {
	const char *pattern;
	const char *reason;
} record_rules[] = {
	{"arch/*/boot/*", "runs before the kernel"},
	{"arch/*/realmode/rm/*", "runs in real mode"},
	{"arch/*/purgatory/*", "runs between two kernels"},
	{"arch/*/vdso/vma.o", NULL},
	{"arch/*/vdso/extable.o", NULL},
	{"arch/*/vdso/vdso-image-*.o", NULL},
	{"arch/*/vdso/vdso32-setup.o", NULL},
	{"arch/*/vdso/*", "runs in user space"},
	{"arch/*/vdso32/*", "runs in user space"},
	{"drivers/firmware/efi/libstub/*", "runs before the kernel"},
	{"tools/*", "runs on the build machine"},
	{"arch/*/tools/*", "runs on the build machine"},
	{"scripts/*", "runs on the build machine"},
	{"*.mod.o", "describes a module, holds no code of its own"},
};

const char *record_rule_find(const char *object)
{
	size_t count = sizeof(record_rules) / sizeof(record_rules[0]);
	for (size_t i = 0; i < count; i++) {
		if (fnmatch(record_rules[i].pattern, object, 0) == 0)
			return record_rules[i].reason;
	}
	return NULL;
}
