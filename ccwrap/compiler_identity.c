// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compiler_identity.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "ccwrap/plugin_output.h"
#include "lib/cleanup.h"
#include "lib/compiler_version.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/file_stamp.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/record_reason.h"
#include "lib/text.h"

/*
 * The kept answer is five lines of text: this one, the stamps of the two files, the
 * reason (empty if the plugin works), the compiler's major version, and the output of
 * --version.
 */
#define IDENTITY_HEADER "ksplice compiler 2"

/* Adds a file and what changes when it is replaced. */
static void identity_describe_file(struct text *text, const char *path)
{
	scope_free char *stamp = path ? file_stamp_read_unique(path) : NULL;
	text_add_format(
		text, "%s %s", path ? path : "-", stamp && *stamp ? stamp : "none");
}

static char *identity_find_plugin(int major)
{
	scope_free char *name = memory_format(KSPLICE_PLUGIN_NAME, major);
	return install_path_find(name);
}

static char *identity_get_cache(const char *compiler, const char *folder)
{
	scope_free char *key = digest_to_text(digest_of(compiler, strlen(compiler)));
	return memory_format("%s/compiler-%.16s", folder, key);
}

/* The line at *next, which moves to the next line; the newline becomes a NUL. */
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
	const char *major = identity_cut_line(&next);
	const char *version = identity_cut_line(&next);
	scope_free char *plugin = identity_find_plugin(atoi(major));
	scope_text struct text now = {0};
	identity_describe_file(&now, compiler);
	text_add(&now, " ");
	identity_describe_file(&now, plugin);
	if (strcmp(now.data, files) != 0)
		return false;
	const char *known = record_reason_find(reason, strlen(reason));
	if (*reason && !known)
		return false;
	identity->reason = known;
	identity->major = atoi(major);
	identity->version = memory_copy_text(version);
	identity->plugin = take_pointer(plugin);
	return true;
}

static void identity_save(
	const struct compiler_identity *identity, const char *compiler, const char *cache)
{
	scope_text struct text kept = {0};
	text_add(&kept, IDENTITY_HEADER "\n");
	identity_describe_file(&kept, compiler);
	text_add(&kept, " ");
	identity_describe_file(&kept, identity->plugin);
	text_add_format(&kept, "\n%s\n%d\n%s\n", identity->reason ? identity->reason : "",
		identity->major, identity->version);
	/* If it cannot be kept, the next compile asks again. */
	error_free(file_write(cache, kept.data, kept.size));
}

/* Adds the output of "compiler --version"; false if that fails. */
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

/*
 * Compiles an empty file with the plugin. If it was loaded, it writes the start of a
 * unit, or why not. NULL if it works, else a constant name.
 */
static const char *identity_try_plugin(const char *compiler, const char *plugin)
{
	scope_plugin_output struct plugin_output output = {.fd = -1};
	scope_error struct error *error = plugin_output_create(&output);
	if (error)
		return "no-unit-file";
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	scope_free char *path = memory_format("%s=%s", KSPLICE_ENV_UNIT, output.path);
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
	error = process_run(&request, &status);
	const char *reason = plugin_output_get_reason(&output);
	if (reason)
		return reason;
	return !error && !status && plugin_output_is_started(&output)
		       ? NULL
		       : "plugin-not-loaded";
}

/* Fills in everything but the version. */
static void identity_find(struct compiler_identity *asked, const char *compiler)
{
	asked->major = compiler_version_ask(compiler);
	asked->plugin = identity_find_plugin(asked->major);
	asked->reason = file_exists(asked->plugin)
				? identity_try_plugin(compiler, asked->plugin)
				: "plugin-missing";
}

void compiler_identity_ask(struct compiler_identity *identity, const char *compiler)
{
	scope_text struct text said = {0};
	struct compiler_identity asked = {.is_unsaved = true};
	bool has_version = identity_ask_version(compiler, &said);
	asked.version = memory_copy_range(
		said.data ? said.data : "", said.data ? strcspn(said.data, "\n") : 0);
	if (!has_version)
		asked.reason = "compiler-not-found";
	else if (!strstr(said.data, "Free Software Foundation"))
		asked.reason = "compiler-not-gcc";
	else
		identity_find(&asked, compiler);
	if (!asked.plugin)
		asked.plugin = identity_find_plugin(asked.major);
	compiler_identity_deinit(identity);
	*identity = asked;
}

void compiler_identity_keep(
	struct compiler_identity *identity, const char *compiler, const char *folder)
{
	if (!identity->is_unsaved || process_interruption())
		return;
	scope_free char *cache = identity_get_cache(compiler, folder);
	identity_save(identity, compiler, cache);
	identity->is_unsaved = false;
}

void compiler_identity_read(
	struct compiler_identity *identity, const char *compiler, const char *folder)
{
	scope_free char *cache = identity_get_cache(compiler, folder);
	if (identity_load(identity, compiler, cache))
		return;
	compiler_identity_ask(identity, compiler);
	/* A compile that fails must not make a folder. */
	if (file_exists(folder))
		compiler_identity_keep(identity, compiler, folder);
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
