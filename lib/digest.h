/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest.h - a 128-bit fingerprint of bytes (XXH3)
 *
 * It tells apart what differs by accident, not what somebody forged.
 */
#ifndef KSPLICE_LIB_DIGEST_H
#define KSPLICE_LIB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
	uint64_t high;
	uint64_t low;
};

struct digest digest_of(const void *data, size_t size);

/* 32 lower-case hexadecimal digits; the caller frees it. */
char *digest_to_text(struct digest digest);

#endif
