/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_text.h - what an update consists of, in lines of text for its files in sysfs
 *
 * What the lines say is in docs/ABI-sysfs.md.
 */
#ifndef KSPLICE_KMOD_UPDATE_TEXT_H
#define KSPLICE_KMOD_UPDATE_TEXT_H

#include <linux/types.h>

struct live_update;

/* Text that is made in a buffer; what does not fit is counted. */
struct update_text {
	char *buffer; /* may be NULL if room is 0 */
	size_t room;
	size_t size; /* of the whole text, without the NUL */
};

/* Adds one kind of lines. The caller holds the update lock. */
typedef void update_text_print_t(
	const struct live_update *update, struct update_text *text);

update_text_print_t update_text_functions;
update_text_print_t update_text_constants;
update_text_print_t update_text_hooks;
update_text_print_t update_text_parts;
update_text_print_t update_text_targets;
update_text_print_t update_text_build_ids;
update_text_print_t update_text_depends;
update_text_print_t update_text_flags;
update_text_print_t update_text_overridden; /* may sleep */

#endif
