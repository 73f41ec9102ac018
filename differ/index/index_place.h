/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_place.h - where a target's objects are in it, and their functions, as rows
 *
 *     objects, vmlinux ──▶ placement_find, placement_order ──▶ place, symbol
 *
 * All objects of a target at once, whenever one of them or the target is another than
 * before: a place that is in the index as proven was proven against the bytes that are
 * there now. That takes a quarter of a second for 1500 objects on one processor, so there
 * is no need for anything that could be wrong instead.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_PLACE_H
#define KSPLICE_DIFFER_INDEX_INDEX_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct database;
struct error;
struct index_writer;
struct kernel_image;
struct kernel_tree;
struct module_image;

struct placed_unit {
	int64_t number;
	const char *object; /* relative to the object tree */
	const char *state;  /* as in struct index_unit */
	bool is_new;   /* its symbols are not in the index, or are another object's */
	char *problem; /* out: why its object cannot be read, NULL if it can; freed
			* by the caller */
};

struct place_request {
	const struct database *database;
	const struct kernel_tree *tree;
	struct index_writer *writer;
	const struct kernel_image *image;  /* NULL: the target cannot be read */
	const struct module_image *module; /* whose image it is, NULL for vmlinux */
	struct placed_unit *units;         /* in link order */
	size_t count;
};

/* Replaces the rows of the units. */
struct error *index_place_units(const struct place_request *request);

#endif
