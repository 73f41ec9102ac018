// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_reason.h"

#include <stddef.h>
#include <string.h>

static const struct record_reason {
	const char *name;
	const char *text;
} record_reasons[] = {
	{"lto", "with -flto an object holds no code yet"},
	{"compiler-not-found", "the compiler does not answer --version"},
	{"compiler-not-gcc", "the compiler is not GCC"},
	{"plugin-missing",
		"no plugin for this version of GCC is installed; install the headers of "
		"its plugins (Debian: gcc-VERSION-plugin-dev) and run \"make && make "
		"install\" in the sources of Ksplice"},
	{"plugin-not-loaded", "GCC cannot load the plugin"},
	{"plugin-other-gcc",
		"the plugin was built for another build of this GCC; run \"make && make "
		"install\" in the sources of Ksplice"},
	{"plugin-crashed", "the compiler crashed with the plugin in it"},
	{"plugin-out-of-memory", "the plugin found no more memory"},
	{"no-unit-file", "the system gave no memory file"},
	{"compiler-not-started", "the first attempt to run the compiler failed"},
	{"not-compiled-again", "the object was made without the plugin, and a compile "
			       "with it failed"},
	{"object-differs",
		"the object is not what a compile here, with the plugin, makes"},
	{"plugin-silent", "the plugin wrote nothing"},
	{"unit-incomplete", "the plugin did not finish"},
	{"record-not-written", "the disk is full, or the object is no ELF file"},
	{"folder-not-writable", "the folder of the records cannot be written"},
	{"record-not-removed",
		"its old record cannot be removed, and is wrong now; remove it by hand"},
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
