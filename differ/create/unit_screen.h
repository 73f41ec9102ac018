/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_screen.h - which of the units that read a patched header does the patch change?
 *
 * A header is read by up to thousands of units, and few of them come out otherwise. Each
 * is compiled once, with the patch and as the build did, to assembly. A unit whose hashes
 * are those of its record is done: no assembler, no objtool, no work on objects.
 */
#ifndef KSPLICE_DIFFER_CREATE_UNIT_SCREEN_H
#define KSPLICE_DIFFER_CREATE_UNIT_SCREEN_H

struct error;
struct update_plan;
struct update_source;

/*
 * Takes the units out of the plan that are the same with the patch, and counts them in
 * its same_count. Units whose own source is patched are not looked at, and stay; so does
 * one without a readable record. Of one that does not compile the plan keeps just that
 * unit: what comes next says why. Runs compilers on all processors, with lines of
 * progress.
 */
struct error *unit_screen_run(
	const struct update_source *source, struct update_plan *plan);

#endif
