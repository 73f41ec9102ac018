// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/digest.h"

#include <inttypes.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/memory.h"

struct digest digest_of(const void *data, size_t size)
{
	XXH128_hash_t hash = XXH3_128bits(data, size);
	return (struct digest){hash.high64, hash.low64};
}

char *digest_to_text(struct digest digest)
{
	return memory_format("%016" PRIx64 "%016" PRIx64, digest.high, digest.low);
}
