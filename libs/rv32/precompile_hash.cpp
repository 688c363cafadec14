// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>

#include "libs/hash/keccak256.hpp"
#include "libs/rv32/precompiles.hpp"

namespace ashlar::rv32::precompile {
namespace {

/// SHA-256 constant of the i-th prime: the first 32 bits of the fraction of its cube root (FIPS 180-4, 4.2.2).
constexpr uint32_t cube_root_fraction(uint32_t prime) {
    __extension__ using Wide = unsigned __int128;
    const Wide target = Wide{prime} << 96;
    Wide low = 0, high = Wide{1} << 36;
    while (high - low > 1) {
        const Wide middle = (low + high) / 2;
        (middle * middle * middle <= target ? low : high) = middle;
    }
    return static_cast<uint32_t>(low);
}

constexpr std::array<uint32_t, 64> make_sha_constants() {
    std::array<uint32_t, 64> r{};
    size_t n = 0;
    for (uint32_t candidate = 2; n < 64; candidate++) {
        bool prime = true;
        for (uint32_t d = 2; d * d <= candidate; d++) prime = prime && candidate % d != 0;
        if (prime) r[n++] = cube_root_fraction(candidate);
    }
    return r;
}
constexpr auto SHA_CONSTANTS = make_sha_constants();

}  // namespace

const char* sha_extend(const CallOperands& o) {
    if (o.a1 != 0) return "SHA_EXTEND: a1 is not 0";
    uint32_t w[64];
    std::copy_n(o.in, 16, w);
    for (int i = 16; i < 64; i++) {
        const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
        const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = s1 + w[i - 16] + s0 + w[i - 7];
    }
    std::copy_n(w + 16, 48, o.out);
    return nullptr;
}

const char* sha_compress(const CallOperands& o) {
    if (o.a0 == o.a1) return "SHA_COMPRESS: w and h are the same address";
    uint32_t a = o.out[0], b = o.out[1], c = o.out[2], d = o.out[3], e = o.out[4], f = o.out[5], g = o.out[6],
             h = o.out[7];
    for (int i = 0; i < 64; i++) {
        const uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + SHA_CONSTANTS[static_cast<size_t>(i)] + o.in[i];
        const uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    const uint32_t v[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++) o.out[i] += v[i];
    return nullptr;
}

const char* keccak_permute(const CallOperands& o) {
    if (o.a1 != 0) return "KECCAK_PERMUTE: a1 is not 0";
    uint64_t lanes[25];
    for (int i = 0; i < 25; i++) lanes[i] = o.out[2 * i] | uint64_t{o.out[2 * i + 1]} << 32;
    hash::keccak_permute(lanes);
    for (int i = 0; i < 25; i++) {
        o.out[2 * i] = static_cast<uint32_t>(lanes[i]);
        o.out[2 * i + 1] = static_cast<uint32_t>(lanes[i] >> 32);
    }
    return nullptr;
}

const char* poseidon2_permute(const CallOperands& o) {
    std::copy_n(o.in, 16, o.out);
    guest_poseidon2(o.field, o.out);
    return nullptr;
}

}  // namespace ashlar::rv32::precompile
