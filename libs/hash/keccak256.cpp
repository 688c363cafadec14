// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/keccak256.hpp"

#include <bit>

#include "libs/hash/keccak_constants.hpp"
#ifdef __riscv
#include "libs/abi/syscalls.hpp"
#else
#include "libs/hash/permutation_counts.hpp"
#endif

namespace ashlar::hash {
namespace {

using namespace keccak;

#ifndef __riscv
/// Rotation of lane x + 5y in step rho, and where pi moves it.
constexpr int ROTATION[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                              25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
#endif

#ifdef __riscv

/// XORs (or, with FIRST, stores) whole 4-byte words of `p` at `s`.
template <bool FIRST>
void absorb(uint32_t* s, const uint8_t* p, size_t words) {
    const uint32_t offset = reinterpret_cast<uintptr_t>(p) & 3;
    auto put = [](uint32_t& to, uint32_t v) { to = FIRST ? v : to ^ v; };
    if (offset == 0) {
        const auto* q = reinterpret_cast<const uint32_t*>(p);
        for (; words >= 4; words -= 4, s += 4, q += 4) {
            put(s[0], q[0]);
            put(s[1], q[1]);
            put(s[2], q[2]);
            put(s[3], q[3]);
            asm volatile("" ::: "memory");  // a loop, not a call of memcpy
        }
        for (size_t i = 0; i < words; i++) put(s[i], q[i]);
    } else if (words > 0) {
        // The aligned words that hold the bytes; the last one is one that the bytes reach into, so nothing foreign is
        // touched.
        const auto* q = reinterpret_cast<const uint32_t*>(p - offset);
        const uint32_t right = 8 * offset, left = 32 - right;
        uint32_t a = *q++;
        for (; words >= 4; words -= 4, s += 4, q += 4) {
            const uint32_t b = q[0], c = q[1], d = q[2];
            put(s[0], a >> right | b << left);
            put(s[1], b >> right | c << left);
            put(s[2], c >> right | d << left);
            a = q[3];
            put(s[3], d >> right | a << left);
        }
        for (size_t i = 0; i < words; i++) {
            const uint32_t b = q[i];
            put(s[i], a >> right | b << left);
            a = b;
        }
    }
}
/// A whole block, by straight code where alignment allows.
void absorb_block(uint64_t state[25], const uint8_t* p) {
    auto* s = reinterpret_cast<uint32_t*>(state);
    if (reinterpret_cast<uintptr_t>(p) & 3) return absorb<false>(s, p, RATE / 4);
    const auto* q = reinterpret_cast<const uint32_t*>(p);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < RATE / 4; i++) s[i] ^= q[i];
}
/// XORs whole 4-byte words of `p` into the state, from the state's word `at` on.
void absorb_words(uint64_t state[25], const uint8_t* p, size_t words, size_t at = 0) {
    absorb<false>(reinterpret_cast<uint32_t*>(state) + at, p, words);
}
/// The same into a state that is not initialised yet.
void absorb_first_words(uint64_t state[25], const uint8_t* p, size_t words) {
    auto* s = reinterpret_cast<uint32_t*>(state);
    absorb<true>(s, p, words);
    uint32_t* q = s + words;
    for (; q + 4 <= s + 50; q += 4) {
        q[0] = q[1] = q[2] = q[3] = 0;
        asm volatile("" ::: "memory");  // a loop, not a call of memset
    }
    for (; q < s + 50; q++) {
        *q = 0;
        asm volatile("" ::: "memory");
    }
}

#else

/// XORs whole 4-byte words of `p` into the state, from the state's word `at` on.
void absorb_words(uint64_t state[25], const uint8_t* p, size_t words, size_t at = 0) {
    auto* s = reinterpret_cast<uint8_t*>(state) + 4 * at;
    size_t i = 0;
    for (; i + 2 <= words; i += 2) {
        uint64_t v, t;
        std::memcpy(&v, p + 4 * i, 8);
        std::memcpy(&t, s + 4 * i, 8);
        t ^= v;
        std::memcpy(s + 4 * i, &t, 8);
    }
    if (i < words) store_le32(s + 4 * i, load_le32(s + 4 * i) ^ load_le32(p + 4 * i));
}
void absorb_first_words(uint64_t state[25], const uint8_t* p, size_t words) {
    std::memset(state, 0, 200);
    absorb_words(state, p, words);
}

#endif

#ifdef __riscv
/// A whole block into a state that is not initialised yet.
void absorb_first_block(uint64_t state[25], const uint8_t* p) {
    if (reinterpret_cast<uintptr_t>(p) & 3) return absorb_first_words(state, p, RATE / 4);
    auto* s = reinterpret_cast<uint32_t*>(state);
    __builtin_memcpy_inline(s, __builtin_assume_aligned(p, 4), RATE);
    __builtin_memset_inline(s + RATE / 4, 0, 200 - RATE);
}
#else
void absorb_block(uint64_t state[25], const uint8_t* p) { absorb_words(state, p, RATE / 4); }
void absorb_first_block(uint64_t state[25], const uint8_t* p) { absorb_first_words(state, p, RATE / 4); }
#endif

void xor_byte(uint64_t state[25], size_t at, uint8_t b) { reinterpret_cast<uint8_t*>(state)[at] ^= b; }

}  // namespace

void keccak_permute(uint64_t a[25]) {
#ifdef __riscv
    guest::keccak_permute(reinterpret_cast<uint32_t*>(a));
#else
    permutation_counts.single++;
    uint64_t s[25];
    std::memcpy(s, a, sizeof s);
    for (uint64_t rc : ROUND_CONSTANTS) {
        uint64_t c[5], d[5], b[25];
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++) c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
#pragma clang loop unroll(full)
        for (int x = 0; x < 5; x++) d[x] = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
#pragma clang loop unroll(full)
        for (int y = 0; y < 5; y++)
#pragma clang loop unroll(full)
            for (int x = 0; x < 5; x++)
                b[y + 5 * ((2 * x + 3 * y) % 5)] = std::rotl(s[x + 5 * y] ^ d[x], ROTATION[x + 5 * y]);
#pragma clang loop unroll(full)
        for (int y = 0; y < 25; y += 5)
#pragma clang loop unroll(full)
            for (int x = 0; x < 5; x++) s[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        s[0] ^= rc;
    }
    std::memcpy(a, s, sizeof s);
#endif
}

Bytes32 keccak256(BytesView data) {
    alignas(8) uint64_t state[25];
    const uint8_t* p = data.data();
    size_t left = data.size();
    if (left < RATE) {
        absorb_first_words(state, p, left / 4);
    } else {
        absorb_first_block(state, p);
        for (;;) {
            keccak_permute(state);
            p += RATE;
            left -= RATE;
            if (left < RATE) break;
            absorb_block(state, p);
        }
        absorb_words(state, p, left / 4);
    }
    for (size_t i = left & ~size_t{3}; i < left; i++) xor_byte(state, i, p[i]);
    xor_byte(state, left, 0x01);
    xor_byte(state, RATE - 1, 0x80);
    keccak_permute(state);
    Bytes32 out;
    std::memcpy(out.data(), state, 32);
    return out;
}

void Keccak256::update(BytesView data) {
    const uint8_t* p = data.data();
    size_t left = data.size();
    while (left > 0 && filled_ % 4 != 0) {
        xor_byte(state_, filled_++, *p++);
        left--;
    }
    if (filled_ == RATE) {
        keccak_permute(state_);
        filled_ = 0;
    }
    while (filled_ + left >= RATE) {
        const size_t take = RATE - filled_;
        if (filled_ == 0)
            absorb_block(state_, p);
        else
            absorb_words(state_, p, take / 4, filled_ / 4);
        keccak_permute(state_);
        p += take;
        left -= take;
        filled_ = 0;
    }
    absorb_words(state_, p, left / 4, filled_ / 4);
    for (size_t i = left & ~size_t{3}; i < left; i++) xor_byte(state_, filled_ + i, p[i]);
    filled_ += left;
}

Bytes32 Keccak256::finish() {
    xor_byte(state_, filled_, 0x01);
    xor_byte(state_, RATE - 1, 0x80);
    keccak_permute(state_);
    Bytes32 out;
    std::memcpy(out.data(), state_, 32);
    return out;
}

}  // namespace ashlar::hash
