/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_code.h - instructions: where a relocated field's instruction starts and ends
 */
#ifndef KSPLICE_AUDIT_CODE_H
#define KSPLICE_AUDIT_CODE_H

#include <stdbool.h>
#include <stdint.h>

struct audit_object;
struct audit_section;

/* The instruction that has a byte of a section with code: its start, and where the next
 * one starts. False if what is there is not an instruction. */
bool audit_code_find(const struct audit_object *object, const struct audit_section *read,
	uint64_t offset, uint64_t *start, uint64_t *end);

/* Is the four-byte field at this offset the displacement of a call, a jump or a
 * conditional jump, whose instruction starts there? */
bool audit_code_is_branch(
	const struct audit_section *section, uint64_t start, uint64_t field);

#endif
