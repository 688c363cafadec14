// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/field.hpp"

namespace ashlar::crypto {

/// The quadratic extension F[u] / (u^2 + 1) of a prime field. F's parameters name the guest's calls for it as FP2_ADD,
/// FP2_SUB and FP2_MUL, whose operands are c0 then c1.
template <class F>
struct Fp2 {
    F c0, c1;
    using Base = F;

    static Fp2 one() { return {F::one(), F{}}; }
    bool is_zero() const { return c0.is_zero() && c1.is_zero(); }
    friend bool operator==(const Fp2& a, const Fp2& b) { return a.c0 == b.c0 && a.c1 == b.c1; }

    Fp2& operator+=(const Fp2& b) {
#ifdef __riscv
        guest::field_op(F::Parameters::FP2_ADD, c0.data(), b.c0.data());
#else
        c0 += b.c0;
        c1 += b.c1;
#endif
        return *this;
    }
    Fp2& operator-=(const Fp2& b) {
#ifdef __riscv
        guest::field_op(F::Parameters::FP2_SUB, c0.data(), b.c0.data());
#else
        c0 -= b.c0;
        c1 -= b.c1;
#endif
        return *this;
    }
    Fp2& operator*=(const Fp2& b) {
#ifdef __riscv
        static_assert(sizeof(Fp2) == 2 * F::BYTES);
        guest::field_op(F::Parameters::FP2_MUL, c0.data(), b.c0.data());
#else
        const F x = c0 * b.c0, y = c1 * b.c1, z = (c0 + c1) * (b.c0 + b.c1);
        c0 = x - y;
        c1 = z - x - y;
#endif
        return *this;
    }
    friend Fp2 operator+(const Fp2& a, const Fp2& b) {
        Fp2 r = a;
        r += b;
        return r;
    }
    friend Fp2 operator-(const Fp2& a, const Fp2& b) {
        Fp2 r = a;
        r -= b;
        return r;
    }
    friend Fp2 operator*(const Fp2& a, const Fp2& b) {
        Fp2 r = a;
        r *= b;
        return r;
    }
#ifdef __riscv
    // As in Field: temporaries are overwritten.
    friend Fp2&& operator+(Fp2&& a, const Fp2& b) { return std::move(a += b); }
    friend Fp2&& operator-(Fp2&& a, const Fp2& b) { return std::move(a -= b); }
    friend Fp2&& operator*(Fp2&& a, const Fp2& b) { return std::move(a *= b); }
#endif
    /// this := this^2.
    void square_in_place() {
#ifdef __riscv
        *this *= *this;
#else
        *this = square();
#endif
    }
    /// this := N this, for a small number. One call in the guest.
    template <int N>
    void times() {
        static_assert(N == 2 || N == 3 || N == 4 || N == 8 || N == -2);
#ifdef __riscv
        if constexpr (N == 2) {
            *this += *this;
        } else {
            static constexpr Fp2 FACTOR{F::constant([] {
                                            typename F::Words w = N < 0 ? F::MODULUS : typename F::Words{};
                                            w[0] = N < 0 ? w[0] - static_cast<uint32_t>(-N) : static_cast<uint32_t>(N);
                                            return w;
                                        }()),
                                        F{}};
            *this *= FACTOR;
        }
#else
        if constexpr (N == 3) {
            *this += *this + *this;
        } else {
            for (int i = 1; i < (N < 0 ? -N : N); i *= 2) *this += *this;
            if constexpr (N < 0) *this = -*this;
        }
#endif
    }
    friend Fp2 operator*(const Fp2& a, const F& b) { return {a.c0 * b, a.c1 * b}; }
    Fp2 operator-() const { return Fp2{} - *this; }
    Fp2 twice() const { return *this + *this; }
    Fp2 square() const {
#ifdef __riscv
        return *this * *this;
#else
        const F x = c0 * c1;
        return {(c0 + c1) * (c0 - c1), x + x};
#endif
    }
    /// The image under x -> x^p.
    Fp2 conjugate() const { return {c0, -c1}; }
    /// Zero for zero.
    Fp2 inverse() const {
        const F d = (c0 * c0 + c1 * c1).inverse();
        return {c0 * d, -(c1 * d)};
    }
    template <size_t K>
    Fp2 pow(const std::array<typename F::Word, K>& e) const {
        return power(*this, e);
    }
    /// A square root if there is one, for p = 3 mod 4. Source: Adj, Rodriguez-Henriquez, eprint 2012/685, algorithm 9.
    std::optional<Fp2> sqrt() const {
        // (p - 3) / 4 = (p + 1) / 4 - 1
        auto e = F::quarter_exponent();
        e[0] -= 1;
        const Fp2 a1 = pow(e), alpha = a1 * a1 * *this, x0 = a1 * *this;
        Fp2 r;
        if (alpha == Fp2{-F::one(), F{}}) {
            r = {-x0.c1, x0.c0};
        } else {
            // (p - 1) / 2
            auto half = F::MODULUS;
            for (size_t i = 0; i < half.size(); i++)
                half[i] = half[i] >> 1 | (i + 1 < half.size() ? half[i + 1] << (limbs::BITS<typename F::Word> - 1)
                                                              : typename F::Word{0});
            r = (one() + alpha).pow(half) * x0;
        }
        if (r.square() == *this) return r;
        return std::nullopt;
    }
};

}  // namespace ashlar::crypto
