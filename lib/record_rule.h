/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_rule.h - which objects are not recorded, and why
 *
 * Code that is never part of the running kernel (boot loaders, user space, build tools),
 * and objects that only describe a module. The wrapper does not record these, and the
 * index does not report that their records are missing.
 */
#ifndef KSPLICE_LIB_RECORD_RULE_H
#define KSPLICE_LIB_RECORD_RULE_H

/*
 * Why object (a path relative to the root of the object tree) is not recorded, as
 * a constant text for people, or NULL if it is.
 */
const char *record_rule_find(const char *object);

/* The same for programs, as the reason of a refusal: "vdso-image", "boot-code", … */
const char *record_rule_find_name(const char *object);

#endif
