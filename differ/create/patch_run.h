/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_run.h - runs patch(1), and says why a patch does not fit
 *
 *     diff ─▶ patch(1) ─▶ patched copies (shadow.h)
 *                 └─ fails ─▶ patched already? fits with fuzz? else: does not apply
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_RUN_H
#define KSPLICE_DIFFER_CREATE_PATCH_RUN_H

struct error;
struct text;

/*
 * Applies the diff patch_path, whose paths are relative to folder, to the files there,
 * exactly (without fuzz). said gets the output of patch(1). name is what messages call
 * the patch. before is a folder with the same files, which is only read.
 *
 * Refused as already-applied if the files contain the change (or the diff is reversed),
 * else as patch-does-not-apply. Some files below folder may be patched then.
 */
struct error *patch_run_apply(const char *name, const char *patch_path,
	const char *before, const char *folder, struct text *said);

#endif
