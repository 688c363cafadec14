// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/ripemd160.hpp"

#include <algorithm>
#include <bit>

namespace ashlar::crypto {
namespace {

/// Message word and rotation of each of the 80 steps, for the left and the right line.
constexpr uint8_t WORD[2][80] = {
    {0,  1, 2,  3,  4, 5,  6,  7,  8, 9, 10, 11, 12, 13, 14, 15, 7, 4,  13, 1, 10, 6, 15, 3,  12, 0, 9,
     5,  2, 14, 11, 8, 3,  10, 14, 4, 9, 15, 8,  1,  2,  7,  0,  6, 13, 11, 5, 12, 1, 9,  11, 10, 0, 8,
     12, 4, 13, 3,  7, 15, 14, 5,  6, 2, 4,  0,  5,  9,  7,  12, 2, 10, 14, 1, 3,  8, 11, 6,  15, 13},
    {5,  14, 7, 0,  9, 2,  11, 4, 13, 6,  15, 8,  1,  10, 3, 12, 6, 11, 3, 7, 0,  13, 5, 10, 14, 15, 8,
     12, 4,  9, 1,  2, 15, 5,  1, 3,  7,  14, 6,  9,  11, 8, 12, 2, 10, 0, 4, 13, 8,  6, 4,  1,  3,  11,
     15, 0,  5, 12, 2, 13, 9,  7, 10, 14, 12, 15, 10, 4,  1, 5,  8, 7,  6, 2, 13, 14, 0, 3,  9,  11}};
constexpr uint8_t ROTATION[2][80] = {
    {11, 14, 15, 12, 5,  8,  7,  9, 11, 13, 14, 15, 6,  7,  9, 8,  7,  6,  8,  13, 11, 9,  7,  15, 7,  12, 15,
     9,  11, 7,  13, 12, 11, 13, 6, 7,  14, 9,  13, 15, 14, 8, 13, 6,  5,  12, 7,  5,  11, 12, 14, 15, 14, 15,
     9,  8,  9,  14, 5,  6,  8,  6, 5,  12, 9,  15, 5,  11, 6, 8,  13, 12, 5,  12, 13, 14, 11, 8,  5,  6},
    {8, 9,  9,  11, 13, 15, 15, 5,  7,  7, 8, 11, 14, 14, 12, 6, 9,  13, 15, 7,  12, 8,  9,  11, 7,  7,  12,
     7, 6,  15, 13, 11, 9,  7,  15, 11, 8, 6, 6,  14, 12, 13, 5, 14, 13, 13, 7,  5,  15, 5,  8,  11, 14, 14,
     6, 14, 6,  9,  12, 9,  12, 5,  15, 8, 8, 5,  12, 9,  12, 5, 14, 6,  8,  13, 6,  5,  15, 13, 11, 11}};
constexpr uint32_t CONSTANT[2][5] = {{0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e},
                                     {0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0}};

uint32_t mix(int round, uint32_t x, uint32_t y, uint32_t z) {
    switch (round) {
        case 0:
            return x ^ y ^ z;
        case 1:
            return (x & y) | (~x & z);
        case 2:
            return (x | ~y) ^ z;
        case 3:
            return (x & z) | (y & ~z);
        default:
            return x ^ (y | ~z);
    }
}

void compress(uint32_t h[5], const uint8_t* block) {
    uint32_t w[16], line[2][5];
    for (int i = 0; i < 16; i++) w[i] = load_le32(block + 4 * i);
    for (int side = 0; side < 2; side++) {
        uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 80; i++) {
            const int round = i / 16;
            const uint32_t t =
                std::rotl(a + mix(side == 0 ? round : 4 - round, b, c, d) + w[WORD[side][i]] + CONSTANT[side][round],
                          ROTATION[side][i]) +
                e;
            a = e;
            e = d;
            d = std::rotl(c, 10);
            c = b;
            b = t;
        }
        const uint32_t out[5] = {a, b, c, d, e};
        std::copy(out, out + 5, line[side]);
    }
    const uint32_t t = h[1] + line[0][2] + line[1][3];
    h[1] = h[2] + line[0][3] + line[1][4];
    h[2] = h[3] + line[0][4] + line[1][0];
    h[3] = h[4] + line[0][0] + line[1][1];
    h[4] = h[0] + line[0][1] + line[1][2];
    h[0] = t;
}

}  // namespace

FixedBytes<20> ripemd160(BytesView data) {
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const uint8_t* p = data.data();
    size_t left = data.size();
    for (; left >= 64; p += 64, left -= 64) compress(h, p);
    uint8_t tail[128] = {};
    std::copy(p, p + left, tail);
    tail[left] = 0x80;
    const size_t size = left < 56 ? 64 : 128;
    store_le64(tail + size - 8, uint64_t{data.size()} * 8);
    for (size_t i = 0; i < size; i += 64) compress(h, tail + i);
    FixedBytes<20> out;
    for (int i = 0; i < 5; i++) store_le32(out.data() + 4 * i, h[i]);
    return out;
}

}  // namespace ashlar::crypto
