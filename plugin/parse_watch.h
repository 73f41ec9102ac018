/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse_watch.h - what the source declares, without GCC's callbacks
 *
 * While it parses, GCC calls its plugins for each declaration, type and function: a
 * hundred thousand times for a source of the kernel, because its headers have that many.
 * The few static variables among them can be had for less: targetm.insert_attributes is
 * called for each declaration in any case.
 */
#ifndef KSPLICE_PLUGIN_PARSE_WATCH_H
#define KSPLICE_PLUGIN_PARSE_WATCH_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

union tree_node;

/*
 * Calls watcher for each variable with static storage, in the order of the source, from
 * when the parser starts until it ends. owner: the function that it is declared in, or
 * NULL. is_quiet: GCC calls no plugin meanwhile; only for who has no use for those calls
 * and knows that there is no other plugin.
 */
void parse_watch_start(void (*watcher)(union tree_node *variable, union tree_node *owner),
	bool is_quiet);

#ifdef __cplusplus
}
#endif

#endif
