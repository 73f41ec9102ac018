/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse_watch.h - the variables that the source declares, without GCC's callbacks
 *
 * While it parses, GCC calls its plugins for each declaration, type and function: a
 * hundred thousand times for a source file of the kernel, because of its headers. Only
 * the few static variables are needed. GCC calls targetm.insert_attributes for each
 * declaration anyway, which costs less.
 */
#ifndef KSPLICE_PLUGIN_PARSE_WATCH_H
#define KSPLICE_PLUGIN_PARSE_WATCH_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

union tree_node;

/*
 * Calls watcher for each variable with static storage, in the order of the source, while
 * GCC parses. owner: the function that it is declared in, or NULL. is_quiet: GCC calls no
 * plugin while it parses; only allowed if there is no other plugin.
 */
void parse_watch_start(void (*watcher)(union tree_node *variable, union tree_node *owner),
	bool is_quiet);

#ifdef __cplusplus
}
#endif

#endif
