/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_hunk.h - what the core is told: hunks, sites, symbols
 */
#ifndef KSPLICE_AUDIT_HUNK_H
#define KSPLICE_AUDIT_HUNK_H

struct audit_update;

/* Reads the hunks that change data in place; before audit_pair_follow(). */
void audit_hunk_read_data(struct audit_update *update);

/* Old code and old data are vmlinux's, each function that is replaced has its hunk with
 * those of its parts, and sites cover what moves with the kernel. */
void audit_hunk_check(struct audit_update *update);

/* Each undefined symbol is on the list, and means what its name says. */
void audit_hunk_check_symbols(struct audit_update *update);

#endif
