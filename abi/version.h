/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * version.h - the version of this release, one for the tools and the module
 */
#ifndef KSPLICE_ABI_VERSION_H
#define KSPLICE_ABI_VERSION_H

#define KSPLICE_VERSION "0.1.0"

#endif
