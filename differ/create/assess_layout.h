/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assess_layout.h - what changed layouts of types mean for a running kernel
 *
 *     closure ─▶ assess_layouts ─▶ findings
 *
 * A change of a type that nothing in the unit has to do with is passed over: what it
 * means is found in the units that use it. So are all changes where no code travels.
 */
#ifndef KSPLICE_DIFFER_CREATE_ASSESS_LAYOUT_H
#define KSPLICE_DIFFER_CREATE_ASSESS_LAYOUT_H

#include <stddef.h>

struct error;
struct update;

/*
 * Runs after the closure, which says what travels. allowed: what the author of the patch
 * takes responsibility for, each "kind:name"; one that no changed type has is an error
 * that names it, unless no code travels.
 */
struct error *assess_layouts(
	struct update *update, const char *const *allowed, size_t allowed_count);

#endif
