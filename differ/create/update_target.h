/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_target.h - what an update changes: the kernel image, modules; places in them
 *
 *     update_targets ──▶ vmlinux
 *           │               ▲
 *           └──▶ modules ───┘ what a module does not define is vmlinux's, or that of a
 *                             module it depends on
 *
 * A module's .ko is read as if it were linked (differ/tree/module_image.h). So each
 * target has an image, and an address in the image means a place in this or another
 * target. Modules are opened on demand.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_TARGET_H
#define KSPLICE_DIFFER_CREATE_UPDATE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/update.h"
#include "differ/create/site_table.h"
#include "lib/name_map.h"

struct elf_reloc;
struct elf_symbol;
struct error;
struct index;
struct kernel_image;
struct kernel_layout;
struct kernel_tree;
struct module_image;

struct update_target {
	struct ksplice_target row; /* what the core is told of it; its name */
	char *path;                /* as the index has it: "vmlinux", "fs/fuse/fuse" */
	size_t number;             /* among the targets; 0: vmlinux */
	const struct kernel_image *image;
	struct module_image *module; /* whose image that is; NULL for vmlinux */
	char *depends; /* of a module: names of those that it needs, with commas */
	struct site_table sites; /* update_target_read_sites */
	bool has_sites;
};

/* All targets that somebody asked for. vmlinux is the first. */
struct update_targets {
	const struct kernel_tree *tree;
	const struct index *index;
	const struct kernel_layout *layout;
	struct update_target **items;
	size_t count;
	size_t capacity;
	struct name_map exporters; /* symbol → number in exporter_paths */
	char **exporter_paths;
	size_t exporter_count;
	bool has_exporters;
};

/* A place in a target (struct ksplice_place), before its texts have a table. */
struct target_place {
	const struct ksplice_target *target; /* row of who defines it */
	const char *section;                 /* NULL in the image; borrowed */
	uint64_t offset;
	bool is_fixed; /* the offset is the value: per-cpu offsets, absolutes */
	bool is_empty; /* the section has no content: no address of it means anything */
};

/* image is vmlinux's; it, tree, index and layout have to outlive the targets. */
void update_targets_init(struct update_targets *targets, const struct kernel_tree *tree,
	const struct index *index, const struct kernel_layout *layout,
	const struct kernel_image *image);
void update_targets_deinit(struct update_targets *targets);

/* The target of that path. Refused is a module of another kind than is known here. */
struct error *update_targets_find(
	struct update_targets *targets, const char *path, struct update_target **target);

static inline struct update_target *update_targets_vmlinux(
	const struct update_targets *targets)
{
	return targets->items[0];
}

/* Refuses an object that is linked into several modules: each has a copy of its own. */
struct error *update_targets_check_object(
	const struct update_targets *targets, const char *object);

/* Is the other target there whenever the target is? vmlinux always is. */
bool update_target_depends_on(
	const struct update_target *target, const struct update_target *other);

/* The error that refuses a reference to the other module, which is not always there. */
struct error *update_target_refuse_dependency(const struct update_target *target,
	const struct update_target *other, const char *name);

/* Reads the target's tables of patch sites, once. */
struct error *update_target_read_sites(
	const struct update_targets *targets, struct update_target *target);

/* The global symbol that the target itself defines; NULL if it does not. */
const struct elf_symbol *update_target_find_global(
	const struct update_target *target, const char *name);

/*
 * What an address of the target's image means. In a module that may be a place in
 * another target. Refused is what is defined nowhere, what lies in memory that is freed
 * after boot or load, and a section whose name says not which one it is.
 */
struct error *update_targets_locate(struct update_targets *targets,
	const struct update_target *target, uint64_t address, struct target_place *place);

/*
 * Who defines what a module uses and does not define: vmlinux, or a module that it
 * depends on. Refused is a module on which it does not depend. *definer is NULL if nobody
 * does.
 */
struct error *update_targets_find_definer(struct update_targets *targets,
	const struct update_target *target, const char *name,
	struct update_target **definer, const struct elf_symbol **symbol);

/* The place of such a symbol. Where nobody has a weak one, it is 0. */
struct error *update_targets_find_outside(struct update_targets *targets,
	const struct update_target *target, const char *name, bool is_weak,
	struct target_place *place);

/* The place of the symbol of a relocation of a module's own, from its .ko. */
struct error *update_targets_find_symbol(struct update_targets *targets,
	const struct update_target *target, const struct elf_symbol *symbol,
	struct target_place *place);

/* What is gone from memory once the kernel has booted, or the module is loaded. */
bool update_target_is_init(const struct update_target *target, uint64_t address);

/* Is the range in data that is read-only since boot or load, and still there? The core
 * writes to no other. */
bool update_target_is_constant(
	const struct update_target *target, uint64_t address, uint64_t size);

/* Is the place in data that is written until the end of boot or load, and read-only since
 * then? */
bool update_targets_is_ro_after_init(
	const struct update_targets *targets, const struct target_place *place);

/* Will the running kernel's kallsyms have a symbol of that name there? */
bool update_target_has_kallsyms(const struct update_targets *targets,
	const struct update_target *target, const char *name, uint64_t address);

#endif
