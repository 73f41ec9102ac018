/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal.h - names and numbers of the seal
 *
 * `ksplice-index --seal` writes it, ksplice-create and ksplice-match read it. The format
 * itself, field by field, is docs/FORMAT.md.
 */
#ifndef KSPLICE_ABI_SEAL_H
#define KSPLICE_ABI_SEAL_H

/* Changes with every incompatible change; readers refuse others. */
#define KSPLICE_SEAL_FORMAT 1

/* The first member of the archive; it lists all others. An object tree that has this
 * file was unpacked from a seal. */
#define KSPLICE_SEAL_MANIFEST ".ksplice/seal.json"

/* What the build made without a record, from which files (differ/tree/build_trace.h). */
#define KSPLICE_SEAL_TRACE ".ksplice/trace.json"

#endif
