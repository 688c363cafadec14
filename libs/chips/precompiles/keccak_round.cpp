// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/precompiles/keccak_round.hpp"

namespace ashlar::chips {

namespace {

void spread(F (&bits)[64], uint64_t lane) {
    for (size_t z = 0; z < 64; z++) bits[z] = lane >> z & 1 ? F::ONE : F::ZERO;
}

}  // namespace

void KeccakRoundChip::fill_after_theta(Main<F>& m, size_t round, uint64_t (&a)[25]) {
    for (size_t lane = 0; lane < 25; lane++) spread(m.bits[lane], a[lane]);
    uint64_t moved[25];
    for (size_t x = 0; x < 5; x++) {
        for (size_t y = 0; y < 5; y++) {
            const size_t lane = (x + 3 * y) % 5 + 5 * x;
            moved[x + 5 * y] = std::rotl(a[lane], static_cast<int>(KECCAK_ROTATION[lane]));
        }
    }
    uint64_t constant = 0;
    for (size_t k = 0; k < 7; k++) {
        const uint64_t bit = KECCAK_IOTA[round][k] ? 1 : 0;
        constant |= bit << KECCAK_IOTA_BITS[k];
        m.iota[k] = (moved[0] >> KECCAK_IOTA_BITS[k] & 1) != bit ? F::ONE : F::ZERO;
    }
    for (size_t lane = 0; lane < 25; lane++) {
        const size_t row = lane - lane % 5;
        a[lane] = moved[lane] ^ (~moved[row + (lane % 5 + 1) % 5] & moved[row + (lane % 5 + 2) % 5]);
    }
    a[0] ^= constant;
    KeccakState<F> out;
    for (size_t i = 0; i < KECCAK_WORDS; i++) {
        const uint64_t word = a[i / 2] >> (32 * (i % 2));
        out.low[i] = F::from_canonical(word & 0xffff);
        out.high[i] = F::from_canonical(word >> 16 & 0xffff);
    }
    for (size_t i = 0; i < KECCAK_WORDS; i++) m.word[i] = out.word(i);
    for (size_t g = 0; g < KECCAK_CHECKS; g++) m.check[g] = out.check(g);
}

bool KeccakRoundChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    uint64_t a[25];
    for (size_t i = 0; i < 25; i++) a[i] = accesses[2 * i].prev | uint64_t{accesses[2 * i + 1].prev} << 32;
    for (size_t round = 0; round < KECCAK_ROUNDS; round++) {
        Main<F>& m = rows[round];
        m.t = F::from_canonical(call.t);
        for (size_t i = 0; i < 6; i++) m.coarse[i] = i == round / 4 ? F::ONE : F::ZERO;
        for (size_t i = 0; i < 4; i++) m.fine[i] = i == round % 4 ? F::ONE : F::ZERO;
        uint64_t before[5], effect[5];
        for (size_t x = 0; x < 5; x++) before[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (size_t x = 0; x < 5; x++) {
            effect[x] = before[(x + 4) % 5] ^ std::rotl(before[(x + 1) % 5], 1);
            spread(m.effect[x], effect[x]);
        }
        for (size_t lane = 0; lane < 25; lane++) a[lane] ^= effect[lane % 5];
        fill_after_theta(m, round, a);
    }
    for (size_t i = 0; i < 25; i++)
        if (a[i] != (accesses[2 * i].value | uint64_t{accesses[2 * i + 1].value} << 32)) return false;
    return true;
}

}  // namespace ashlar::chips
