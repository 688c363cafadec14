// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/koala_bear.hpp"

namespace ashlar::field {

/// Lane of S::WIDTH elements of F in one vector register, Montgomery form, each reduced. S are the operations of an
/// instruction set (packed_avx2.hpp, packed_avx512.hpp) on registers S::R of 32-bit positions.
///
/// Products use the 32 x 32 -> 64 multiplier on even and odd positions; the Montgomery quotient is signed, so that a
/// difference of two reduced values can enter a product without being corrected first (sub_mul).
template <class S>
class PackedSimd {
  public:
    using Simd = S;
    using Register = typename S::R;
    static constexpr size_t WIDTH = S::WIDTH;

    PackedSimd() = default;
    ASHLAR_INLINE explicit PackedSimd(Register v) : v_(v) {}
    ASHLAR_INLINE static PackedSimd zero() { return PackedSimd(S::zero()); }
    ASHLAR_INLINE static PackedSimd one() { return broadcast(KoalaBear::one()); }
    ASHLAR_INLINE static PackedSimd broadcast(KoalaBear x) { return PackedSimd(S::set1(x.monty())); }
    ASHLAR_INLINE static PackedSimd load(const KoalaBear* p) { return PackedSimd(S::load(p)); }
    ASHLAR_INLINE void store(KoalaBear* p) const { S::store(p, v_); }
    ASHLAR_INLINE Register raw() const { return v_; }

    ASHLAR_INLINE friend PackedSimd operator+(PackedSimd a, PackedSimd b) { return subtract_p(S::add(a.v_, b.v_)); }
    ASHLAR_INLINE friend PackedSimd operator-(PackedSimd a, PackedSimd b) { return add_p(S::sub(a.v_, b.v_)); }
    ASHLAR_INLINE PackedSimd operator-() const { return zero() - *this; }
    ASHLAR_INLINE friend PackedSimd operator*(PackedSimd a, PackedSimd b) { return multiply(a.v_, b.v_); }
    ASHLAR_INLINE friend PackedSimd operator+(PackedSimd a, KoalaBear b) { return a + broadcast(b); }
    ASHLAR_INLINE friend PackedSimd operator-(PackedSimd a, KoalaBear b) { return a - broadcast(b); }
    ASHLAR_INLINE friend PackedSimd operator*(PackedSimd a, KoalaBear b) { return a * broadcast(b); }
    ASHLAR_INLINE friend PackedSimd operator+(KoalaBear a, PackedSimd b) { return broadcast(a) + b; }
    ASHLAR_INLINE friend PackedSimd operator-(KoalaBear a, PackedSimd b) { return broadcast(a) - b; }
    ASHLAR_INLINE friend PackedSimd operator*(KoalaBear a, PackedSimd b) { return broadcast(a) * b; }
    ASHLAR_INLINE PackedSimd& operator+=(PackedSimd o) { return *this = *this + o; }
    ASHLAR_INLINE PackedSimd& operator-=(PackedSimd o) { return *this = *this - o; }
    ASHLAR_INLINE PackedSimd& operator*=(PackedSimd o) { return *this = *this * o; }

    ASHLAR_INLINE PackedSimd doubled() const { return *this + *this; }
    ASHLAR_INLINE PackedSimd square() const { return *this * *this; }
    ASHLAR_INLINE PackedSimd cube() const { return cube_signed(v_); }
    ASHLAR_INLINE PackedSimd halved() const { return PackedSimd(S::halve(v_, (KoalaBear::P + 1) / 2)); }
    ASHLAR_INLINE PackedSimd pow_two(unsigned n) const {
        PackedSimd r = *this;
        for (unsigned i = 0; i < n; i++) r = r.square();
        return r;
    }
    /// 1/x in each position; 0 for 0.
    ASHLAR_INLINE PackedSimd inverse() const {
        const PackedSimd x2 = square() * *this, x3 = x2.square() * *this, x6 = x3.pow_two(3) * x3;
        const PackedSimd x12 = x6.pow_two(6) * x6, x24 = x12.pow_two(12) * x12;
        return x6.pow_two(25) * x24;
    }
    /// (a - b) c.
    ASHLAR_INLINE static PackedSimd sub_mul(PackedSimd a, PackedSimd b, PackedSimd c) {
        return multiply(S::sub(a.v_, b.v_), c.v_);
    }

    /// Elements of the concatenation a, b at even and at odd positions.
    ASHLAR_INLINE static Pair<PackedSimd> deinterleave(PackedSimd a, PackedSimd b) {
        const auto [even, odd] = S::deinterleave(a.v_, b.v_);
        return {PackedSimd(even), PackedSimd(odd)};
    }
    /// The inverse of deinterleave: a0 b0 a1 b1 ...
    ASHLAR_INLINE static Pair<PackedSimd> interleave(PackedSimd a, PackedSimd b) {
        const auto [low, high] = S::interleave(a.v_, b.v_);
        return {PackedSimd(low), PackedSimd(high)};
    }

    // Building blocks for tuned code (Poseidon2). "Signed" values are int32 in each position, congruent mod p.
    ASHLAR_INLINE static Register p_vector() { return S::set1(KoalaBear::P); }
    /// x in [0, 2p) -> [0, p).
    ASHLAR_INLINE static PackedSimd subtract_p(Register x) { return PackedSimd(S::min(x, S::sub(x, p_vector()))); }
    /// x in (-p, p) -> [0, p).
    ASHLAR_INLINE static PackedSimd add_p(Register x) { return PackedSimd(S::min(x, S::add(x, p_vector()))); }
    /// x - q p with q = x p^-1 mod 2^32: low halves 0, high halves in (-p, p) for |x| < p 2^31.
    ASHLAR_INLINE static Register cancel_low(Register x) {
        const Register q = S::multiply_low_signed(x, S::set1(KoalaBear::P_INVERSE));
        return S::sub_64(x, S::multiply_low_signed(q, p_vector()));
    }
    /// Product of two signed values.
    ASHLAR_INLINE static PackedSimd multiply(Register a, Register b) {
        const Register e = cancel_low(S::multiply_signed(a, b));
        const Register o = cancel_low(S::multiply_signed(S::odd(a), S::odd(b)));
        return add_p(S::merge_high(e, o));
    }
    /// Cube of any int32: the square stays a signed value in split form.
    ASHLAR_INLINE static PackedSimd cube_signed(Register x) {
        const Register xo = S::odd(x);
        const Register se = S::odd(cancel_low(S::multiply_signed(x, x)));
        const Register so = S::odd(cancel_low(S::multiply_signed(xo, xo)));
        return add_p(S::merge_high(cancel_low(S::multiply_signed(se, x)), cancel_low(S::multiply_signed(so, xo))));
    }

  private:
    Register v_;
};

template <class S>
class ProductSum<PackedSimd<S>> {
  public:
    using L = PackedSimd<S>;
    using Register = typename S::R;
    ASHLAR_INLINE ProductSum() : even_(S::zero()), odd_(S::zero()) {}
    ASHLAR_INLINE void add(L a, L b) {
        even_ = correct(S::add_64(even_, even_product(a, b)));
        odd_ = correct(S::add_64(odd_, odd_product(a, b)));
    }
    ASHLAR_INLINE void add(L a, L b, L c, L d) {
        even_ = correct(S::add_64(even_, S::add_64(even_product(a, b), even_product(c, d))));
        odd_ = correct(S::add_64(odd_, S::add_64(odd_product(a, b), odd_product(c, d))));
    }
    ASHLAR_INLINE L reduce() const { return L::add_p(S::merge_high(cancel_low(even_), cancel_low(odd_))); }

    /// x in [0, p 2^32): high half of x - q p in (-p, p), unsigned form of PackedSimd::cancel_low.
    ASHLAR_INLINE static Register cancel_low(Register x) {
        const Register q = S::multiply_low_unsigned(x, S::set1(KoalaBear::P_INVERSE));
        return S::sub_64(x, S::multiply_low_unsigned(q, L::p_vector()));
    }
    /// x in [0, 2p 2^32) -> [0, p 2^32); works on the high halves alone.
    ASHLAR_INLINE static Register correct(Register x) {
        return S::min(x, S::sub(x, S::set1_64(uint64_t{KoalaBear::P} << 32)));
    }

  private:
    ASHLAR_INLINE static Register even_product(L a, L b) { return S::multiply_unsigned(a.raw(), b.raw()); }
    ASHLAR_INLINE static Register odd_product(L a, L b) {
        return S::multiply_unsigned(S::odd(a.raw()), S::odd(b.raw()));
    }

    Register even_, odd_;
};

}  // namespace ashlar::field
