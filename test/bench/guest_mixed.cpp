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

constexpr uint32_t SLICES = 256;             // the work is done in turns, so that every million cycles is a mixture
constexpr uint32_t BUFFER_WORDS = 1u << 18;  // a megabyte
constexpr uint32_t LINKS = 1u << 16;
constexpr uint32_t RECORD_WORDS = 8;

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

class Mixture {
  public:
    Mixture() : buffer_(BUFFER_WORDS), links_(LINKS), values_(1024) {
        for (uint32_t& w : buffer_) w = next_random(seed_);
        // One cycle through all slots (Sattolo).
        for (uint32_t i = 0; i < LINKS; i++) links_[i] = i;
        for (uint32_t i = LINKS - 1; i > 0; i--) std::swap(links_[i], links_[next_random(seed_) % i]);
        for (uint32_t& w : x_) w = next_random(seed_) | 1;
        for (uint32_t& w : y_) w = next_random(seed_) | 1;
    }

    void slice(uint32_t index) {
        keccak(index);
        sort();
        for (int i = 0; i < 100; i++) x_ = multiply(x_, y_);
        chase();
        move_records(index);
    }

    uint32_t digest() const { return static_cast<uint32_t>(state_[0]) ^ sum_ ^ x_[7] ^ buffer_[seed_ % BUFFER_WORDS]; }

  private:
    /// A slice of the megabyte into the sponge.
    void keccak(uint32_t index) {
        constexpr uint32_t RATE_WORDS = 34, WORDS = BUFFER_WORDS / SLICES;
        const uint32_t* data = &buffer_[index * WORDS];
        for (uint32_t at = 0; at + RATE_WORDS <= WORDS; at += RATE_WORDS) {
            for (uint32_t i = 0; i < RATE_WORDS / 2; i++)
                state_[i] ^= data[at + 2 * i] | uint64_t{data[at + 2 * i + 1]} << 32;
            keccak_f(state_);
        }
    }
    void sort() {
        for (uint32_t& v : values_) v = next_random(seed_);
        std::sort(values_.begin(), values_.end());
        sum_ = sum_ * 31 + values_[values_.size() / 3];
    }
    void chase() {
        for (int i = 0; i < 4096; i++) {
            at_ = links_[at_];
            sum_ = sum_ * 31 + at_;
        }
    }
    /// Copies records of eight words around, as an interpreter moves its stack: nearly only loads and stores.
    void move_records(uint32_t index) {
        constexpr uint32_t RECORDS = BUFFER_WORDS / RECORD_WORDS;
        for (uint32_t i = 0; i < 9000; i++) {
            const uint32_t* from = &buffer_[next_random(seed_) % RECORDS * RECORD_WORDS];
            uint32_t* to = &buffer_[(index * 9000 + i) % RECORDS * RECORD_WORDS];
            for (uint32_t k = 0; k < RECORD_WORDS; k++) to[k] = from[k];
        }
    }

    std::vector<uint32_t> buffer_, links_, values_;
    uint64_t state_[25] = {};
    U256 x_{}, y_{};
    uint32_t seed_ = 2463534242u, at_ = 0, sum_ = 0;
};

}  // namespace

int program() {
    const BytesView input = read_input();
    if (input.size() != 4) panic("expected a u32");
    const uint32_t rounds = load_le32(input.data());
    auto* mixture = new Mixture;
    for (uint32_t i = 0; i < rounds * SLICES; i++) mixture->slice(i % SLICES);
    uint8_t out[4];
    store_le32(out, mixture->digest());
    commit(out);
    return 0;
}

}  // namespace ashlar::guest
