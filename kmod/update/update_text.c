// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_text.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

#include "kmod/kernel/target.h"
#include "kmod/match/entry_redirect.h"
#include "kmod/match/hook_table.h"
#include "kmod/match/update_image.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"

static __printf(2, 3) void add_text(struct update_text *text, const char *format, ...)
{
	size_t used = min(text->size, text->room);
	va_list arguments;

	va_start(arguments, format);
	text->size += vsnprintf(text->room ? text->buffer + used : NULL,
		text->room - used, format, arguments);
	va_end(arguments);
}

/* Ends a line; before that, if this one is applied and another one is in force there,
 * with that one's id. */
static void end_line(const struct replacement *replacement, struct update_text *text)
{
	const struct replacement *newest = replaced_code_newest(replacement->code);

	if (replacement->part->is_applied && newest != replacement)
		add_text(text, " %s", newest->part->update->id);
	add_text(text, "\n");
}

void update_text_functions(const struct live_update *update, struct update_text *text)
{
	const struct replacement *replacement;
	const struct update_part *part;

	live_update_foreach_part (part, update) {
		update_part_foreach_replacement (replacement, part) {
			const struct ksplice_hunk *hunk = replacement->hunk;

			if (hunk->kind == KSPLICE_HUNK_DATA)
				continue;
			add_text(text, "%s %u %s", replacement_name(replacement),
				hunk->size,
				hunk->kind == KSPLICE_HUNK_FUNCTION ? "replaced"
								    : "part");
			end_line(replacement, text);
		}
	}
}

void update_text_constants(const struct live_update *update, struct update_text *text)
{
	const struct replacement *replacement;
	const struct update_part *part;

	live_update_foreach_part (part, update) {
		update_part_foreach_replacement (replacement, part) {
			if (replacement->hunk->kind != KSPLICE_HUNK_DATA)
				continue;
			add_text(text, "%s %u", replacement_name(replacement),
				replacement->hunk->size);
			end_line(replacement, text);
		}
	}
}

void update_text_hooks(const struct live_update *update, struct update_text *text)
{
	const struct update_part *part;
	u32 i;

	live_update_foreach_part (part, update) {
		const struct ksplice_update *header = part->image.header;
		const struct ksplice_hook *hooks =
			(const void *)(unsigned long)header->hooks;

		for (i = 0; i < header->hook_count; i++)
			add_text(text, "%s %ps\n", hook_table_name(hooks[i].kind),
				(void *)(unsigned long)hooks[i].function);
	}
}

static const char *part_state(const struct update_part *part)
{
	if (part->is_gone)
		return "gone";
	if (part->is_applied)
		return "applied";
	return part->was_applied ? "reversed" : "loaded";
}

static void add_part(const struct ksplice_target *target, const struct update_part *part,
	struct update_text *text)
{
	if (part)
		add_text(text, "%s %s %s\n", target->name, part_state(part),
			part->module->name);
	else
		add_text(text, "%s %s\n", target->name,
			target_is_loaded(target) ? "unpatched" : "waiting");
}

static void add_name(const struct ksplice_target *target, const struct update_part *part,
	struct update_text *text)
{
	add_text(text, "%s\n", target->name);
}

static void add_build_id(const struct ksplice_target *target,
	const struct update_part *part, struct update_text *text)
{
	add_text(text, "%*phN\n", (int)target->build_id_size, target->build_id);
}

static bool has_part(const struct live_update *update, const struct ksplice_target *row)
{
	const struct update_part *part;

	live_update_foreach_part (part, update) {
		if (update_part_is_for(part, row))
			return true;
	}
	return false;
}

/* The targets of the parts in the order of their loading, then those without a part. */
static void add_targets(const struct live_update *update, struct update_text *text,
	void (*add)(const struct ksplice_target *target, const struct update_part *part,
		struct update_text *text))
{
	const struct update_part *part;
	u32 i;

	live_update_foreach_part (part, update)
		add(part->image.targets, part, text);
	for (i = 0; i < update->target_count; i++)
		if (!has_part(update, &update->targets[i]))
			add(&update->targets[i], NULL, text);
}

void update_text_parts(const struct live_update *update, struct update_text *text)
{
	add_targets(update, text, add_part);
}

void update_text_targets(const struct live_update *update, struct update_text *text)
{
	add_targets(update, text, add_name);
}

void update_text_build_ids(const struct live_update *update, struct update_text *text)
{
	add_targets(update, text, add_build_id);
}

void update_text_depends(const struct live_update *update, struct update_text *text)
{
	const struct live_update *other;

	live_update_foreach (other) {
		if (update_parents_has(other, update))
			add_text(text, "%s\n", other->id);
	}
}

void update_text_flags(const struct live_update *update, struct update_text *text)
{
	if (live_update_is_irreversible(update))
		add_text(text, "irreversible\n");
}

/* A function that no update replaces now, or another one's jump is in, is not named. */
static bool is_overridden(
	const struct replacement *replacement, struct entry_redirect *redirect)
{
	return replacement->hunk->kind == KSPLICE_HUNK_FUNCTION &&
	       replacement->part->is_applied &&
	       replaced_code_newest(replacement->code) == replacement &&
	       entry_redirect_find(replacement->code->address, redirect);
}

void update_text_overridden(const struct live_update *update, struct update_text *text)
{
	const struct replacement *replacement;
	const struct update_part *part;
	struct entry_redirect redirect;

	live_update_foreach_part (part, update)
		update_part_foreach_replacement (replacement, part)
			if (is_overridden(replacement, &redirect))
				add_text(text, "%s %s %ps\n",
					replacement_name(replacement), redirect.kind,
					redirect.function);
}
