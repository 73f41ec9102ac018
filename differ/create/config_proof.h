/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_proof.h - does a change of Kconfig files change the kernel's configuration?
 *
 * The build's own program (scripts/kconfig/conf) completes the kernel's .config once
 * without and once with the patched files, which it opens as compilers do
 * (abi/shadow_list.h). The result goes to a folder of its own.
 *
 * What must hold: the first run gives what the kernel was built with
 * (include/config/auto.conf); else nothing is proven.
 */
#ifndef KSPLICE_DIFFER_CREATE_CONFIG_PROOF_H
#define KSPLICE_DIFFER_CREATE_CONFIG_PROOF_H

struct error;
struct kernel_tree;

/*
 * shadow is the folder of shadow.h, work one for what is made. *obstacle becomes NULL
 * where every option keeps its value; else it says, for people, which one does not, or
 * why that is not known. The caller frees it.
 */
struct error *config_proof_run(const struct kernel_tree *tree, const char *shadow,
	const char *work, char **obstacle);

#endif
