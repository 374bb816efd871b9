#pragma once

#include <cstddef>
#include <cstdint>

// XXH64 with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), reading little-endian words.
// Fast enough to be a small part of reading a snapshot; guards against damage, not against forgery.
uint64_t checksum64(const void * data, size_t size);
