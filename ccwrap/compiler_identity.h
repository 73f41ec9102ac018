/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_identity.h - which compiler it is, and whether our plugin works in it
 *
 * Asking costs two processes. The answer is kept in the record folder for as long
 * as the compiler and the plugin are the same files.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_IDENTITY_H
#define KSPLICE_CCWRAP_COMPILER_IDENTITY_H

#include <stdbool.h>

struct text;

/* Zero-initialise; release with compiler_identity_deinit. */
struct compiler_identity {
	char *version;      /* the first line of --version */
	char *plugin;       /* path of the plugin for it, which need not exist */
	int major;          /* of its version, 0 if it is no GCC */
	const char *reason; /* why the plugin does not work: a constant name; else NULL */
	bool is_unsaved;    /* it was asked, and the answer is not kept yet */
};

/*
 * compiler: an absolute path. folder: the record folder; where it exists, an answer is
 * kept in it.
 */
void compiler_identity_read(
	struct compiler_identity *identity, const char *compiler, const char *folder);

/* As above, and never believes what was kept. */
void compiler_identity_ask(struct compiler_identity *identity, const char *compiler);

/* Keeps an answer that is not kept yet; makes the folder. */
void compiler_identity_keep(
	struct compiler_identity *identity, const char *compiler, const char *folder);

/* Adds lines that change whenever the compiler or the plugin does. */
void compiler_identity_describe(const struct compiler_identity *identity,
	const char *compiler, struct text *text);

void compiler_identity_deinit(struct compiler_identity *identity);

#endif
