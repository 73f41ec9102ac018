// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/digest.h"

#include <inttypes.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/memory.h"

/* So that only this file needs the header of xxHash. */
_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct digest_stream), "size");
_Static_assert(_Alignof(XXH3_state_t) <= _Alignof(struct digest_stream), "alignment");

static struct digest digest_from_hash(XXH128_hash_t hash)
{
	return (struct digest){hash.high64, hash.low64};
}

struct digest digest_of(const void *data, size_t size)
{
	return digest_from_hash(XXH3_128bits(data, size));
}

struct digest digest_with_seed(const void *data, size_t size, uint64_t seed)
{
	return digest_from_hash(XXH3_128bits_withSeed(data, size, seed));
}

char *digest_to_text(struct digest digest)
{
	return memory_format("%016" PRIx64 "%016" PRIx64, digest.high, digest.low);
}

void digest_stream_start(struct digest_stream *stream)
{
	XXH3_state_t *state = (XXH3_state_t *)stream->state;
	XXH3_INITSTATE(state);
	XXH3_128bits_reset(state);
}

void digest_stream_add(struct digest_stream *stream, const void *data, size_t size)
{
	XXH3_128bits_update((XXH3_state_t *)stream->state, data, size);
}

struct digest digest_stream_end(const struct digest_stream *stream)
{
	return digest_from_hash(XXH3_128bits_digest((const XXH3_state_t *)stream->state));
}
