/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_git.h - patches from the git repository that the source tree is
 *
 * The repository is only read, by git's plumbing: neither HEAD, index and work tree nor
 * what its configuration, attributes and hooks name is touched or run.
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_GIT_H
#define KSPLICE_DIFFER_CREATE_PATCH_GIT_H

struct error;
struct patch_sources;

/*
 * Appends the difference that name means in the repository whose top is the folder: that
 * of a commit to its parent, or of the ends of "A..B". Refused by name: merges, commits
 * without a parent.
 */
struct error *patch_git_read(
	const char *folder, const char *name, struct patch_sources *sources);

/* As patch_git_read; but of "A..B", one source for each commit that is in B and not in A,
 * the oldest first. Merges are left out. */
struct error *patch_git_read_each(
	const char *folder, const char *name, struct patch_sources *sources);

#endif
