// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ccache_setting.c - from "ccache(1)", "Configuration" and "Location of the primary
 * configuration file"
 */
#include "ccwrap/ccache_setting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

#define CCACHE_PREFIX_KEY "prefix_command"
#define CCACHE_SYSTEM_FILE "/etc/ccache.conf"

bool ccache_setting_is(const char *argument)
{
	size_t length = strspn(argument, "abcdefghijklmnopqrstuvwxyz_");
	return length && argument[length] == '=';
}

static const char *ccache_skip_space(const char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

/* Where the value of "prefix_command = VALUE" starts; NULL if the line is another one. */
static const char *ccache_find_value(const char *line)
{
	line = ccache_skip_space(line);
	if (!text_has_prefix(line, CCACHE_PREFIX_KEY))
		return NULL;
	line = ccache_skip_space(line + strlen(CCACHE_PREFIX_KEY));
	return *line == '=' ? ccache_skip_space(line + 1) : NULL;
}

static bool ccache_has_value(const char *value)
{
	return *value && !isspace((unsigned char)*value);
}

/* True if the file has the setting; *has_prefix is then whether it is not empty. */
static bool ccache_read_file(const char *path, bool *has_prefix)
{
	scope_text struct text text = {0};
	scope_error struct error *error = path ? file_read(path, &text) : NULL;
	bool is_set = false;
	if (error || !text.size)
		return false;
	for (const char *line = text.data; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *value = ccache_find_value(line);
		if (!value)
			continue;
		is_set = true;
		*has_prefix = ccache_has_value(value);
	}
	return is_set;
}

/* The user's file; NULL if there is none. */
static char *ccache_get_file(void)
{
	const char *path = getenv("CCACHE_CONFIGPATH");
	const char *folder = getenv("CCACHE_DIR");
	const char *home = getenv("HOME");
	const char *configuration = getenv("XDG_CONFIG_HOME");
	if (path && *path)
		return memory_copy_text(path);
	if (folder && *folder)
		return file_join(folder, "ccache.conf");
	scope_free char *old = home ? file_join(home, ".ccache") : NULL;
	if (old && file_is_folder(old))
		return file_join(old, "ccache.conf");
	if (configuration && *configuration)
		return file_join(configuration, "ccache/ccache.conf");
	return home ? file_join(home, ".config/ccache/ccache.conf") : NULL;
}

bool ccache_setting_has_prefix(char *const *settings, int count)
{
	bool has_prefix = false;
	for (int i = count - 1; i >= 0; i--) {
		const char *value = ccache_find_value(settings[i]);
		if (value)
			return ccache_has_value(value);
	}
	const char *prefix = getenv("CCACHE_PREFIX");
	if (prefix)
		return *prefix;
	scope_free char *file = ccache_get_file();
	if (ccache_read_file(file, &has_prefix))
		return has_prefix;
	const char *system = getenv("CCACHE_CONFIGPATH2");
	ccache_read_file(system && *system ? system : CCACHE_SYSTEM_FILE, &has_prefix);
	return has_prefix;
}
