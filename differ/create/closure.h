/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * closure.h - which pieces travel: are copied into the update
 *
 * Roots are the changed functions, and the constants that are changed in place. The
 * closure adds all parts of each function (.cold), the entries of tables about each part,
 * strings and constants without a name, and new pieces of any unit that are used.
 * Unchanged pieces do not travel: the update refers to the running kernel's.
 */
#ifndef KSPLICE_DIFFER_CREATE_CLOSURE_H
#define KSPLICE_DIFFER_CREATE_CLOSURE_H

struct error;
struct update;

/*
 * Marks the pieces that travel, in the posts of all units, and adds a finding for each
 * that cannot. What is assessed before (assess.h) has its final state by now.
 */
struct error *closure_select(struct update *update);

#endif
