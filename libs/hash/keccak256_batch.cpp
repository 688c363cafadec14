// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/keccak256_batch.hpp"

#include <algorithm>
#include <vector>

#include "libs/hash/keccak256.hpp"
#include "libs/hash/keccak_constants.hpp"
#include "libs/hash/permutation_counts.hpp"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ashlar::hash {

void keccak256_batch_scalar(std::span<const BytesView> messages, Bytes32* out) {
    for (size_t i = 0; i < messages.size(); i++) out[i] = keccak256(messages[i]);
}

#if defined(__x86_64__)
namespace {

// Compiled for AVX-512 function by function: no inline code of other namespaces is involved, so none of it can end up
// where the processor lacks these instructions.
#define ASHLAR_AVX512 [[gnu::target("avx512f")]]

using namespace keccak;

constexpr size_t RATE_WORDS = RATE / 8, LANES = 8;

constexpr int XOR3 = 0x96;  // a ^ b ^ c as a truth table
constexpr int CHI = 0xd2;   // a ^ (~b & c)

/// Eight states side by side: s[i] holds lane i of each.
ASHLAR_AVX512 void permute(__m512i* state) {
    __m512i s[25];
#pragma clang loop unroll(full)
    for (int i = 0; i < 25; i++) s[i] = state[i];
    for (const uint64_t constant : ROUND_CONSTANTS) {
        __m512i c[5], d[5], b[25];
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++)
            c[x] = _mm512_ternarylogic_epi64(_mm512_ternarylogic_epi64(s[x], s[x + 5], s[x + 10], XOR3), s[x + 15],
                                             s[x + 20], XOR3);
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++) d[x] = _mm512_rol_epi64(c[(x + 1) % 5], 1);
        // s ^ c ^ d in one instruction, then rho and pi. Rotations are immediates, so they are spelt out.
#define ASHLAR_LANE(X, Y, R)                 \
    b[(Y) + 5 * ((2 * (X) + 3 * (Y)) % 5)] = \
        _mm512_rol_epi64(_mm512_ternarylogic_epi64(s[(X) + 5 * (Y)], c[((X) + 4) % 5], d[X], XOR3), R)
        ASHLAR_LANE(0, 0, 0);
        ASHLAR_LANE(1, 0, 1);
        ASHLAR_LANE(2, 0, 62);
        ASHLAR_LANE(3, 0, 28);
        ASHLAR_LANE(4, 0, 27);
        ASHLAR_LANE(0, 1, 36);
        ASHLAR_LANE(1, 1, 44);
        ASHLAR_LANE(2, 1, 6);
        ASHLAR_LANE(3, 1, 55);
        ASHLAR_LANE(4, 1, 20);
        ASHLAR_LANE(0, 2, 3);
        ASHLAR_LANE(1, 2, 10);
        ASHLAR_LANE(2, 2, 43);
        ASHLAR_LANE(3, 2, 25);
        ASHLAR_LANE(4, 2, 39);
        ASHLAR_LANE(0, 3, 41);
        ASHLAR_LANE(1, 3, 45);
        ASHLAR_LANE(2, 3, 15);
        ASHLAR_LANE(3, 3, 21);
        ASHLAR_LANE(4, 3, 8);
        ASHLAR_LANE(0, 4, 18);
        ASHLAR_LANE(1, 4, 2);
        ASHLAR_LANE(2, 4, 61);
        ASHLAR_LANE(3, 4, 56);
        ASHLAR_LANE(4, 4, 14);
#undef ASHLAR_LANE
#pragma clang loop unroll(full)
        for (int y = 0; y < 25; y += 5)
#pragma clang loop unroll(full)
            for (int x = 0; x < 5; x++)
                s[y + x] = _mm512_ternarylogic_epi64(b[y + x], b[y + (x + 1) % 5], b[y + (x + 2) % 5], CHI);
        s[0] = _mm512_xor_si512(s[0], _mm512_set1_epi64(static_cast<long long>(constant)));
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 25; i++) state[i] = s[i];
}

/// Hashes up to eight messages, which may differ in length.
ASHLAR_AVX512 void hash_lanes(const BytesView* const* messages, Bytes32* const* out, size_t count) {
    alignas(64) uint8_t last[LANES][RATE];  // the padded last block of each
    alignas(64) uint64_t at[LANES];         // address of the next block
    size_t blocks[LANES] = {}, most = 0;    // including the last
    for (size_t i = 0; i < LANES; i++) {
        at[i] = reinterpret_cast<uint64_t>(last[i]);
        if (i >= count) continue;
        const BytesView m = *messages[i];
        const size_t tail = m.size() % RATE;
        for (size_t k = 0; k < RATE; k++) last[i][k] = 0;
        if (tail) __builtin_memcpy(last[i], m.data() + (m.size() - tail), tail);
        last[i][tail] = 0x01;
        last[i][RATE - 1] |= 0x80;
        blocks[i] = m.size() / RATE + 1;
        most = blocks[i] > most ? blocks[i] : most;
        if (blocks[i] > 1) at[i] = reinterpret_cast<uint64_t>(m.data());
    }
    alignas(64) __m512i state[25];
    for (__m512i& s : state) s = _mm512_setzero_si512();
    for (size_t n = 1; n <= most; n++) {
        const __m512i addresses = _mm512_load_si512(at);
#pragma clang loop unroll(full)
        for (size_t w = 0; w < RATE_WORDS; w++) {
            const __m512i where = _mm512_add_epi64(addresses, _mm512_set1_epi64(static_cast<long long>(8 * w)));
            state[w] = _mm512_xor_si512(state[w], _mm512_i64gather_epi64(where, nullptr, 1));
        }
        permute(state);
        for (size_t i = 0; i < count; i++) {
            if (n < blocks[i]) {
                at[i] += RATE;
                if (n + 1 == blocks[i]) at[i] = reinterpret_cast<uint64_t>(last[i]);
            } else if (n == blocks[i]) {
                at[i] = reinterpret_cast<uint64_t>(last[i]);  // anything readable
                for (size_t w = 0; w < 4; w++)
                    __builtin_memcpy(out[i]->data() + 8 * w, reinterpret_cast<const uint64_t*>(&state[w]) + i, 8);
            }
        }
    }
}

#undef ASHLAR_AVX512

bool has_avx512() {
    static const bool has = __builtin_cpu_supports("avx512f");
    return has;
}

}  // namespace

void keccak256_batch(std::span<const BytesView> messages, Bytes32* out) {
    if (messages.size() < 2 || !has_avx512()) return keccak256_batch_scalar(messages, out);
    // Messages of like length together, so that no lane waits long for another: a counting sort by blocks.
    constexpr size_t BUCKETS = 8;
    const auto bucket = [&](size_t i) { return std::min(messages[i].size() / RATE, BUCKETS - 1); };
    size_t start[BUCKETS + 1] = {};
    for (size_t i = 0; i < messages.size(); i++) start[bucket(i) + 1]++;
    for (size_t k = 0; k < BUCKETS; k++) start[k + 1] += start[k];
    std::vector<uint32_t> order(messages.size());
    const size_t long_ones = start[BUCKETS - 1];
    for (size_t i = 0; i < messages.size(); i++) order[start[bucket(i)]++] = static_cast<uint32_t>(i);
    std::sort(order.begin() + static_cast<ptrdiff_t>(long_ones), order.end(),
              [&](uint32_t a, uint32_t b) { return messages[a].size() < messages[b].size(); });
    for (size_t i = 0; i < order.size(); i += LANES) {
        const BytesView* group[LANES];
        Bytes32* results[LANES];
        const size_t count = std::min(LANES, order.size() - i);
        size_t permutations = 0, longest = 0;
        for (size_t k = 0; k < count; k++) {
            group[k] = &messages[order[i + k]];
            results[k] = &out[order[i + k]];
            permutations += group[k]->size() / RATE + 1;
            longest = std::max(longest, group[k]->size() / RATE + 1);
        }
        if (permutations * 3 <= longest * 5) {  // eight lanes take the time of not quite two permutations
            for (size_t k = 0; k < count; k++) *results[k] = keccak256(*group[k]);
            continue;
        }
        permutation_counts.batch += permutations;
        hash_lanes(group, results, count);
    }
}

#else

void keccak256_batch(std::span<const BytesView> messages, Bytes32* out) { keccak256_batch_scalar(messages, out); }

#endif

}  // namespace ashlar::hash
