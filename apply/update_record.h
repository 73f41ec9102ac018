/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_record.h - what is known of an applied update besides what the kernel knows:
 * /run/ksplice/<id>.json
 *
 * ksplice-apply writes it, ksplice-undo removes it, ksplice-view shows it. Nothing
 * depends on it: an update whose record is missing works like any other.
 */
#ifndef KSPLICE_APPLY_UPDATE_RECORD_H
#define KSPLICE_APPLY_UPDATE_RECORD_H

struct error;
struct json_t;
struct update_archive;

/* Notes that the update has been applied just now, from that archive. */
struct error *update_record_write(const struct update_archive *archive);

/* The record as an object: applied_at (UTC, RFC 3339), archive (its path), manifest; NULL
 * if there is none. The caller releases it. */
struct error *update_record_read(const char *id, struct json_t **record);

/* None is fine. */
struct error *update_record_remove(const char *id);

#endif
