// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/fp2.hpp"

namespace ashlar::crypto {

/// The sextic tower over Fp2 that both pairings use: Fp6 = Fp2[v] / (v^3 - xi), Fp12 = Fp6[w] / (w^2 - v). T names the
/// field and xi: `T::Fp`, `T::times_xi(Fp2)`, `T::xi()`.
template <class T>
struct Fp6 {
    using E = Fp2<typename T::Fp>;
    E c0, c1, c2;

    static Fp6 one() { return {E::one(), {}, {}}; }
    friend bool operator==(const Fp6& a, const Fp6& b) { return a.c0 == b.c0 && a.c1 == b.c1 && a.c2 == b.c2; }
    friend Fp6 operator+(const Fp6& a, const Fp6& b) { return {a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2}; }
    friend Fp6 operator-(const Fp6& a, const Fp6& b) { return {a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2}; }
    Fp6 operator-() const { return {-c0, -c1, -c2}; }
    /// Karatsuba: six products.
    friend Fp6 operator*(const Fp6& a, const Fp6& b) {
        const E x = a.c0 * b.c0, y = a.c1 * b.c1, z = a.c2 * b.c2;
        return {x + T::times_xi((a.c1 + a.c2) * (b.c1 + b.c2) - y - z),
                (a.c0 + a.c1) * (b.c0 + b.c1) - x - y + T::times_xi(z), (a.c0 + a.c2) * (b.c0 + b.c2) - x - z + y};
    }
    Fp6 times_v() const { return {T::times_xi(c2), c0, c1}; }
    /// Times s0 + s1 v.
    Fp6 times_01(const E& s0, const E& s1) const {
        const E x = c0 * s0, y = c1 * s1;
        return {x + T::times_xi(c2 * s1), (c0 + c1) * (s0 + s1) - x - y, c2 * s0 + y};
    }
    /// Times s1 v.
    Fp6 times_1(const E& s1) const { return {T::times_xi(c2 * s1), c0 * s1, c1 * s1}; }
    Fp6 times(const E& s) const { return {c0 * s, c1 * s, c2 * s}; }
    Fp6 inverse() const {
        const E a = c0.square() - T::times_xi(c1 * c2), b = T::times_xi(c2.square()) - c0 * c1,
                c = c1.square() - c0 * c2;
        const E d = (c0 * a + T::times_xi(c2 * b + c1 * c)).inverse();
        return {a * d, b * d, c * d};
    }
};

template <class T>
struct Fp12 {
    using E = typename Fp6<T>::E;
    Fp6<T> c0, c1;

    static Fp12 one() { return {Fp6<T>::one(), {}}; }
    friend bool operator==(const Fp12& a, const Fp12& b) { return a.c0 == b.c0 && a.c1 == b.c1; }
    friend Fp12 operator*(const Fp12& a, const Fp12& b) {
        const Fp6<T> x = a.c0 * b.c0, y = a.c1 * b.c1;
        return {x + y.times_v(), (a.c0 + a.c1) * (b.c0 + b.c1) - x - y};
    }
    Fp12 square() const {
        const Fp6<T> x = c0 * c1;
        return {(c0 + c1) * (c0 + c1.times_v()) - x - x.times_v(), x + x};
    }
    /// The image under x -> x^(p^6); the inverse of what the easy part of a final exponentiation leaves.
    Fp12 conjugate() const { return {c0, -c1}; }
    Fp12 inverse() const {
        const Fp6<T> d = (c0 * c0 - (c1 * c1).times_v()).inverse();
        return {c0 * d, -(c1 * d)};
    }
    /// Times s0 + s1 w + s3 w^3: lines of a D-type twist.
    Fp12 times_013(const E& s0, const E& s1, const E& s3) const {
        const Fp6<T> x = c0.times(s0), y = c1.times_01(s1, s3);
        return {x + y.times_v(), (c0 + c1).times_01(s0 + s1, s3) - x - y};
    }
    /// Times s0 + s2 w^2 + s3 w^3: lines of an M-type twist.
    Fp12 times_023(const E& s0, const E& s2, const E& s3) const {
        const Fp6<T> x = c0.times_01(s0, s2), y = c1.times_1(s3);
        return {x + y.times_v(), (c0 + c1).times_01(s0, s2 + s3) - x - y};
    }
    /// The image under x -> x^p.
    Fp12 frobenius() const {
        const auto& g = gamma();
        return {{c0.c0.conjugate(), c0.c1.conjugate() * g[2], c0.c2.conjugate() * g[4]},
                {c1.c0.conjugate() * g[1], c1.c1.conjugate() * g[3], c1.c2.conjugate() * g[5]}};
    }
    /// The square of an element of order dividing p^4 - p^2 + 1. Source: Granger, Scott, eprint 2009/565.
    Fp12 cyclotomic_square() const {
        auto square4 = [](const E& a, const E& b, E& r0, E& r1) {
            const E x = a.square(), y = b.square();
            r0 = T::times_xi(y) + x;
            r1 = (a + b).square() - x - y;
        };
        auto minus = [](const E& t, const E& z) { return (t - z).twice() + t; };
        auto plus = [](const E& t, const E& z) { return (t + z).twice() + t; };
        E a0, a1, b0, b1, d0, d1;
        square4(c0.c0, c1.c1, a0, a1);
        square4(c1.c0, c0.c2, b0, b1);
        square4(c0.c1, c1.c2, d0, d1);
        return {{minus(a0, c0.c0), minus(b0, c0.c1), minus(d0, c0.c2)},
                {plus(T::times_xi(d1), c1.c0), plus(a1, c1.c1), plus(b1, c1.c2)}};
    }
    /// this^e in the cyclotomic subgroup.
    Fp12 cyclotomic_power(uint64_t e) const {
        Fp12 r = *this;
        for (int i = 62 - __builtin_clzll(e); i >= 0; i--) {
            r = r.cyclotomic_square();
            if (e >> i & 1) r = r * *this;
        }
        return r;
    }
    /// xi^(i (p - 1) / 6) for i = 0 .. 5: what x -> x^p does to w^i.
    static const std::array<E, 6>& gamma() {
        static const std::array<E, 6> g = [] {
            using F = typename T::Fp;
            auto e = F::MODULUS;  // (p - 1) / 6 by long division
            e[0] -= 1;
            typename F::Words q{};
            uint64_t rem = 0;
            for (size_t i = F::BITS_TOTAL; i-- > 0;) {
                constexpr size_t B = limbs::BITS<typename F::Word>;
                rem = rem << 1 | (e[i / B] >> (i % B) & 1);
                if (rem >= 6) {
                    rem -= 6;
                    q[i / B] |= typename F::Word{1} << (i % B);
                }
            }
            std::array<E, 6> t;
            t[0] = E::one();
            t[1] = T::xi().pow(q);
            for (int i = 2; i < 6; i++) t[i] = t[i - 1] * t[1];
            return t;
        }();
        return g;
    }
};

}  // namespace ashlar::crypto
