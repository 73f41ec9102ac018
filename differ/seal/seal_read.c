// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/seal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/seal.h"
#include "differ/seal/seal_join.h"
#include "differ/seal/tar_archive.h"
#include "differ/seal/zero_run.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/seal_manifest.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* A longer one is no manifest; it would have to list a million files. */
static const size_t manifest_size_most = 256u << 20;

static struct error *seal_damaged(const char *seal, const char *file, const char *problem)
{
	return error_hint(
		error_refused("seal-damaged", "%s: %s: %s", seal, file, problem),
		"the archive is damaged: get it again");
}

/* An archive that libarchive cannot read on is damaged, whatever it says. */
static struct error *seal_describe_problem(const char *seal, struct error *error)
{
	if (error_get_kind(error) == ERROR_REFUSED)
		return error;
	struct error *damaged =
		error_hint(error_refused("seal-damaged", "%s", error_get_text(error)),
			"%s is truncated or damaged: get the archive again", seal);
	error_free(error);
	return damaged;
}

static struct error *file_write_sparse(
	int fd, const char *path, const char *data, size_t size)
{
	size_t start = 0;
	size_t end = 0;
	while (zero_run_find_data(data, size, &start, &end)) {
		while (start < end) {
			ssize_t written =
				pwrite(fd, data + start, end - start, (off_t)start);
			if (written < 0 && errno != EINTR)
				return error_errno("%s", path);
			start += written > 0 ? (size_t)written : 0;
		}
	}
	return ftruncate(fd, (off_t)size) ? error_errno("%s", path) : NULL;
}

/* With the time it had in the tree: the index tells by it what it knows already. */
static struct error *member_write(
	const struct tar_member *member, const char *data, const char *folder)
{
	scope_free char *path = file_join(folder, member->path);
	try(file_make_parent(path));
	scope_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		member->is_executable ? 0777 : 0666);
	if (fd < 0)
		return error_errno("%s", path);
	try(file_write_sparse(fd, path, data, member->size));
	const struct timespec times[] = {member->modified, member->modified};
	return futimens(fd, times) ? error_errno("%s", path) : NULL;
}

static struct error *seal_refuse_other(const char *path)
{
	return error_hint(error_refused("no-seal", "%s: not a sealed kernel tree", path),
		"give the folder of an object tree, or an archive that ksplice-index --seal made");
}

static struct error *seal_read_manifest(const char *seal, struct tar_reader *reader,
	const char *folder, struct seal_manifest *manifest)
{
	struct tar_member member;
	scope_free char *data = NULL;
	bool found;
	struct error *error = tar_reader_next(reader, &member, &found);
	if (error || !found || strcmp(member.path, KSPLICE_SEAL_MANIFEST) != 0 ||
		member.size > manifest_size_most) {
		error_free(error);
		return seal_refuse_other(seal);
	}
	error = tar_reader_read(reader, &member, &data);
	if (!error)
		error = seal_manifest_parse(seal, data, member.size, manifest);
	return error ? seal_describe_problem(seal, error)
		     : member_write(&member, data, folder);
}

/* A member is on the list, once, and is what the list says. */
static struct error *seal_unpack_member(const char *seal, struct tar_reader *reader,
	const struct tar_member *member, const struct seal_manifest *manifest,
	const char *folder)
{
	struct seal_file *listed = seal_manifest_find(manifest, member->path);
	scope_free char *data = NULL;
	if (!listed || listed->is_seen)
		return seal_damaged(
			seal, member->path, "does not belong in this archive");
	listed->is_seen = true;
	if ((int64_t)member->size != listed->size)
		return seal_damaged(seal, member->path, "was altered");
	struct error *error = tar_reader_read(reader, member, &data);
	if (error)
		return seal_describe_problem(seal, error);
	scope_free char *digest = digest_to_text(digest_of(data, member->size));
	if (strcmp(digest, listed->digest) != 0)
		return seal_damaged(seal, member->path, "was altered");
	return member_write(member, data, folder);
}

static struct error *seal_unpack_all(
	const char *seal, const struct text *archive, const char *folder)
{
	scope_tar_reader struct tar_reader *reader = NULL;
	scope_seal_manifest struct seal_manifest manifest = {0};
	struct tar_member member;
	bool found;
	struct error *unknown =
		tar_reader_open(seal, archive->data, archive->size, &reader);
	if (unknown) {
		error_free(unknown);
		return seal_refuse_other(seal);
	}
	try(seal_read_manifest(seal, reader, folder, &manifest));
	for (;;) {
		if (process_interruption())
			return error_interrupted("%s: interrupted", seal);
		struct error *error = tar_reader_next(reader, &member, &found);
		if (error)
			return seal_describe_problem(seal, error);
		if (!found)
			break;
		try(seal_unpack_member(seal, reader, &member, &manifest, folder));
	}
	for (size_t i = 0; i < manifest.file_count; i++) {
		if (!manifest.files[i].is_seen)
			return seal_damaged(seal, manifest.files[i].path,
				"is missing from the archive");
	}
	return NULL;
}

/* Where the user's programs keep what can be made again. */
static struct error *cache_find_folder(char **folder)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	if (cache && cache[0] == '/') {
		*folder = file_join(cache, "ksplice");
		return NULL;
	}
	if (home && home[0] == '/') {
		*folder = file_join(home, ".cache/ksplice");
		return NULL;
	}
	return error_hint(error_failed("no cache folder to unpack the seal to"),
		"set XDG_CACHE_HOME or HOME to an absolute path");
}

/*
 * The folder with what the archive holds: one that an earlier run left, or a new one,
 * which gets its name when every file in it has been compared with the manifest. The
 * caller frees it.
 */
static struct error *seal_unpack(const char *path, char **folder)
{
	scope_text struct text archive = {0};
	scope_free char *cache = NULL;
	try(file_read(path, &archive));
	try(cache_find_folder(&cache));
	scope_free char *digest = digest_to_text(digest_of(archive.data, archive.size));
	scope_free char *final = memory_format("%s/seal-%s", cache, digest);
	if (!file_is_folder(final)) {
		scope_free char *unpacking =
			memory_format("%s.tmp-%ld", final, (long)getpid());
		struct error *error = file_make_folder(unpacking);
		if (!error)
			error = seal_unpack_all(path, &archive, unpacking);
		if (!error)
			error = file_name_folder(unpacking, final);
		error_free(file_remove(unpacking));
		try(error);
	}
	*folder = take_pointer(final);
	return NULL;
}

/* The folder of an unpacked seal, or of one that has been joined with the source. */
static struct error *seal_open_folder(
	const char *folder, const char *source, struct kernel_tree **tree)
{
	scope_text struct text text = {0};
	scope_seal_manifest struct seal_manifest manifest = {0};
	scope_free char *path = file_join(folder, KSPLICE_SEAL_MANIFEST);
	try(file_read(path, &text));
	try(seal_manifest_parse(path, text.data, text.size, &manifest));
	const char *place = source ? source : manifest.source;
	if (!seal_manifest_is_one_tree(&manifest) || !kernel_tree_is_source(place))
		return kernel_tree_open(folder, source, tree);
	scope_free char *joined = NULL;
	try(seal_join(folder, &manifest, place, &joined));
	return kernel_tree_open(joined, NULL, tree);
}

struct error *seal_open_tree(
	const char *path, const char *source, struct kernel_tree **tree)
{
	if (!file_exists(path) || file_is_folder(path))
		return kernel_tree_open(path, source, tree);
	scope_free char *folder = NULL;
	try(seal_unpack(path, &folder));
	struct error *error = seal_open_folder(folder, source, tree);
	return error ? error_prefix(error, "%s", path) : NULL;
}
