// SPDX-License-Identifier: Apache-2.0
// The executor's benchmark program: Keccak of a megabyte in plain code, sorting, 256-bit multiplication and pointer
// chasing, about 40 % loads and stores. Input buffer 0: u32 rounds. Commits a digest of everything computed.
#include <algorithm>
#include <array>
#include <vector>

#include "libs/guest/runtime.hpp"

namespace ashlar::guest {
namespace {

uint32_t next_random(uint32_t& state) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

constexpr uint64_t rotate(uint64_t x, unsigned n) { return n == 0 ? x : x << n | x >> (64 - n); }

/// Keccak-f[1600] written out, not the system call: this measures instructions.
void keccak_f(uint64_t a[25]) {
    uint32_t lfsr = 1;
    for (int round = 0; round < 24; round++) {
        uint64_t c[5];
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++) {
            const uint64_t d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) a[y + x] ^= d;
        }
        static constexpr uint8_t LANE[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                             15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
        uint64_t carried = a[1];
#pragma clang loop unroll(full)
        for (unsigned i = 0; i < 24; i++) {
            const uint64_t next = a[LANE[i]];
            a[LANE[i]] = rotate(carried, (i + 1) * (i + 2) / 2 % 64);
            carried = next;
        }
#pragma clang loop unroll(full)
        for (int y = 0; y < 25; y += 5) {
            const uint64_t row[5] = {a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
            for (int x = 0; x < 5; x++) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        for (int j = 0; j < 7; j++) {
            if (lfsr & 1) a[0] ^= uint64_t{1} << ((1u << j) - 1);
            lfsr = lfsr << 1 ^ (lfsr >> 7 & 1) * 0x171;
        }
    }
}

uint32_t keccak_megabyte(std::vector<uint32_t>& buffer) {
    constexpr size_t RATE_WORDS = 34;
    uint64_t state[25] = {};
    for (size_t at = 0; at + RATE_WORDS <= buffer.size(); at += RATE_WORDS) {
        for (size_t i = 0; i < RATE_WORDS / 2; i++)
            state[i] ^= buffer[at + 2 * i] | uint64_t{buffer[at + 2 * i + 1]} << 32;
        keccak_f(state);
    }
    return static_cast<uint32_t>(state[0]);
}

using U256 = std::array<uint32_t, 8>;

U256 multiply(const U256& a, const U256& b) {
    U256 r{};
    for (size_t i = 0; i < 8; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; i + j < 8; j++) {
            carry += uint64_t{a[i]} * b[j] + r[i + j];
            r[i + j] = static_cast<uint32_t>(carry);
            carry >>= 32;
        }
    }
    return r;
}

uint32_t multiply_many(uint32_t seed) {
    U256 x{}, y{};
    for (uint32_t& w : x) w = next_random(seed) | 1;
    for (uint32_t& w : y) w = next_random(seed) | 1;
    for (int i = 0; i < 20000; i++) x = multiply(x, y);
    return x[7];
}

uint32_t chase(std::vector<uint32_t>& links, uint32_t seed) {
    // One cycle through all slots (Sattolo), then walked twice.
    const auto n = static_cast<uint32_t>(links.size());
    for (uint32_t i = 0; i < n; i++) links[i] = i;
    for (uint32_t i = n - 1; i > 0; i--) std::swap(links[i], links[next_random(seed) % i]);
    uint32_t at = 0, sum = 0;
    for (uint32_t i = 0; i < 2 * n; i++) {
        at = links[at];
        sum = sum * 31 + at;
    }
    return sum;
}

/// Copies records of eight words around, as an interpreter moves its stack: nearly only loads and stores.
uint32_t move_records(std::vector<uint32_t>& buffer, uint32_t seed) {
    constexpr uint32_t RECORD = 8;
    const auto n = static_cast<uint32_t>(buffer.size()) / RECORD;
    for (uint32_t i = 0; i < 60 * n; i++) {
        const uint32_t* from = &buffer[next_random(seed) % n * RECORD];
        uint32_t* to = &buffer[i % n * RECORD];
        for (uint32_t k = 0; k < RECORD; k++) to[k] = from[k];
    }
    return buffer[seed % buffer.size()];
}

}  // namespace

int program() {
    const BytesView input = read_input();
    if (input.size() != 4) panic("expected a u32");
    const uint32_t rounds = load_le32(input.data());
    std::vector<uint32_t> buffer(1 << 18), values(1 << 16), links(1 << 16);
    uint32_t seed = 2463534242u;
    uint32_t digest = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t& w : buffer) w = next_random(seed);
        digest = digest * 31 + keccak_megabyte(buffer);
        for (uint32_t& v : values) v = next_random(seed);
        std::sort(values.begin(), values.end());
        digest = digest * 31 + values[values.size() / 3];
        digest = digest * 31 + multiply_many(seed);
        digest = digest * 31 + chase(links, seed);
        digest = digest * 31 + move_records(buffer, seed);
    }
    uint8_t out[4];
    store_le32(out, digest);
    commit(out);
    return 0;
}

}  // namespace ashlar::guest
