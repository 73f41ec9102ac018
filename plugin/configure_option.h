/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * configure_option.h - the configure options of GCC that its plugins depend on
 */
#ifndef KSPLICE_PLUGIN_CONFIGURE_OPTION_H
#define KSPLICE_PLUGIN_CONFIGURE_OPTION_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * True if compilers configured with these two lists of arguments (separated by spaces)
 * can load the same plugins.
 */
bool configure_option_is_same(const char *one, const char *other);

#ifdef __cplusplus
}
#endif

#endif
