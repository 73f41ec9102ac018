/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest.h - a 128-bit fingerprint of bytes (XXH3)
 *
 * It detects accidental differences, not deliberate ones.
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

/* Another digest of the same bytes for each seed, so that kinds of things never collide.
 */
struct digest digest_with_seed(const void *data, size_t size, uint64_t seed);

/* 32 lower-case hexadecimal digits; the caller frees it. */
char *digest_to_text(struct digest digest);

/* The digest of bytes that are added piece by piece; needs no release. */
struct digest_stream {
	_Alignas(64) unsigned char state[576];
};

void digest_stream_start(struct digest_stream *stream);
void digest_stream_add(struct digest_stream *stream, const void *data, size_t size);
struct digest digest_stream_end(const struct digest_stream *stream);

#endif
