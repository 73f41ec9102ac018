/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_warning.h - one line per build that says that an object is not recorded
 *
 * A wrapper sees only one object. A build is everything that the topmost make (or ninja)
 * runs; without one, a job of the shell. The builds that were warned are listed in a
 * small file in $TMPDIR or /tmp, because the folder of the records may not be writable.
 */
#ifndef KSPLICE_CCWRAP_BUILD_WARNING_H
#define KSPLICE_CCWRAP_BUILD_WARNING_H

/* object: its path in the tree. reason: a name that record_reason_explain knows. */
void build_warning_give(const char *object, const char *reason);

#endif
