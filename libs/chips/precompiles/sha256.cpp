// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "libs/chips/precompiles/sha_compress.hpp"
#include "libs/chips/precompiles/sha_extend.hpp"

namespace ashlar::chips {

namespace {

void fill_access(MemoryAccess<F>& a, const rv32::WordAccess& w) { fill(a, w.t, w.t_prev, w.prev); }

uint32_t half_of(uint32_t w, size_t half) { return w >> (16 * half) & 0xffff; }

}  // namespace

bool ShaExtendChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    Main<F>& m = *rows;
    m.is_real = F::ONE;
    m.t = F::from_canonical(call.t);
    chips::fill(m.w, call.a0, 64);
    for (size_t i = 0; i < 16; i++) fill_access(m.access[i], accesses[i]);
    return call.a1 == 0;
}

bool ShaExtendRoundsChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    uint32_t w[64];
    for (size_t i = 0; i < 64; i++) w[i] = accesses[i].value;
    bool ok = true;
    for (size_t step = 0; step < ROWS_PER_CALL; step++) {
        Main<F>& m = rows[step];
        const uint32_t* window = w + 4 * step;
        m.t = F::from_canonical(call.t);
        m.coarse[step / 3] = F::ONE;
        m.fine[step % 3] = F::ONE;
        m.goes_on = step + 1 < ROWS_PER_CALL ? F::ONE : F::ZERO;
        m.first = F::from_canonical(call.a0 / 4);
        for (size_t i = 0; i < 4; i++) chips::fill(m.early[i], window[1 + i]);
        for (size_t i = 0; i < 2; i++) chips::fill(m.late[i], window[14 + i]);
        fill_limbs(m.other[0], window[0]);
        for (size_t i = 0; i < 9; i++) fill_limbs(m.other[1 + i], window[5 + i]);
        for (size_t j = 0; j < 4; j++) {
            const uint32_t x = window[j + 1], y = window[j + 14];
            const uint32_t s0 = std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3;
            const uint32_t s1 = std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10;
            chips::fill(m.result[j], window[16 + j]);
            uint32_t carry = 0;
            for (size_t half = 0; half < 2; half++) {
                carry +=
                    half_of(s0, half) + half_of(s1, half) + half_of(window[j], half) + half_of(window[j + 9], half);
                ok &= (carry & 0xffff) == half_of(window[16 + j], half);
                carry >>= 16;
                chips::fill(m.carry[j][half], carry);
            }
            fill_access(m.access[j], accesses[16 + 4 * step + j]);
        }
    }
    return ok;
}

bool ShaCompressChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    Main<F>& m = *rows;
    m.is_real = F::ONE;
    m.t = F::from_canonical(call.t);
    chips::fill(m.w, call.a0, 64);
    chips::fill(m.h, call.a1, 8);
    m.inverse = (word_of(m.w.first) - word_of(m.h.first)).inverse();
    for (size_t i = 0; i < 8; i++) {
        const rv32::WordAccess& access = accesses[64 + i];
        fill_access(m.access[i], access);
        fill_limbs(m.result[i], access.value);
        const uint32_t end = access.value - access.prev;
        fill_limbs(m.end[i], end);
        uint32_t carry = 0;
        for (size_t half = 0; half < 2; half++) {
            carry = (half_of(access.prev, half) + half_of(end, half) + carry) >> 16;
            m.carry[i][half] = F::from_canonical(carry);
        }
    }
    return call.a0 != call.a1;
}

bool ShaCompressRoundsChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    // a[3 + i] is a before round i, and so on back to d = a[0]; the same for e.
    uint32_t a[4 + 64], e[4 + 64];
    for (size_t i = 0; i < 4; i++) {
        a[i] = accesses[64 + 3 - i].prev;
        e[i] = accesses[64 + 7 - i].prev;
    }
    for (size_t step = 0; step < ROWS_PER_CALL; step++) {
        Main<F>& m = rows[step];
        m.t = F::from_canonical(call.t);
        m.coarse[step / 4] = F::ONE;
        m.fine[step % 4] = F::ONE;
        m.first = F::from_canonical(call.a0 / 4);
        for (size_t i = 0; i < 3; i++) {
            chips::fill(m.a[i], a[4 * step + 3 - i]);
            chips::fill(m.e[i], e[4 * step + 3 - i]);
        }
        fill_limbs(m.d, a[4 * step]);
        fill_limbs(m.h, e[4 * step]);
        for (size_t j = 0; j < 4; j++) {
            const size_t round = 4 * step + j;
            const uint32_t *av = a + round, *ev = e + round;  // d, c, b, a and h, g, f, e
            const uint32_t word = accesses[round].prev;
            const uint32_t s1 = std::rotr(ev[3], 6) ^ std::rotr(ev[3], 11) ^ std::rotr(ev[3], 25);
            const uint32_t choice = (ev[3] & ev[2]) ^ (~ev[3] & ev[1]);
            const uint32_t s0 = std::rotr(av[3], 2) ^ std::rotr(av[3], 13) ^ std::rotr(av[3], 22);
            const uint32_t majority = (av[3] & av[2]) ^ (av[3] & av[1]) ^ (av[2] & av[1]);
            const uint32_t t1 = ev[0] + s1 + choice + K[round] + word;
            const uint32_t new_e = av[0] + t1, new_a = t1 + s0 + majority;
            e[round + 4] = new_e;
            a[round + 4] = new_a;
            chips::fill(m.new_a[j], new_a);
            chips::fill(m.new_e[j], new_e);
            uint32_t carry_e = 0;
            int32_t carry_a = 0;
            for (size_t half = 0; half < 2; half++) {
                carry_e = (half_of(av[0], half) + half_of(ev[0], half) + half_of(s1, half) + half_of(choice, half) +
                           half_of(K[round], half) + half_of(word, half) + carry_e) >>
                          16;
                chips::fill(m.carry_e[j][half], carry_e);
                carry_a = (static_cast<int32_t>(half_of(new_e, half) + half_of(s0, half) + half_of(majority, half)) -
                           static_cast<int32_t>(half_of(av[0], half)) + carry_a) >>
                          16;
                chips::fill(m.carry_a[j][half], carry_a + 1);
            }
            fill_access(m.access[j], accesses[round]);
        }
    }
    bool ok = true;
    for (size_t i = 0; i < 4; i++) {
        ok &= accesses[64 + 3 - i].prev + a[64 + i] == accesses[64 + 3 - i].value;
        ok &= accesses[64 + 7 - i].prev + e[64 + i] == accesses[64 + 7 - i].value;
    }
    return ok;
}

}  // namespace ashlar::chips
