/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ccache_setting.h - reads the settings of ccache that ksplice-cc needs
 */
#ifndef KSPLICE_CCWRAP_CCACHE_SETTING_H
#define KSPLICE_CCWRAP_CCACHE_SETTING_H

#include <stdbool.h>

/* True for "KEY=VALUE", which may stand between ccache and the compiler's name. */
bool ccache_setting_is(const char *argument);

/*
 * True if ccache runs compilers through another program (distcc). The first of these
 * counts, as in ccache: a setting on the command line (settings, count of them),
 * $CCACHE_PREFIX, the user's file, the system's file.
 */
bool ccache_setting_has_prefix(char *const *settings, int count);

#endif
