/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_warning.h - one line per build that says that something is not recorded
 *
 * A wrapper sees one object; a build is all that one make (or ninja) runs, however
 * many others that one calls; without those, a job of the shell. Who has been warned is
 * kept in a small file of the user's in $TMPDIR or /tmp, because the folder of the
 * records may be what cannot be written.
 */
#ifndef KSPLICE_CCWRAP_BUILD_WARNING_H
#define KSPLICE_CCWRAP_BUILD_WARNING_H

/* object: as the user knows it. reason: a name that record_reason_explain knows. */
void build_warning_give(const char *object, const char *reason);

#endif
