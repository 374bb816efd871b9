#pragma once

#include <cstddef>
#include <cstdint>

// XXH64 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md) over little-endian words. Takes a
// small part of the time of reading a snapshot. Detects damage, not forgery.
uint64_t checksum64(const void * data, size_t size);
