/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_manifest.h - the description of an update: manifest.json and report.txt
 *
 * docs/FORMAT.md has the manifest field by field.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_MANIFEST_H
#define KSPLICE_DIFFER_CREATE_UPDATE_MANIFEST_H

struct json_t;
struct text;
struct update;
struct update_content;

/* patch is its file name in the archive. The parts have been linked. The caller releases
 * it. */
struct json_t *update_manifest_make(
	const struct update_content *content, const char *patch);

/* What the manifest and --json both list. The caller releases it. */
struct json_t *update_manifest_list_targets(const struct update *update);
struct json_t *update_manifest_list_hooks(const struct update *update);
struct json_t *update_manifest_list_without_effect(const struct update *update);

/* A text for people: each function with its first differing instruction. */
void update_report_make(const struct update_content *content, struct text *report);

#endif
