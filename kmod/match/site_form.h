/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * site_form.h - what memory must have at a site
 *
 * Each function here does to a copy of the code what the kernel does to the code itself,
 * with what the running kernel knows: the CPU's features, pv_ops, the keys. So there is
 * one right form, but where it says otherwise.
 */
#ifndef KSPLICE_KMOD_SITE_FORM_H
#define KSPLICE_KMOD_SITE_FORM_H

#include <linux/types.h>

struct ksplice_place;
struct ksplice_site;
struct target_table;

struct site_view {
	const struct ksplice_site *site;
	const struct target_table *targets; /* for the places in its data */
	const u8 *data;                     /* of the site */
	const u8 *memory;      /* site->length bytes as they are in memory */
	u8 *code;              /* site->length bytes as the steps before have left them */
	size_t room;           /* bytes from code on to the hunk's end */
	unsigned long address; /* where memory was read */
};

void site_form_absolute(const struct site_view *view);
void site_form_negative(const struct site_view *view);
void site_form_relocation(const struct site_view *view);
void site_form_paravirt(const struct site_view *view);
void site_form_retpoline(const struct site_view *view);
void site_form_return(const struct site_view *view);
void site_form_alternative(const struct site_view *view);
void site_form_lock(const struct site_view *view);

/* Any of the forms that ftrace gives it: tracers come and go. */
void site_form_fentry(const struct site_view *view);

void site_form_static_call(const struct site_view *view);
void site_form_jump_label(const struct site_view *view);

/*
 * True if memory has a form that was right a moment ago or will be: the kernel first
 * changes the key, then, under text_mutex, the code. view->code is the right form.
 */
bool site_form_is_switching(const struct site_view *view);

#endif
