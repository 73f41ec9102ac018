// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/seal_join.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "abi/seal.h"
#include "differ/tree/seal_manifest.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"

/* What kbuild, too, takes as the sign of a source tree that is not clean. */
static const char *const configured_files[] = {".config", "include/config"};

/* Of the source tree, what is no source. */
static const char *const skipped_folders[] = {".git", KSPLICE_RECORD_DIR};

static struct error *join_check_source(const char *source)
{
	for (size_t i = 0; i < sizeof(configured_files) / sizeof(configured_files[0]);
		i++) {
		scope_free char *path = file_join(source, configured_files[i]);
		if (file_exists(path))
			return error_hint(
				error_refused("source-not-clean",
					"%s: belongs to another build in the source tree",
					path),
				"unpack the source elsewhere, or run 'make mrproper' "
				"there");
	}
	return NULL;
}

static struct error *join_link_sealed(
	const char *sealed, const char *path, const char *joined)
{
	scope_free char *from = file_join(sealed, path);
	scope_free char *to = file_join(joined, path);
	try(file_make_parent(to));
	return link(from, to) ? error_errno("%s", to) : NULL;
}

static struct error *join_link_all_sealed(
	const char *sealed, const struct seal_manifest *manifest, const char *joined)
{
	try(file_make_folder(joined));
	try(join_link_sealed(sealed, KSPLICE_SEAL_MANIFEST, joined));
	for (size_t i = 0; i < manifest->file_count; i++)
		try(join_link_sealed(sealed, manifest->files[i].path, joined));
	return NULL;
}

/* The folder of all seals may be within the source tree: it is not joined with itself. */
static bool join_skips(const char *path, const char *full, const char *seals)
{
	if (strcmp(full, seals) == 0)
		return true;
	for (size_t i = 0; i < sizeof(skipped_folders) / sizeof(skipped_folders[0]);
		i++) {
		if (strcmp(path, skipped_folders[i]) == 0)
			return true;
	}
	return false;
}

/* Folders are folders of ours, so that "../" leads to what the build has generated. */
static struct error *join_add_entry(FTS *walk, FTSENT *entry, const char *source,
	const char *joined, const char *seals)
{
	const char *path;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
		entry->fts_info == FTS_NS)
		return error_failed(
			"%s: %s", entry->fts_path, strerror(entry->fts_errno));
	if (entry->fts_info == FTS_DP || !file_is_below(source, entry->fts_path, &path) ||
		!*path)
		return NULL;
	if (join_skips(path, entry->fts_path, seals)) {
		fts_set(walk, entry, FTS_SKIP);
		return NULL;
	}
	scope_free char *to = file_join(joined, path);
	int failed =
		entry->fts_info == FTS_D ? mkdir(to, 0777) : symlink(entry->fts_path, to);
	return failed && errno != EEXIST ? error_errno("%s", to) : NULL;
}

static struct error *join_add_source(char *source, const char *joined)
{
	char *roots[] = {source, NULL};
	scope_free char *folder = file_parent(joined);
	scope_free char *seals = realpath(folder, NULL);
	if (!seals)
		return error_errno("%s", folder);
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_errno("%s", source);
	struct error *error = NULL;
	FTSENT *entry;
	while (!error && (entry = fts_read(walk)))
		error = process_interruption()
				? error_interrupted("%s: interrupted", source)
				: join_add_entry(walk, entry, source, joined, seals);
	fts_close(walk);
	return error;
}

struct error *seal_join(const char *sealed, const struct seal_manifest *manifest,
	const char *source, char **joined)
{
	scope_free char *real = realpath(source, NULL);
	if (!real)
		return error_errno("%s", source);
	try(join_check_source(real));
	scope_free char *digest = digest_to_text(digest_of(real, strlen(real)));
	scope_free char *final = memory_format("%s-%s", sealed, digest);
	if (!file_is_folder(final)) {
		scope_free char *making =
			memory_format("%s.tmp-%ld", final, (long)getpid());
		struct error *error = join_link_all_sealed(sealed, manifest, making);
		if (!error)
			error = file_name_folder(making, final);
		error_free(file_remove(making));
		try(error);
	}
	try(join_add_source(real, final));
	*joined = take_pointer(final);
	return NULL;
}
