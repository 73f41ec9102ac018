/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ccache_setting.h - what ksplice-cc must know of ccache's settings
 */
#ifndef KSPLICE_CCWRAP_CCACHE_SETTING_H
#define KSPLICE_CCWRAP_CCACHE_SETTING_H

#include <stdbool.h>

/* True for "KEY=VALUE", which may stand between ccache and the compiler's name. */
bool ccache_setting_is(const char *argument);

/*
 * True if ccache runs compilers by way of another program (distcc). As in ccache: a
 * setting of the command line counts first, then $CCACHE_PREFIX, the user's file, the
 * system's. Settings are those of the command line, count of them.
 */
bool ccache_setting_has_prefix(char *const *settings, int count);

#endif
