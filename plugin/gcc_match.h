/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gcc_match.h - is the running GCC the one that the plugin was compiled for?
 *
 * Distributions build the same version again, with another date and other folders in its
 * description (Debian 12.2.0-14 and 12.2.0-14+deb12u1). A plugin works in both builds. So
 * these are compared: the source (version, date of the snapshot, phase, revision), the
 * configure options that change GCC's structures, and the sizes of structures that GCC
 * tells.
 */
#ifndef KSPLICE_PLUGIN_GCC_MATCH_H
#define KSPLICE_PLUGIN_GCC_MATCH_H

#include <stdbool.h>

#include "plugin/configure_option.h"

#ifdef __cplusplus
extern "C" {
#endif

struct plugin_gcc_version;

/* running: the version that GCC passes to the plugin. */
bool gcc_match_is_same(const struct plugin_gcc_version *running);

#ifdef __cplusplus
}
#endif

#endif
