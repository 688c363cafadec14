// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/sha256.hpp"

#include <algorithm>
#include <bit>

#if defined(__riscv)
#include "libs/abi/syscalls.hpp"
#endif

namespace ashlar::hash {
namespace {

uint32_t load_be32(const uint8_t* p) {
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}

#if defined(__riscv)

void compress(uint32_t state[8], const uint8_t* block) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++) w[i] = load_be32(block + 4 * i);
    guest::sha256_extend(w);
    guest::sha256_compress(w, state);
}

#else

constexpr uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void compress(uint32_t state[8], const uint8_t* block) {
    uint32_t w[16], s[8];
    std::copy(state, state + 8, s);
    for (int i = 0; i < 16; i++) w[i] = load_be32(block + 4 * i);
    for (int i = 0; i < 64; i++) {
        if (i >= 16) {
            const uint32_t w15 = w[(i + 1) & 15], w2 = w[(i + 14) & 15];
            w[i & 15] += (std::rotr(w15, 7) ^ std::rotr(w15, 18) ^ (w15 >> 3)) + w[(i + 9) & 15] +
                         (std::rotr(w2, 17) ^ std::rotr(w2, 19) ^ (w2 >> 10));
        }
        const uint32_t e = s[4], a = s[0];
        const uint32_t t1 = s[7] + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                            (s[6] ^ (e & (s[5] ^ s[6]))) + K[i] + w[i & 15];
        const uint32_t t2 =
            (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & s[1]) | (s[2] & (a | s[1])));
        s[7] = s[6];
        s[6] = s[5];
        s[5] = e;
        s[4] = s[3] + t1;
        s[3] = s[2];
        s[2] = s[1];
        s[1] = a;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

#endif

}  // namespace

void Sha256::update(BytesView data) {
    const uint8_t* p = data.data();
    size_t left = data.size();
    total_ += left;
    if (filled_ > 0) {
        const size_t take = std::min(left, 64 - filled_);
        std::copy(p, p + take, block_ + filled_);
        filled_ += take;
        p += take;
        left -= take;
        if (filled_ < 64) return;
        compress(state_, block_);
        filled_ = 0;
    }
    for (; left >= 64; p += 64, left -= 64) compress(state_, p);
    std::copy(p, p + left, block_);
    filled_ = left;
}

Bytes32 Sha256::finish() {
    block_[filled_++] = 0x80;
    if (filled_ > 56) {
        std::fill(block_ + filled_, block_ + 64, uint8_t{0});
        compress(state_, block_);
        filled_ = 0;
    }
    std::fill(block_ + filled_, block_ + 56, uint8_t{0});
    store_be64(block_ + 56, total_ * 8);
    compress(state_, block_);
    Bytes32 out;
    for (int i = 0; i < 32; i++) out[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
    return out;
}

Bytes32 sha256(BytesView data) {
    Sha256 h;
    h.update(data);
    return h.finish();
}

}  // namespace ashlar::hash
