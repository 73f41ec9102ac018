/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * closure.h - what must travel in the update
 *
 * Roots are the changed functions, and the constants that are changed in place. With them
 * travel: all parts of the function (.cold), the entries of tables about each part,
 * strings and nameless constants, and what is new in any unit of the update. Everything
 * that is unchanged stays where it is: the update refers to the running kernel's own.
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
