// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_reason.h"

#include <stddef.h>
#include <string.h>

static const struct record_reason {
	const char *name;
	const char *text;
} record_reasons[] = {
	{"lto", "an object made with -flto contains no machine code"},
	{"compiler-not-found", "the compiler fails when it is run with --version"},
	{"compiler-not-gcc", "the compiler is not GCC"},
	{"plugin-missing",
		"no plugin for this version of GCC is installed; install GCC's plugin "
		"headers (Debian: gcc-VERSION-plugin-dev) and run \"make && make "
		"install\" in the sources of Ksplice"},
	{"plugin-not-loaded", "GCC cannot load the plugin"},
	{"plugin-other-gcc",
		"the plugin was built for another build of this GCC; run \"make && make "
		"install\" in the sources of Ksplice"},
	{"plugin-crashed", "the compiler crashed while the plugin was loaded"},
	{"plugin-out-of-memory", "the plugin ran out of memory"},
	{"no-unit-file", "the file in memory that the plugin writes to cannot be made"},
	{"compiler-not-started", "the compiler could not be started with the plugin"},
	{"not-compiled-again",
		"the object was made without the plugin, and a second compile with the "
		"plugin failed"},
	{"object-differs",
		"the object was made without the plugin, and a second compile with the "
		"plugin made a different object"},
	{"plugin-silent", "the plugin wrote nothing"},
	{"unit-incomplete", "the plugin did not finish writing"},
	{"record-not-written", "the disk is full, or the object is not an ELF file"},
	{"folder-not-writable", "the folder of the records is not writable"},
	{"record-not-removed",
		"its old record is wrong now and cannot be removed; remove it by hand"},
};

static const struct record_reason *reason_find(const char *name, size_t length)
{
	size_t count = sizeof(record_reasons) / sizeof(record_reasons[0]);
	for (size_t i = 0; i < count; i++) {
		if (strlen(record_reasons[i].name) == length &&
			memcmp(record_reasons[i].name, name, length) == 0)
			return &record_reasons[i];
	}
	return NULL;
}

const char *record_reason_explain(const char *name)
{
	const struct record_reason *reason = reason_find(name, strlen(name));
	return reason ? reason->text : name;
}

const char *record_reason_find(const char *name, size_t length)
{
	const struct record_reason *reason = reason_find(name, length);
	return reason ? reason->name : NULL;
}
