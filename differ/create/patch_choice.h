/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_choice.h - chooses those of many patches that can be live, and makes one update
 * of them: ksplice-create --each
 *
 * Each patch is taken as a whole or left out as a whole. Whether it can be taken is what
 * ksplice-create says of it, so each attempt is a run of this program:
 *
 *     1. each patch with those taken before it that touch the same files
 *     2. all that were taken, as one update; if it is refused, the first patch with which
 *        it is refused is left out, and so on
 *     3. what did not apply or compile, once more with all that were taken before it;
 *        then step 2 again
 *
 * So the update is one that ksplice-create makes of the patches that it consists of.
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_CHOICE_H
#define KSPLICE_DIFFER_CREATE_PATCH_CHOICE_H

#include <stdbool.h>

struct command_list;
struct error;
struct json_t;
struct patch_sources;

struct patch_choice_request {
	const struct patch_sources *patches; /* each is one patch */
	unsigned strip;
	const char *tree_path;
	const char *source_path; /* or NULL */
	const struct command_list *allowed_layouts;
	const char *description; /* or NULL */
	const char *output;      /* a folder */
	const char *keep;        /* the folder for the update's objects; or NULL */
	const char *work;        /* a folder for what is needed meanwhile; absolute */
	bool is_dry;             /* make no archive */
};

/*
 * *result is the document that ksplice-create --json prints of the update, with two more
 * lists: "left_out" and "without_change" (docs/FORMAT.md); it is set also if there is an
 * error. Refused, as nothing-live, if no patch can be taken; no change if those that can
 * be taken change nothing.
 */
struct error *patch_choice_run(
	const struct patch_choice_request *request, struct json_t **result);

#endif
