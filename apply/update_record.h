/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_record.h - notes about an applied update that the kernel does not have, in
 * /run/ksplice/<id>/
 *
 *     applied.json    when, and from which archive
 *     manifest.json   the archive's
 *     ksplice-*.ko    the parts, for modules that are loaded later
 *
 * ksplice-apply writes it, ksplice-undo removes it, ksplice-view shows it. An update
 * without a record works, except for modules that are loaded later.
 */
#ifndef KSPLICE_APPLY_UPDATE_RECORD_H
#define KSPLICE_APPLY_UPDATE_RECORD_H

struct error;
struct json_t;
struct update_archive;

/* Notes that the update is applied now, from that archive. */
struct error *update_record_write(const struct update_archive *archive);

/* The update that was recorded; its parts are those of the record's folder. */
struct error *update_record_open(const char *id, struct update_archive *archive);

/* The record as an object: applied_at (UTC, RFC 3339), archive (its path), manifest; NULL
 * if there is none. The caller releases it. */
struct error *update_record_read(const char *id, struct json_t **record);

/* None is fine. */
struct error *update_record_remove(const char *id);

#endif
