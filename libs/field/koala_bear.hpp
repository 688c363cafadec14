// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "libs/field/device.hpp"

namespace ashlar::field {

/// Two values, returned by lane operations that split or merge vectors.
template <class T>
struct Pair {
    T first, second;
};

/// The base field F = Z/p, p = 2^31 - 2^24 + 1, held in Montgomery form (x R mod p, R = 2^32), always reduced.
///
/// A trivially copyable 4-byte value; zero bytes are 0. It is also the lane of width 1 (see packed.hpp for the
/// concept).
class KoalaBear {
  public:
    static constexpr uint32_t P = 0x7f000001;
    static constexpr size_t WIDTH = 1;
    /// p - 1 = 127 * 2^24: the largest subgroup of two-power order has 2^24 elements.
    static constexpr unsigned TWO_ADICITY = 24;
    /// p^-1 mod 2^32, for the subtractive Montgomery reduction.
    static constexpr uint32_t P_INVERSE = 0x81000001;
    /// R mod p, R^2 mod p and R^3 mod p.
    static constexpr uint32_t R1 = 0x01fffffe;
    static constexpr uint32_t R2 = 0x17f7efe4;
    static constexpr uint32_t R3 = 0x18af7f37;
    static_assert(P * P_INVERSE == 1u && R1 == (uint64_t{1} << 32) % P && R2 == uint64_t{R1} * R1 % P &&
                  R3 == uint64_t{R2} * R1 % P);

    static const KoalaBear ZERO, ONE, TWO;

    constexpr KoalaBear() = default;
    ASHLAR_INLINE static constexpr KoalaBear zero() { return from_monty(0); }
    ASHLAR_INLINE static constexpr KoalaBear one() { return from_monty(R1); }

    /// x mod p for any x.
    ASHLAR_INLINE static constexpr KoalaBear reduce(uint32_t x) { return from_monty(monty_reduce(uint64_t{x} * R2)); }
    ASHLAR_INLINE static constexpr KoalaBear reduce(uint64_t x) {
        return reduce(static_cast<uint32_t>(x)) + from_monty(monty_reduce((x >> 32) * R3));
    }
    /// The element with canonical form x; x < P is the caller's duty.
    ASHLAR_INLINE static constexpr KoalaBear from_canonical(uint32_t x) { return reduce(x); }
    /// Takes the stored form; x < P is the caller's duty.
    ASHLAR_INLINE static constexpr KoalaBear from_monty(uint32_t x) {
        KoalaBear r;
        r.v_ = x;
        return r;
    }
    /// A small signed integer.
    ASHLAR_INLINE static constexpr KoalaBear from_int(int32_t x) {
        return x < 0 ? -reduce(0u - static_cast<uint32_t>(x)) : reduce(static_cast<uint32_t>(x));
    }
    /// The representative in [0, p).
    ASHLAR_INLINE constexpr uint32_t canonical() const { return monty_reduce(v_); }
    ASHLAR_INLINE constexpr uint32_t monty() const { return v_; }
    ASHLAR_INLINE constexpr bool is_zero() const { return v_ == 0; }

    ASHLAR_INLINE friend constexpr KoalaBear operator+(KoalaBear a, KoalaBear b) {
        const uint32_t s = a.v_ + b.v_, t = s - P;  // s < 2^32; t wraps to a large number iff s < p
        return from_monty(t < s ? t : s);
    }
    ASHLAR_INLINE friend constexpr KoalaBear operator-(KoalaBear a, KoalaBear b) {
        const uint32_t d = a.v_ - b.v_, t = d + P;
        return from_monty(t < d ? t : d);
    }
    ASHLAR_INLINE friend constexpr KoalaBear operator*(KoalaBear a, KoalaBear b) {
        return from_monty(monty_reduce(uint64_t{a.v_} * b.v_));
    }
    ASHLAR_INLINE constexpr KoalaBear operator-() const { return from_monty(v_ == 0 ? 0 : P - v_); }
    ASHLAR_INLINE constexpr KoalaBear& operator+=(KoalaBear o) { return *this = *this + o; }
    ASHLAR_INLINE constexpr KoalaBear& operator-=(KoalaBear o) { return *this = *this - o; }
    ASHLAR_INLINE constexpr KoalaBear& operator*=(KoalaBear o) { return *this = *this * o; }
    ASHLAR_INLINE friend constexpr bool operator==(KoalaBear a, KoalaBear b) { return a.v_ == b.v_; }

    ASHLAR_INLINE constexpr KoalaBear doubled() const { return *this + *this; }
    ASHLAR_INLINE constexpr KoalaBear square() const { return *this * *this; }
    ASHLAR_INLINE constexpr KoalaBear cube() const { return square() * *this; }
    ASHLAR_INLINE constexpr KoalaBear halved() const { return from_monty((v_ >> 1) + (v_ & 1 ? (P + 1) / 2 : 0)); }
    ASHLAR_HD constexpr KoalaBear pow(uint64_t n) const {
        KoalaBear r = one(), a = *this;
        for (; n; n >>= 1, a = a.square())
            if (n & 1) r *= a;
        return r;
    }
    /// 1/x; 0 for 0.
    ASHLAR_HD constexpr KoalaBear inverse() const {
        // p - 2 = 0x7effffff = (2^6 - 1) 2^25 + 2^24 - 1: blocks of ones by doubling chains.
        const KoalaBear x2 = square() * *this, x3 = x2.square() * *this, x6 = x3.pow_two(3) * x3;
        const KoalaBear x12 = x6.pow_two(6) * x6, x24 = x12.pow_two(12) * x12;
        return x6.pow_two(25) * x24;
    }
    /// x^(2^n).
    ASHLAR_HD constexpr KoalaBear pow_two(unsigned n) const {
        KoalaBear r = *this;
        for (unsigned i = 0; i < n; i++) r = r.square();
        return r;
    }

    /// Generator of the subgroup of order 2^log_n, log_n <= TWO_ADICITY: 3^127 squared down.
    ASHLAR_HD static constexpr KoalaBear two_adic_generator(unsigned log_n) {
        return reduce(uint32_t{0x6ac49f88}).pow_two(TWO_ADICITY - log_n);
    }

    // Lane concept, width 1.
    ASHLAR_INLINE static constexpr KoalaBear sub_mul(KoalaBear a, KoalaBear b, KoalaBear c) { return (a - b) * c; }
    ASHLAR_INLINE static constexpr KoalaBear broadcast(KoalaBear x) { return x; }
    ASHLAR_INLINE static constexpr KoalaBear load(const KoalaBear* p) { return *p; }
    ASHLAR_INLINE constexpr void store(KoalaBear* p) const { *p = *this; }
    ASHLAR_INLINE static constexpr Pair<KoalaBear> deinterleave(KoalaBear a, KoalaBear b) { return {a, b}; }
    ASHLAR_INLINE static constexpr Pair<KoalaBear> interleave(KoalaBear a, KoalaBear b) { return {a, b}; }

    /// x / R mod p, reduced, for x < p 2^32.
    ASHLAR_INLINE static constexpr uint32_t monty_reduce(uint64_t x) {
        const uint32_t q = static_cast<uint32_t>(x) * P_INVERSE;
        const uint32_t hi = static_cast<uint32_t>(x >> 32), u = static_cast<uint32_t>(uint64_t{q} * P >> 32);
        const uint32_t d = hi - u, t = d + P;
        return t < d ? t : d;  // d wrapped iff hi < u
    }

  private:
    uint32_t v_;
};

inline constexpr KoalaBear KoalaBear::ZERO = KoalaBear::from_monty(0);
inline constexpr KoalaBear KoalaBear::ONE = KoalaBear::from_monty(KoalaBear::R1);
inline constexpr KoalaBear KoalaBear::TWO = KoalaBear::reduce(uint32_t{2});

using F = KoalaBear;

static_assert(sizeof(F) == 4 && F::reduce(uint32_t{1}) == F::ONE && F::reduce(uint64_t{1} << 32).canonical() == F::R1);

/// Sum of products in F with delayed reduction: add() costs a multiplication and an addition, reduce() one Montgomery
/// reduction for the whole sum. The lane form is ProductSum<L>.
template <class L>
class ProductSum;

template <>
class ProductSum<KoalaBear> {
  public:
    ASHLAR_INLINE constexpr void add(KoalaBear a, KoalaBear b) {
        sum_ += uint64_t{a.monty()} * b.monty();  // < p 2^32 + p^2 < 2^64
        correct();
    }
    /// a b + c d; one correction serves both, since p 2^32 + 2 p^2 < 2^64.
    ASHLAR_INLINE constexpr void add(KoalaBear a, KoalaBear b, KoalaBear c, KoalaBear d) {
        sum_ += uint64_t{a.monty()} * b.monty() + uint64_t{c.monty()} * d.monty();
        correct();
    }
    ASHLAR_INLINE constexpr KoalaBear reduce() const { return KoalaBear::from_monty(KoalaBear::monty_reduce(sum_)); }

  private:
    ASHLAR_INLINE constexpr void correct() {
        const uint64_t t = sum_ - (uint64_t{KoalaBear::P} << 32);
        sum_ = t < sum_ ? t : sum_;
    }
    uint64_t sum_ = 0;  // < p 2^32 between calls
};

inline namespace literals {
/// 5_f is the element 5; compile-time only.
consteval KoalaBear operator""_f(unsigned long long x) { return KoalaBear::reduce(static_cast<uint64_t>(x)); }
}  // namespace literals

}  // namespace ashlar::field
