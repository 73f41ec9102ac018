// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compiler_identity.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "ccwrap/unit_file.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/*
 * The kept answer is four lines of text: this one, the two files as they were, the
 * reason (empty if the plugin works), and the compiler's version.
 */
#define IDENTITY_HEADER "ksplice compiler 1"

static const char *const identity_reasons[] = {
	"compiler-not-found",
	"compiler-not-gcc",
	"plugin-missing",
	"plugin-not-loaded",
};

enum {
	IDENTITY_NOT_FOUND,
	IDENTITY_NOT_GCC,
	IDENTITY_MISSING,
	IDENTITY_NOT_LOADED,
};

/* A file as it is now: anything that replaces it changes this. */
static void identity_describe_file(struct text *text, const char *path)
{
	struct stat status;
	if (!path || stat(path, &status))
		text_add_format(text, "%s none", path ? path : "-");
	else
		text_add_format(text, "%s %lld.%09ld %lld %llu", path,
			(long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
			(long long)status.st_size, (unsigned long long)status.st_ino);
}

/* The major version in "gcc (Debian 12.2.0-14) 12.2.0": behind the parenthesis. */
static int identity_get_major(const char *version)
{
	const char *number = strrchr(version, ')');
	number = number ? number + 1 : version;
	while (*number && !isdigit((unsigned char)*number))
		number++;
	return atoi(number);
}

static char *identity_find_plugin(const char *version)
{
	scope_free char *name =
		memory_format(KSPLICE_PLUGIN_NAME, identity_get_major(version));
	return install_path_find(name);
}

static char *identity_get_cache(const char *compiler, const char *folder)
{
	scope_free char *key = digest_to_text(digest_of(compiler, strlen(compiler)));
	return memory_format("%s/compiler-%.16s", folder, key);
}

/* The line that starts at *next, which moves on; ends in place. */
static char *identity_cut_line(char **next)
{
	char *line = *next;
	char *end = line + strcspn(line, "\n");
	*next = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

static bool identity_load(
	struct compiler_identity *identity, const char *compiler, const char *cache)
{
	scope_text struct text kept = {0};
	scope_error struct error *error = file_read(cache, &kept);
	if (error)
		return false;
	char *next = kept.data;
	if (strcmp(identity_cut_line(&next), IDENTITY_HEADER) != 0)
		return false;
	const char *files = identity_cut_line(&next);
	const char *reason = identity_cut_line(&next);
	const char *version = identity_cut_line(&next);
	scope_free char *plugin = identity_find_plugin(version);
	scope_text struct text now = {0};
	identity_describe_file(&now, compiler);
	text_add(&now, " ");
	identity_describe_file(&now, plugin);
	if (strcmp(now.data, files) != 0)
		return false;
	const char *known = NULL;
	size_t count = sizeof(identity_reasons) / sizeof(identity_reasons[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(identity_reasons[i], reason) == 0)
			known = identity_reasons[i];
	}
	if (*reason && !known)
		return false;
	identity->reason = known;
	identity->version = memory_copy_text(version);
	identity->plugin = known ? NULL : take_pointer(plugin);
	return true;
}

static void identity_save(const struct compiler_identity *identity, const char *compiler,
	const char *plugin, const char *cache)
{
	scope_text struct text kept = {0};
	text_add(&kept, IDENTITY_HEADER "\n");
	identity_describe_file(&kept, compiler);
	text_add(&kept, " ");
	identity_describe_file(&kept, plugin);
	text_add_format(&kept, "\n%s\n%s\n", identity->reason ? identity->reason : "",
		identity->version);
	/* Where it cannot be kept, it is asked again. */
	error_free(file_write(cache, kept.data, kept.size));
}

/* Adds what "compiler --version" says; false if it says nothing. */
static bool identity_ask_version(const char *compiler, struct text *said)
{
	scope_text struct text errors = {0};
	const char *arguments[] = {compiler, "--version", NULL};
	const char *environment[] = {"LC_ALL=C", NULL};
	struct process_request request = {
		.arguments = arguments,
		.environment = environment,
		.output = said,
		.errors = &errors,
	};
	int status;
	scope_error struct error *error = process_run(&request, &status);
	return !error && !status && said->size;
}

/* Compiles nothing with it; a plugin that was loaded writes the start of a unit. */
static bool identity_is_plugin_loaded(const char *compiler, const char *plugin)
{
	scope_unit_file struct unit_file unit = {.fd = -1};
	if (unit_file_create(&unit))
		return false;
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	scope_free char *path = memory_format("%s=%s", KSPLICE_ENV_UNIT, unit.path);
	const char *arguments[] = {
		compiler, option, "-x", "c", "-S", "-o", "/dev/null", "/dev/null", NULL};
	const char *environment[] = {path, NULL};
	scope_text struct text said = {0};
	struct process_request request = {
		.arguments = arguments,
		.environment = environment,
		.output = &said,
		.errors = &said,
	};
	int status;
	scope_error struct error *error = process_run(&request, &status);
	return !error && !status && unit_file_is_started(&unit);
}

void compiler_identity_ask(
	struct compiler_identity *identity, const char *compiler, const char *folder)
{
	scope_text struct text said = {0};
	struct compiler_identity asked = {0};
	scope_free char *plugin = NULL;
	if (!identity_ask_version(compiler, &said)) {
		asked.version = memory_copy_text("");
		asked.reason = identity_reasons[IDENTITY_NOT_FOUND];
	} else {
		asked.version = memory_copy_range(said.data, strcspn(said.data, "\n"));
		plugin = identity_find_plugin(asked.version);
		if (!strstr(said.data, "Free Software Foundation"))
			asked.reason = identity_reasons[IDENTITY_NOT_GCC];
		else if (!file_exists(plugin))
			asked.reason = identity_reasons[IDENTITY_MISSING];
		else if (!identity_is_plugin_loaded(compiler, plugin))
			asked.reason = identity_reasons[IDENTITY_NOT_LOADED];
		else
			asked.plugin = memory_copy_text(plugin);
	}
	if (folder) {
		scope_free char *cache = identity_get_cache(compiler, folder);
		identity_save(&asked, compiler, plugin, cache);
	}
	compiler_identity_deinit(identity);
	*identity = asked;
}

void compiler_identity_read(
	struct compiler_identity *identity, const char *compiler, const char *folder)
{
	scope_free char *cache = identity_get_cache(compiler, folder);
	if (!identity_load(identity, compiler, cache))
		compiler_identity_ask(identity, compiler, folder);
}

void compiler_identity_describe(
	const struct compiler_identity *identity, const char *compiler, struct text *text)
{
	text_add_format(text, "%s\n", identity->version);
	identity_describe_file(text, compiler);
	text_add(text, "\n");
	identity_describe_file(text, identity->plugin);
	text_add(text, "\n");
}

void compiler_identity_deinit(struct compiler_identity *identity)
{
	free(identity->version);
	free(identity->plugin);
	*identity = (struct compiler_identity){0};
}
