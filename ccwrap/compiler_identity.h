/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_identity.h - the compiler's version, and whether the plugin works in it
 *
 * To find this out takes two processes. The answer is kept in the record folder while
 * compiler and plugin are the same files.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_IDENTITY_H
#define KSPLICE_CCWRAP_COMPILER_IDENTITY_H

#include <stdbool.h>

struct text;

/* Zero-initialise; release with compiler_identity_deinit. */
struct compiler_identity {
	char *version;      /* the first line of --version */
	char *plugin;       /* path of its plugin, which need not exist */
	int major;          /* of its version, 0 if it is not GCC */
	const char *reason; /* why the plugin does not work: a constant name; else NULL */
	bool is_unsaved;    /* the answer is new and not kept yet */
};

/*
 * compiler: an absolute path. folder: the record folder; if it exists, the answer is kept
 * in it.
 */
void compiler_identity_read(
	struct compiler_identity *identity, const char *compiler, const char *folder);

/* As above, without reading a kept answer. */
void compiler_identity_ask(struct compiler_identity *identity, const char *compiler);

/* Keeps an answer that is not kept yet; makes the folder. */
void compiler_identity_keep(
	struct compiler_identity *identity, const char *compiler, const char *folder);

/* Adds lines that change when the compiler or the plugin changes. */
void compiler_identity_describe(const struct compiler_identity *identity,
	const char *compiler, struct text *text);

void compiler_identity_deinit(struct compiler_identity *identity);

#endif
