// SPDX-License-Identifier: Apache-2.0
// The guest's memcpy, memmove, memset and memcmp against loops over bytes: all sizes to 75, all alignments, all
// overlaps nearby, nothing written outside. Ends with exit code 1 at the first difference.
#include <cstring>

#include "libs/guest/runtime.hpp"

using namespace ashlar;

namespace {

constexpr size_t SIZES = 76, ROOM = 128, MARGIN = 16;

// Called through these so that the compiler has nothing to put in their place.
void* (*volatile copy)(void*, const void*, size_t) = memcpy;
void* (*volatile move)(void*, const void*, size_t) = memmove;
void* (*volatile set)(void*, int, size_t) = memset;
int (*volatile compare)(const void*, const void*, size_t) = memcmp;

alignas(4) volatile uint8_t from[ROOM], to[ROOM], expected[ROOM];
uint32_t state = 1;

uint8_t next() {
    state = state * 1664525 + 1013904223;
    return static_cast<uint8_t>(state >> 24);
}
void fill() {
    for (size_t i = 0; i < ROOM; i++) {
        from[i] = next();
        const uint8_t b = next();
        to[i] = b;
        expected[i] = b;
    }
}
void require(bool good, const char* what) {
    if (!good) guest::panic(what);
}
void require_expected(const char* what) {
    for (size_t i = 0; i < ROOM; i++) require(to[i] == expected[i], what);
}
uint8_t* at(volatile uint8_t* p, size_t i) { return const_cast<uint8_t*>(p) + i; }

void check_copies(size_t size, size_t a, size_t b) {
    fill();
    for (size_t i = 0; i < size; i++) expected[MARGIN + a + i] = from[MARGIN + b + i];
    require(copy(at(to, MARGIN + a), at(from, MARGIN + b), size) == at(to, MARGIN + a), "memcpy's result");
    require_expected("memcpy");
}
void check_moves(size_t size, size_t a, size_t b) {
    fill();
    uint8_t held[ROOM];
    for (size_t i = 0; i < size; i++) held[i] = to[b + i];
    for (size_t i = 0; i < size; i++) expected[a + i] = held[i];
    require(move(at(to, a), at(to, b), size) == at(to, a), "memmove's result");
    require_expected("memmove");
}
void check_sets(size_t size, size_t a, int byte) {
    fill();
    for (size_t i = 0; i < size; i++) expected[MARGIN + a + i] = static_cast<uint8_t>(byte);
    require(set(at(to, MARGIN + a), byte, size) == at(to, MARGIN + a), "memset's result");
    require_expected("memset");
}
void check_comparisons(size_t size, size_t a, size_t b) {
    fill();
    for (size_t i = 0; i < size; i++) to[MARGIN + a + i] = from[MARGIN + b + i];
    const auto ask = [&] { return compare(at(to, MARGIN + a), at(from, MARGIN + b), size); };
    require(ask() == 0, "memcmp of equal bytes");
    for (size_t i = 0; i < size; i += size > 20 ? 5 : 1) {
        const uint8_t old = to[MARGIN + a + i], other = from[MARGIN + b + i];
        to[MARGIN + a + i] = static_cast<uint8_t>(old ^ (1u << (i % 8)));
        // A later difference the other way must not matter.
        const size_t later = size - 1;
        const uint8_t old_later = to[MARGIN + a + later];
        if (later != i) to[MARGIN + a + later] = static_cast<uint8_t>(~old_later);
        const int r = ask();
        require((r < 0) == (to[MARGIN + a + i] < other) && r != 0, "memcmp of different bytes");
        to[MARGIN + a + i] = old;
        to[MARGIN + a + later] = old_later;
    }
}

}  // namespace

int guest::program() {
    for (size_t size = 0; size < SIZES; size++) {
        for (size_t a = 0; a < 4; a++) {
            for (size_t b = 0; b < 4; b++) {
                check_copies(size, a, b);
                check_comparisons(size, a, b);
            }
            check_sets(size, a, 0);
            check_sets(size, a, 0x1c3);
        }
        for (size_t a = 0; a < 20; a++) check_moves(size, a, 9 + size % 4);
    }
    commit(as_bytes("good"));
    return 0;
}
