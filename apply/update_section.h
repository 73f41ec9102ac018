/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_section.h - the tables in an update module that the core needs before the module
 */
#ifndef KSPLICE_APPLY_UPDATE_SECTION_H
#define KSPLICE_APPLY_UPDATE_SECTION_H

struct error;
struct text;

/* Adds the bytes of a section of the module: KSPLICE_SECTION_SYMBOLS or
 * KSPLICE_SECTION_PARTS (abi/update.h). A module without it is an error. */
struct error *update_section_read(
	const char *module_path, const char *name, struct text *bytes);

#endif
