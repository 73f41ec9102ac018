/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile.h - compiles a recorded unit again, pre and post in parallel
 *
 * It runs the recorded command, with a section for each function and variable, without
 * debug information, and with the object in a work folder; then objtool as kbuild ran
 * it. The plugin gives each variable that an attribute put into a section a section of
 * its own (plugin/section_split.h).
 */
#ifndef KSPLICE_DIFFER_TREE_COMPILE_H
#define KSPLICE_DIFFER_TREE_COMPILE_H

#include <stdbool.h>

struct error;
struct kernel_tree;
struct record;
struct text;

/* One compile; all paths absolute. */
struct compile_job {
	const struct record *record;
	const char *object; /* where the object goes */
	const char *unit;   /* where the plugin's part of a record goes */
	const char *shadow; /* list of the files to open in place of others
			       (abi/shadow_list.h), which are patched: they find
			       ksplice.h, and KSPLICE is defined; NULL: none */
	const char *log;    /* where it is noted that they were; with shadow */
	bool is_built; /* sections as in the build, rather than one for each function */
	bool is_screening; /* for the plugin's part alone: no assembler, no objtool, no
			      layouts, and object is assembly text */
	struct text *messages; /* what the compiler says is added here; may be NULL */
	int status;            /* set: the compiler's exit code */
};

/*
 * Would this word of a compile's command write something beside the object, or cost time
 * without effect on code? Such words are left out. has_argument: with the next word.
 */
bool compile_drops_option(const char *word, bool *has_argument);

/* What makes a compiler open the files of a shadow's list (abi/shadow_list.h). */
struct shadow_environment {
	char *items[4]; /* NAME=VALUE, owned, NULL-terminated */
};

/* Fills it in for the list and the log, which is to note what was opened. */
struct error *shadow_environment_make(
	const char *list, const char *log, struct shadow_environment *environment);
void shadow_environment_deinit(struct shadow_environment *environment);

/* Is this the compiler that the record names? Refused if it is gone or another. */
struct error *compile_check_compiler(const struct record *record);

/*
 * Runs the jobs at the same time: compiler, then objtool. What the compiler says is in
 * the error. object is the unit's path in the tree, whose .cmd file has objtool's
 * command.
 */
struct error *compile_run(const struct kernel_tree *tree, const char *object,
	struct compile_job *jobs, unsigned count);

/*
 * Runs objtool on up to four fresh compiles of that object, as kbuild ran it; not at all
 * where kbuild did not. Their paths are absolute.
 */
struct error *compile_run_objtool(const struct kernel_tree *tree, const char *object,
	const char *const *made, unsigned count);

#endif
