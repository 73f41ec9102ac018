// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/correlate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"

/* Pieces of both sides whose identities differ in the number behind the last # only. */
struct name_group {
	array_of(struct piece *) pre;
	array_of(struct piece *) post;
};

struct correlation {
	struct name_map numbers; /* identity without the number → group */
	array_of(struct name_group) groups;
};

/* The identity without its number; NULL where it has none, or where no record says of
 * which declaration the piece is. The caller frees it. */
static char *identity_find_stem(const struct piece *piece)
{
	const char *mark = strrchr(piece->identity, '#');
	if (!mark || !piece->recorded)
		return NULL;
	return memory_copy_range(piece->identity, (size_t)(mark - piece->identity));
}

static void correlation_add(
	struct correlation *correlation, struct piece *piece, bool is_post)
{
	scope_free char *stem = identity_find_stem(piece);
	if (!stem)
		return;
	int64_t number;
	if (!name_map_find(&correlation->numbers, stem, &number)) {
		number = (int64_t)correlation->groups.count;
		array_add(&correlation->groups);
		name_map_set(&correlation->numbers, stem, number);
	}
	struct name_group *group = &correlation->groups.items[number];
	if (is_post)
		*array_add(&group->post) = piece;
	else
		*array_add(&group->pre) = piece;
}

static bool is_one_line(const struct piece *left, const struct piece *right)
{
	const char *left_file = json_find_text(left->recorded, "file");
	const char *right_file = json_find_text(right->recorded, "file");
	int64_t line = json_find_number(left->recorded, "line", 0);
	return left_file && right_file && strcmp(left_file, right_file) == 0 && line &&
	       line == json_find_number(right->recorded, "line", 0);
}

static size_t group_count_line(
	struct piece *const *pieces, size_t count, const struct piece *like)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += is_one_line(pieces[i], like);
	return found;
}

static void piece_rename(struct piece *piece, const char *identity)
{
	free(piece->identity);
	piece->identity = memory_copy_text(identity);
}

/* Gives each piece of post that has the line of one of pre that one's identity. A macro
 * makes several on one line; they correspond in their order, if there are as many. */
static void group_match_lines(
	struct name_group *group, const struct piece **matched_pre, bool *is_matched)
{
	for (size_t i = 0; i < group->post.count; i++) {
		struct piece *post = group->post.items[i];
		size_t wanted = group_count_line(group->post.items, i, post);
		if (post->is_in_hunk)
			continue;
		if (group_count_line(group->post.items, group->post.count, post) !=
			group_count_line(group->pre.items, group->pre.count, post))
			continue;
		for (size_t k = 0; k < group->pre.count; k++) {
			if (!is_one_line(group->pre.items[k], post))
				continue;
			if (wanted--)
				continue;
			matched_pre[i] = group->pre.items[k];
			is_matched[k] = true;
			break;
		}
	}
}

static void group_correlate(struct name_group *group)
{
	size_t left = 0;
	/* One of that name on each side: the author kept the name, and means the same. */
	if (group->pre.count == 1 && group->post.count == 1) {
		piece_rename(group->post.items[0], group->pre.items[0]->identity);
		return;
	}
	scope_free const struct piece **matched_pre =
		memory_allocate((group->post.count + 1) * sizeof(*matched_pre));
	scope_free bool *is_matched =
		memory_allocate((group->pre.count + 1) * sizeof(*is_matched));
	group_match_lines(group, matched_pre, is_matched);
	for (size_t i = 0; i < group->pre.count; i++)
		left += !is_matched[i];
	for (size_t i = 0; i < group->post.count; i++) {
		struct piece *post = group->post.items[i];
		if (matched_pre[i]) {
			piece_rename(post, matched_pre[i]->identity);
			continue;
		}
		post->is_ambiguous = left;
		scope_free char *unmatched =
			memory_format("unmatched:%s", post->identity);
		piece_rename(post, left ? "" : unmatched);
	}
	for (size_t i = 0; i < group->pre.count; i++) {
		if (!is_matched[i] && group->post.count)
			group->pre.items[i]->is_ambiguous = true;
	}
}

static void correlate_names(struct piece_set *pre, struct piece_set *post)
{
	struct correlation correlation = {0};
	for (size_t i = 0; i < pre->count; i++)
		correlation_add(&correlation, &pre->pieces[i], false);
	for (size_t i = 0; i < post->count; i++)
		correlation_add(&correlation, &post->pieces[i], true);
	array_foreach (group, &correlation.groups) {
		group_correlate(group);
		free(group->pre.items);
		free(group->post.items);
	}
	free(correlation.groups.items);
	name_map_deinit(&correlation.numbers);
}

void correlate_pieces(struct piece_set *pre, struct piece_set *post)
{
	scope_name_map struct name_map numbers = {0};
	correlate_names(pre, post);
	for (size_t i = 0; i < pre->count; i++) {
		pre->pieces[i].twin = NULL;
		if (pre->pieces[i].identity[0])
			name_map_set(&numbers, pre->pieces[i].identity, (int64_t)i);
	}
	for (size_t i = 0; i < post->count; i++) {
		struct piece *piece = &post->pieces[i];
		int64_t number;
		piece->twin = NULL;
		if (!piece->identity[0] ||
			!name_map_find(&numbers, piece->identity, &number))
			continue;
		struct piece *twin = &pre->pieces[number];
		if (twin->role != piece->role)
			continue;
		piece->twin = twin;
		twin->twin = piece;
	}
}
