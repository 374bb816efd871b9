#include "kv/checksum.h"

#include <cstring>

namespace {

constexpr uint64_t prime_1 = 0x9E3779B185EBCA87ULL;
constexpr uint64_t prime_2 = 0xC2B2AE3D27D4EB4FULL;
constexpr uint64_t prime_3 = 0x165667B19E3779F9ULL;
constexpr uint64_t prime_4 = 0x85EBCA77C2B2AE63ULL;
constexpr uint64_t prime_5 = 0x27D4EB2F165667C5ULL;

uint64_t rotate_left(uint64_t value, int bits) {
    return (value << bits) | (value >> (64 - bits));
}

uint64_t read_word(const uint8_t * at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

uint32_t read_half_word(const uint8_t * at) {
    uint32_t word;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

uint64_t round(uint64_t lane, uint64_t word) {
    return rotate_left(lane + word * prime_2, 31) * prime_1;
}

uint64_t merge_lane(uint64_t hash, uint64_t lane) {
    return (hash ^ round(0, lane)) * prime_1 + prime_4;
}

}  // namespace

uint64_t checksum64(const void * data, size_t size) {
    const auto * at  = static_cast<const uint8_t *>(data);
    const auto * end = at + size;

    uint64_t hash = prime_5;
    if (size >= 32) {
        uint64_t lanes[4] = { prime_1 + prime_2, prime_2, 0, 0 - prime_1 };
        for (; end - at >= 32; at += 32) {
            for (int i = 0; i < 4; i++) {
                lanes[i] = round(lanes[i], read_word(at + 8 * i));
            }
        }
        hash =
            rotate_left(lanes[0], 1) + rotate_left(lanes[1], 7) + rotate_left(lanes[2], 12) + rotate_left(lanes[3], 18);
        for (const uint64_t lane : lanes) {
            hash = merge_lane(hash, lane);
        }
    }

    hash += size;
    for (; end - at >= 8; at += 8) {
        hash = rotate_left(hash ^ round(0, read_word(at)), 27) * prime_1 + prime_4;
    }
    if (end - at >= 4) {
        hash = rotate_left(hash ^ (read_half_word(at) * prime_1), 23) * prime_2 + prime_3;
        at += 4;
    }
    for (; at < end; at++) {
        hash = rotate_left(hash ^ (*at * prime_5), 11) * prime_1;
    }

    hash ^= hash >> 33;
    hash *= prime_2;
    hash ^= hash >> 29;
    hash *= prime_3;
    return hash ^ (hash >> 32);
}
