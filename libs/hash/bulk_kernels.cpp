// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/bulk_kernels.hpp"

#include <algorithm>

#include "libs/hash/poseidon2_packed.hpp"

namespace ashlar::hash::ASHLAR_ISA {
namespace {

using L = field::ASHLAR_ISA::Lane;
constexpr size_t W = L::WIDTH;
constexpr unsigned LOG_W = W == 16 ? 4 : W == 8 ? 3 : 0;
static_assert(W == size_t{1} << LOG_W && LEAF_GRAIN % (W * W) == 0);

// One copy of the permutation: it is long, and inlined everywhere it would not fit the instruction cache.
[[gnu::noinline]] void permute_lanes(L (&s)[24]) { Poseidon2Packed<24, L>::permute(s); }

ASHLAR_INLINE void clear(L (&s)[24]) {
    for (L& x : s) x = L::zero();
}

size_t reverse_bits(size_t i, unsigned bits) {
    if (bits == 0) return 0;
    uint64_t x = i;
    x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
    x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0f) | (x & 0x0f0f0f0f0f0f0f0f) << 4;
    return static_cast<size_t>(__builtin_bswap64(x) >> (64 - bits));
}

void hash_leaves_scalar(const LeafMatrix& m, F* out, size_t begin, size_t end) {
    const size_t n = m.rows();
    for (size_t at = begin; at < end; at++) {
        ElementHasher hasher(m.width, Domain::leaf);
        for (size_t c = 0; c < m.width; c++) hasher.absorb(m.data[c * m.stride + at]);
        const Digest d = hasher.finish();
        const size_t leaf = m.bit_reversed ? reverse_bits(at, m.log_rows) : at;
        for (size_t k = 0; k < DIGEST_SIZE; k++) out[k * n + leaf] = d[k];
    }
}

/// States after absorbing the leaves at positions at .. at + W - 1.
ASHLAR_INLINE void absorb_rows(const LeafMatrix& m, size_t at, L (&s)[24]) {
    clear(s);
    s[LENGTH_POSITION] = L::broadcast(F::reduce(static_cast<uint32_t>(m.width)));
    s[DOMAIN_POSITION] = L::broadcast(F::from_canonical(static_cast<uint32_t>(Domain::leaf)));
    for (size_t c = 0; c < m.width; c += RATE) {
        const F* column = m.data + c * m.stride + at;
        const size_t count = std::min(RATE, m.width - c);
        for (size_t k = 0; k < count; k++) s[k] = L::load(column + k * m.stride);
        // Columns are far apart, so no hardware prefetcher follows them: ask for the next block now.
        const size_t next = std::min(RATE, m.width - c - count);
        for (size_t k = 0; k < next; k++) __builtin_prefetch(column + (RATE + k) * m.stride);
        permute_lanes(s);
    }
}

/// Bit-reversed storage scatters the digests of neighbouring positions. A tile is W runs of W positions, n / W apart:
/// its digests fill W whole runs of W leaves, so that each cache line of the output is written once.
void hash_tile(const LeafMatrix& m, F* out, size_t tile) {
    const size_t n = m.rows();
    L digests[DIGEST_SIZE][W];
    for (size_t g = 0; g < W; g++) {
        L s[24];
        absorb_rows(m, g * (n / W) + tile * W, s);
        const size_t row = reverse_bits(g, LOG_W);
        for (size_t k = 0; k < DIGEST_SIZE; k++) digests[k][row] = s[k];
    }
    for (size_t k = 0; k < DIGEST_SIZE; k++) {
        field::transpose(digests[k]);
        for (size_t j = 0; j < W; j++) digests[k][j].store(out + k * n + reverse_bits(tile * W + j, m.log_rows));
    }
}

void hash_leaves(const LeafMatrix& m, F* out, size_t begin, size_t end) {
    if (m.bit_reversed) {
        if (W == 1 || m.log_rows < 2 * LOG_W) return hash_leaves_scalar(m, out, begin, end);
        if (begin % (W * W) != 0 || end % (W * W) != 0) __builtin_trap();
        for (size_t tile = begin / (W * W); tile < end / (W * W); tile++) hash_tile(m, out, tile);
        return;
    }
    size_t at = begin;
    for (; W > 1 && at + W <= end; at += W) {
        L s[24];
        absorb_rows(m, at, s);
        for (size_t k = 0; k < DIGEST_SIZE; k++) s[k].store(out + k * m.rows() + at);
    }
    hash_leaves_scalar(m, out, at, end);
}

void hash_level(const F* below, F* out, size_t n, size_t begin, size_t end) {
    size_t i = begin;
    for (; W > 1 && i + W <= end; i += W) {
        L s[24];
        clear(s);
        for (size_t k = 0; k < DIGEST_SIZE; k++) {
            const F* p = below + k * 2 * n + 2 * i;
            const auto both = L::deinterleave(L::load(p), L::load(p + W));
            s[k] = both.first;
            s[DIGEST_SIZE + k] = both.second;
        }
        permute_lanes(s);
        for (size_t k = 0; k < DIGEST_SIZE; k++) s[k].store(out + k * n + i);
    }
    for (; i < end; i++) {
        Digest left, right;
        for (size_t k = 0; k < DIGEST_SIZE; k++) {
            left[k] = below[k * 2 * n + 2 * i];
            right[k] = below[k * 2 * n + 2 * i + 1];
        }
        const Digest d = hash_node(left, right);
        for (size_t k = 0; k < DIGEST_SIZE; k++) out[k * n + i] = d[k];
    }
}

void permute(Poseidon2<24>::State* states, size_t n) {
    size_t i = 0;
    for (; W > 1 && i + W <= n; i += W) {
        L s[24], square[W];
        for (size_t c = 0; c < 24; c += W) {
            const size_t from = std::min(c, 24 - W);  // the last square overlaps the one before
            for (size_t j = 0; j < W; j++) square[j] = L::load(&states[i + j][from]);
            field::transpose(square);
            for (size_t k = 0; k < W; k++) s[from + k] = square[k];
        }
        permute_lanes(s);
        for (size_t c = 0; c < 24; c += W) {
            const size_t from = std::min(c, 24 - W);
            for (size_t k = 0; k < W; k++) square[k] = s[from + k];
            field::transpose(square);
            for (size_t j = 0; j < W; j++) square[j].store(&states[i + j][from]);
        }
    }
    for (; i < n; i++) Poseidon2<24>::permute(states[i]);
}

}  // namespace

extern const BulkHash BULK_HASH{hash_leaves, hash_level, permute};

}  // namespace ashlar::hash::ASHLAR_ISA
