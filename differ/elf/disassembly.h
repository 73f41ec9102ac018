/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disassembly.h - x86_64 instructions as text, and their lengths; only this file uses
 * libopcodes and libbfd
 */
#ifndef KSPLICE_DIFFER_ELF_DISASSEMBLY_H
#define KSPLICE_DIFFER_ELF_DISASSEMBLY_H

#include <stdint.h>

/*
 * The end of the instruction that covers the byte at offset, decoding from the start
 * of the code; 0 if the code cannot be decoded up to there.
 */
uint64_t disassembly_find_end(const uint8_t *code, uint64_t size, uint64_t offset);

/*
 * The instruction that covers the byte at offset, as text, and where it starts. The
 * caller frees it; "(bad)" if it cannot be decoded.
 */
char *disassembly_show(
	const uint8_t *code, uint64_t size, uint64_t offset, uint64_t *start);

#endif
