/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol_section.h - the list of symbols in an update module, which the core needs
 */
#ifndef KSPLICE_APPLY_SYMBOL_SECTION_H
#define KSPLICE_APPLY_SYMBOL_SECTION_H

struct error;
struct text;

/* Adds the bytes of the module's section .ksplice.symbols (abi/update.h). */
struct error *symbol_section_read(const char *module_path, struct text *symbols);

#endif
