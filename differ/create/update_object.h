/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_object.h - the update's own object: what travels, and what the core needs
 *
 *     travelling pieces ─┐
 *     match records     ─┼─▶ update.o ─▶ (with the template) ksplice-<id>-<target>.ko
 *     symbol list       ─┘
 *
 * Each part of an update has one, with what travels for its target.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H
#define KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H

struct error;
struct update;
struct patch_list;
struct update_part;

struct update_content {
	struct update *update; /* with its parts */
	const char *id;
	const struct patch_list *patches; /* what it was made from, or NULL */
	const char *description;          /* in its author's words, or NULL */
};

/* Writes the object of a part to path. The parts before it have been linked. */
struct error *update_object_write(const struct update_content *content,
	const struct update_part *part, const char *path);

#endif
