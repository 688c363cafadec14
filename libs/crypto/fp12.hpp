// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/fp2.hpp"

namespace ashlar::crypto {

/// The sextic tower over Fp2 that both pairings use: Fp6 = Fp2[v] / (v^3 - xi), Fp12 = Fp6[w] / (w^2 - v). T names the
/// field and xi: `T::Fp`, `T::multiply_xi(Fp2&)`, `T::xi()`.
///
/// In the guest a product in Fp2 is one call that overwrites its first operand, and so is a sum. Hence products of Fp6
/// by the definition there (Karatsuba saves products at the price of sums), and everything in place: what costs is
/// copying.
template <class T>
struct Fp6 {
    using E = Fp2<typename T::Fp>;
    E c0, c1, c2;

    static Fp6 one() { return {E::one(), {}, {}}; }
    friend bool operator==(const Fp6& a, const Fp6& b) { return a.c0 == b.c0 && a.c1 == b.c1 && a.c2 == b.c2; }
    Fp6& operator+=(const Fp6& b) {
        c0 += b.c0;
        c1 += b.c1;
        c2 += b.c2;
        return *this;
    }
    Fp6& operator-=(const Fp6& b) {
        c0 -= b.c0;
        c1 -= b.c1;
        c2 -= b.c2;
        return *this;
    }
    Fp6 operator-() const { return {-c0, -c1, -c2}; }
    friend Fp6 operator*(const Fp6& a, const Fp6& b) {
#ifdef __riscv
        Fp6 r{a.c1, a.c0, a.c0};
        r.complete_product(a, b);
        return r;
#else
        const E x = a.c0 * b.c0, y = a.c1 * b.c1, z = a.c2 * b.c2;
        E s = (a.c1 + a.c2) * (b.c1 + b.c2) - y - z, t = z;
        T::multiply_xi(s);
        T::multiply_xi(t);
        return {x + s, (a.c0 + a.c1) * (b.c0 + b.c1) - x - y + t, (a.c0 + a.c2) * (b.c0 + b.c2) - x - z + y};
#endif
    }
    /// this := a b; this must be neither.
    void set_product(const Fp6& a, const Fp6& b) {
#ifdef __riscv
        c0 = a.c1;
        c1 = a.c0;
        c2 = a.c0;
        complete_product(a, b);
#else
        *this = a * b;
#endif
    }
    /// this := this + v a, which changes a.
    void add_times_v(Fp6& a) {
        T::multiply_xi(a.c2);
        c0 += a.c2;
        c1 += a.c0;
        c2 += a.c1;
    }
    /// this := this - v a, which changes a.
    void subtract_times_v(Fp6& a) {
        T::multiply_xi(a.c2);
        c0 -= a.c2;
        c1 -= a.c0;
        c2 -= a.c1;
    }
    /// Times s0 + s1 v.
    Fp6 times_01(const E& s0, const E& s1) const {
#ifdef __riscv
        Fp6 r{c2, c0, c1};
        r.c0 *= s1;
        T::multiply_xi(r.c0);
        E t = c0;
        t *= s0;
        r.c0 += t;
        r.c1 *= s1;
        t = c1;
        t *= s0;
        r.c1 += t;
        r.c2 *= s1;
        t = c2;
        t *= s0;
        r.c2 += t;
        return r;
#else
        const E x = c0 * s0, y = c1 * s1;
        E z = c2 * s1;
        T::multiply_xi(z);
        return {x + z, (c0 + c1) * (s0 + s1) - x - y, c2 * s0 + y};
#endif
    }
    void multiply_by(const E& s) {
        c0 *= s;
        c1 *= s;
        c2 *= s;
    }
    Fp6 inverse() const {
        E a = c1 * c2, b = c2.square(), c = c1.square() - c0 * c2;
        T::multiply_xi(a);
        T::multiply_xi(b);
        a = c0.square() - a;
        b -= c0 * c1;
        E d = c2 * b + c1 * c;
        T::multiply_xi(d);
        d = (c0 * a + d).inverse();
        return {a * d, b * d, c * d};
    }

  private:
#ifdef __riscv
    /// this, which is (a1, a0, a0), becomes a b.
    void complete_product(const Fp6& a, const Fp6& b) {
        c0 *= b.c2;
        E t = a.c2;
        t *= b.c1;
        c0 += t;
        T::multiply_xi(c0);
        t = a.c0;
        t *= b.c0;
        c0 += t;
        c1 *= b.c1;
        t = a.c1;
        t *= b.c0;
        c1 += t;
        t = a.c2;
        t *= b.c2;
        T::multiply_xi(t);
        c1 += t;
        c2 *= b.c2;
        t = a.c1;
        t *= b.c1;
        c2 += t;
        t = a.c2;
        t *= b.c0;
        c2 += t;
    }
#endif
};

template <class T>
struct Fp12 {
    using E = typename Fp6<T>::E;
    Fp6<T> c0, c1;

    static Fp12 one() { return {Fp6<T>::one(), {}}; }
    friend bool operator==(const Fp12& a, const Fp12& b) { return a.c0 == b.c0 && a.c1 == b.c1; }
    /// this := this b; b must be another.
    void multiply_by(const Fp12& b) {
        Fp6<T> x = c0 * b.c0, y = c1 * b.c1, s = b.c0;
        s += b.c1;
        c0 += c1;
        c1.set_product(c0, s);
        c1 -= x;
        c1 -= y;
        x.add_times_v(y);
        c0 = x;
    }
    friend Fp12 operator*(const Fp12& a, const Fp12& b) {
        Fp12 r = a;
        if (&a == &b)
            r.square_in_place();
        else
            r.multiply_by(b);
        return r;
    }
    void square_in_place() {
        // (c0 + c1) (c0 + v c1) - x - v x, 2 x with x = c0 c1.
        Fp6<T> x = c0 * c1, s{c1.c2, c1.c0, c1.c1};
        T::multiply_xi(s.c0);
        s += c0;
        c1 += c0;
        c0.set_product(c1, s);
        c0 -= x;
        c1 = x;
        c1 += x;
        c0.subtract_times_v(x);
    }
    /// The image under x -> x^(p^6); the inverse of what the easy part of a final exponentiation leaves.
    Fp12 conjugate() const { return {c0, -c1}; }
    Fp12 inverse() const {
        Fp6<T> d = c0 * c0, y = c1 * c1;
        d.subtract_times_v(y);
        d = d.inverse();
        return {c0 * d, -(c1 * d)};
    }
    /// Times s0 + s1 w + s3 w^3: lines of a D-type twist.
    void multiply_by_013(const E& s0, const E& s1, const E& s3) {
        Fp6<T> x = c1.times_01(s1, s3), y = c0.times_01(s1, s3);
        c0.multiply_by(s0);
        c1.multiply_by(s0);
        c0.add_times_v(x);
        c1 += y;
    }
    /// Times (s0 + s2 w^2 + s3 w^3) w^3: lines of an M-type twist. The final exponentiation turns w into one.
    void multiply_by_023(const E& s0, const E& s2, E s3) {
        T::multiply_xi(s3);  // w^6 = xi
        Fp6<T> x = c1.times_01(s0, s2), y = c0.times_01(s0, s2);
        c0.multiply_by(s3);
        c1.multiply_by(s3);
        T::multiply_xi(x.c1);
        T::multiply_xi(x.c2);
        c0.c0 += x.c1;  // v^2 x
        c0.c1 += x.c2;
        c0.c2 += x.c0;
        c1.add_times_v(y);
    }
    /// The image under x -> x^p.
    Fp12 frobenius() const {
        const auto& g = gamma();
        return {{c0.c0.conjugate(), c0.c1.conjugate() * g[2], c0.c2.conjugate() * g[4]},
                {c1.c0.conjugate() * g[1], c1.c1.conjugate() * g[3], c1.c2.conjugate() * g[5]}};
    }
    /// Squares an element of order dividing p^4 - p^2 + 1. Source: Granger, Scott, eprint 2009/565.
    void cyclotomic_square_in_place() {
        E a0 = c1.c1, a1 = c0.c0, b0 = c0.c2, b1 = c1.c0, d0 = c1.c2, d1 = c0.c1;
        square4(c0.c0, a0, a1);
        square4(c1.c0, b0, b1);
        square4(c0.c1, d0, d1);
        T::multiply_xi(d1);
        minus(c0.c0, a0);
        minus(c0.c1, b0);
        minus(c0.c2, d0);
        plus(c1.c0, d1);
        plus(c1.c1, a1);
        plus(c1.c2, b1);
    }
    Fp12 cyclotomic_square() const {
        Fp12 r = *this;
        r.cyclotomic_square_in_place();
        return r;
    }
    /// this^e in the cyclotomic subgroup.
    Fp12 cyclotomic_power(uint64_t e) const {
        Fp12 r = *this;
        for (int i = 62 - __builtin_clzll(e); i >= 0; i--) {
            r.cyclotomic_square_in_place();
            if (e >> i & 1) r.multiply_by(*this);
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

  private:
    /// From b in r0 and a in r1: r0 := a^2 + xi b^2, r1 := 2 a b.
    static void square4(const E& a, E& r0, E& r1) {
#ifdef __riscv
        r1 *= r0;
        r1 += r1;
        r0 *= r0;
        T::multiply_xi(r0);
        E t = a;
        t *= t;
        r0 += t;
#else
        const E x = a.square(), y = r0.square();
        r1 = (a + r0).square() - x - y;
        r0 = y;
        T::multiply_xi(r0);
        r0 += x;
#endif
    }
    /// z := 3 t - 2 z.
    static void minus(E& z, const E& t) {
        z -= t;
        z.template times<-2>();
        z += t;
    }
    /// z := 3 t + 2 z.
    static void plus(E& z, const E& t) {
        z += t;
        z += z;
        z += t;
    }
};

}  // namespace ashlar::crypto
