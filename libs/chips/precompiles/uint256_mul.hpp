// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"

namespace ashlar::chips {

/// The identity behind UINT256_MUL.
struct Uint256Product {
    static constexpr size_t N = 32;
    static constexpr size_t LIMBS = N / 2;
    static constexpr size_t POSITIONS = 3 * LIMBS;

    template <class V>
    struct Values {
        V no_modulus;
        Digits<V, N> x, y, modulus;
        Digits<V, 2 * N> quotient;
        Digits<V, N> result;
    };
    /// x y - quotient m - result, or with m = 0: x y - 2^256 quotient - result.
    template <class V>
    static constexpr LimbSum<V, POSITIONS> sum(const Values<V>& v) {
        LimbSum<V, POSITIONS> sum;
        sum.add_product(v.x, v.y);
        sum.add_product(v.quotient, v.modulus, -1);
        sum.add_bytes(v.result, -1);
        for (size_t i = 0; i < LIMBS; i++) sum.s[LIMBS + i] -= v.no_modulus * limb(v.quotient, i);
        return sum;
    }
};

/// x := x y mod m, m = 0 meaning 2^256 (guest-abi 5.4). x at a0 is overwritten at t + 1; y and m at a1 are read at t.
/// x and y may be unreduced; the quotient has 512 bits, so that every call which the executor computes is provable.
struct Uint256MulChip {
    static constexpr std::string_view NAME = "uint256_mul";
    static constexpr std::array CALLS = {Syscall::UINT256_MUL};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = Uint256Product::N, LIMBS = Uint256Product::LIMBS;
    static constexpr size_t POSITIONS = Uint256Product::POSITIONS;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> x_pointer, y_pointer;
        T x[N], y[N], modulus[N];
        T quotient[2 * N];
        T result[N];
        T no_modulus;         ///< m = 0
        T chosen[LIMBS - 1];  ///< unless m = 0: the highest limb where result and m differ; the last one is the rest
        AccessTime<T> y_times[N / 2], x_times[N / 4];
        T carry[POSITIONS - 1];
    };

    template <class V>
    using Values = Uint256Product::Values<V>;
    template <class = void>
    static constexpr CarryPlan PLAN = plan_carries(Uint256Product::sum(Values<Range>{
        Range(0, 1), BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<2 * N>, BYTE_RANGES<N>}));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(PLAN<>.sound());
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::UINT256_MUL), m.x_pointer, 8, m.y_pointer, 16);
        read_two(b, flag, V(word_of(m.y_pointer.first)), m.t, m.y_times, m.y, m.modulus);
        replace_bytes(b, flag, V(word_of(m.x_pointer.first)), V(m.t + F::ONE), m.x_times, m.x, m.result);
        check_all_bytes(b, flag, m.x, m.y, m.modulus, m.quotient, m.result);
        const Values<V> v = {m.no_modulus,      digits(m.x),        digits(m.y),
                             digits(m.modulus), digits(m.quotient), digits(m.result)};
        check_zero(b, flag, Uint256Product::sum(v), m.carry, PLAN<>);

        // no_modulus = 1 only for m = 0; otherwise result < m, which m = 0 cannot satisfy. no_modulus = 1 with flag = 0
        // leaves a rest below 0, whichever limbs are chosen.
        b.boolean(m.no_modulus);
        V modulus_bytes = m.modulus[0];
        for (size_t i = 1; i < N; i++) modulus_bytes += m.modulus[i];
        b.zero(m.no_modulus * modulus_bytes);
        V rest = flag - m.no_modulus;
        for (const V& chosen : m.chosen) {
            b.boolean(chosen);
            rest -= chosen;
        }
        b.boolean(rest);
        V below = integer<V>(0), room = integer<V>(0);
        for (size_t i = 0; i < LIMBS; i++) {
            const V more = limb(v.modulus, i) - limb(v.result, i);
            if (i > 0) b.zero(below * more);
            const V& chosen = i + 1 < LIMBS ? m.chosen[i] : rest;
            room += chosen * (more - F::ONE);
            below += chosen;
        }
        range_check(b, flag, 16u, room);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        Main<F>& m = *rows;
        const OperandWords<16> y(accesses);
        const OperandWords<8> x(accesses + 16);
        m.is_real = F::ONE;
        fill_call(call, accesses, m.t, m.x_pointer, m.x_times, m.y_pointer, m.y_times);
        const uint32_t *modulus = y.before.data() + 8, *result = x.after.data();
        uint32_t quotient[16];
        const bool no_modulus = divide(x.before.data(), y.before.data(), modulus, quotient);
        fill_bytes(m.x, x.before.data()), fill_bytes(m.y, y.before.data()), fill_bytes(m.modulus, modulus);
        fill_bytes(m.quotient, quotient), fill_bytes(m.result, result);
        m.no_modulus = no_modulus ? F::ONE : F::ZERO;
        const Values<int64_t> v = {no_modulus,
                                   byte_digits<N>(x.before.data()),
                                   byte_digits<N>(y.before.data()),
                                   byte_digits<N>(modulus),
                                   byte_digits<2 * N>(quotient),
                                   byte_digits<N>(result)};
        bool ok = fill_carries(Uint256Product::sum(v), m.carry);
        for (F& chosen : m.chosen) chosen = F::ZERO;
        if (no_modulus) return ok;
        for (size_t i = LIMBS; i-- > 0;) {
            const uint32_t a = result[i / 2] >> (16 * (i % 2)) & 0xffff, b = modulus[i / 2] >> (16 * (i % 2)) & 0xffff;
            if (a == b) continue;
            if (i + 1 < LIMBS) m.chosen[i] = F::ONE;
            return ok && a < b;
        }
        return false;
    }

  private:
    /// floor(x y / modulus) in 16 words; for modulus 0 that of 2^256, and true.
    static bool divide(const uint32_t* x, const uint32_t* y, const uint32_t* modulus, uint32_t* quotient) {
        namespace big = rv32::bigint;
        const auto product = big::multiply(big::from_words<4>(x), big::from_words<4>(y));
        const auto divisor = big::from_words<4>(modulus);
        rv32::Limbs<8> q{};
        const bool none = big::is_zero(divisor);
        if (none) {
            for (size_t i = 0; i < 4; i++) q[i] = product[4 + i];
        } else {
            rv32::Limbs<5> rest{}, wide{};
            std::copy(divisor.begin(), divisor.end(), wide.begin());
            for (size_t bit = 512; bit-- > 0;) {
                big::add_to(rest, rv32::Limbs<5>(rest));
                rest[0] |= product[bit / 64] >> (bit % 64) & 1;
                if (big::less(rest, wide)) continue;
                big::sub_from(rest, wide);
                q[bit / 64] |= uint64_t{1} << (bit % 64);
            }
        }
        big::to_words<8>(q, quotient);
        return none;
    }
};

}  // namespace ashlar::chips
