/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_object.h - the update's own object: what travels, and what the core needs
 *
 *     travelling pieces ─┐
 *     match records     ─┼─▶ update.o ─▶ (with the template) ksplice-<id>-vmlinux.ko
 *     symbol list       ─┘
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H
#define KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H

struct error;
struct update;
struct update_match;

struct update_content {
	const struct update *update;
	const struct update_match *match;
	const char *id;
};

/* Writes the object to path. */
struct error *update_object_write(const struct update_content *content, const char *path);

#endif
