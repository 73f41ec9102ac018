/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_mail.h - patches that come as mails, or as a file of several mails
 *
 * Format: mbox as git-format-patch(1) writes it; RFC 5322 for the headers.
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_MAIL_H
#define KSPLICE_DIFFER_CREATE_PATCH_MAIL_H

#include <stdbool.h>

struct error;

/* "From SENDER Mon Sep 17 00:00:00 2001": the line in front of a mail in a mbox. */
bool patch_mail_is_start(const char *line);

/* "Subject: ...": a header with which a mail may begin. */
bool patch_mail_is_header(const char *line);

/*
 * The title that a mail's subject has, without "[PATCH 1/2]". rest is the text that
 * starts with the line "Subject: ...", which may go on in indented lines. NULL if it is
 * no such line; the caller frees it.
 */
char *patch_mail_find_title(const char *rest);

/* Refuses, as encoded-mail, the header that says that what follows is no plain text. */
struct error *patch_mail_check_line(
	const char *name, unsigned long number, const char *line);

#endif
