// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/ext_span.hpp"
#include "libs/field/koala_bear.hpp"

// A test that counts the work of a verifier compiles it with ASHLAR_COUNT_PRODUCTS.
#ifdef ASHLAR_COUNT_PRODUCTS
#include "libs/field/product_counts.hpp"
#define ASHLAR_COUNT(what) ::ashlar::field::count_product(&::ashlar::field::ProductCounts::what)
#else
#define ASHLAR_COUNT(what) static_cast<void>(0)
#endif

namespace ashlar::field {

/// The degree-5 extension E = F[x]/(x^5 + x^2 - 1) over a lane: `c[k]` is the coefficient of x^k, each a lane of
/// L::WIDTH independent elements. Extension<KoalaBear> (Ext) is one element.
///
/// x^5 = 1 - x^2, x^6 = x - x^3, x^7 = x^2 - x^4, x^8 = x^3 + x^2 - 1.
template <class L>
struct Extension {
    static constexpr size_t DEGREE = 5;
    using Lane = L;

    L c[DEGREE];

    static const Extension ZERO, ONE;

    ASHLAR_INLINE static constexpr Extension from_base(L x) {
        return {{x, L::zero(), L::zero(), L::zero(), L::zero()}};
    }
    ASHLAR_INLINE static constexpr Extension zero() { return from_base(L::zero()); }
    ASHLAR_INLINE static constexpr Extension one() { return from_base(L::one()); }
    ASHLAR_INLINE static constexpr Extension broadcast(const Extension<KoalaBear>& x) {
        return {{L::broadcast(x.c[0]), L::broadcast(x.c[1]), L::broadcast(x.c[2]), L::broadcast(x.c[3]),
                 L::broadcast(x.c[4])}};
    }

    /// Elements i .. i + L::WIDTH - 1 of an array in planes.
    ASHLAR_INLINE static constexpr Extension load(ConstExtPtr p, size_t i = 0) {
        return {{L::load(p.plane(0) + i), L::load(p.plane(1) + i), L::load(p.plane(2) + i), L::load(p.plane(3) + i),
                 L::load(p.plane(4) + i)}};
    }
    ASHLAR_INLINE constexpr void store(ExtPtr p, size_t i = 0) const {
        for (size_t k = 0; k < DEGREE; k++) c[k].store(p.plane(k) + i);
    }

    ASHLAR_INLINE friend constexpr Extension operator+(const Extension& a, const Extension& b) {
        return {{a.c[0] + b.c[0], a.c[1] + b.c[1], a.c[2] + b.c[2], a.c[3] + b.c[3], a.c[4] + b.c[4]}};
    }
    ASHLAR_INLINE friend constexpr Extension operator-(const Extension& a, const Extension& b) {
        return {{a.c[0] - b.c[0], a.c[1] - b.c[1], a.c[2] - b.c[2], a.c[3] - b.c[3], a.c[4] - b.c[4]}};
    }
    ASHLAR_INLINE constexpr Extension operator-() const { return {{-c[0], -c[1], -c[2], -c[3], -c[4]}}; }

    /// 25 products, 5 reductions: row k of the product is a linear combination of a with entries that are sums of b's
    /// coefficients, so the trinomial costs four subtractions.
    ASHLAR_INLINE friend constexpr Extension operator*(const Extension& a, const Extension& b) {
        ASHLAR_COUNT(products);
        const L d0 = b.c[1] - b.c[4], d1 = b.c[0] - b.c[3], d2 = b.c[4] - b.c[2], d3 = b.c[3] - d0;
        return {{dot(a, b.c[0], b.c[4], b.c[3], b.c[2], d0), dot(a, b.c[1], b.c[0], b.c[4], b.c[3], b.c[2]),
                 dot(a, b.c[2], d0, d1, d2, d3), dot(a, b.c[3], b.c[2], d0, d1, d2),
                 dot(a, b.c[4], b.c[3], b.c[2], d0, d1)}};
    }
    ASHLAR_INLINE friend constexpr Extension operator*(const Extension& a, L b) {
        ASHLAR_COUNT(by_base);
        return {{a.c[0] * b, a.c[1] * b, a.c[2] * b, a.c[3] * b, a.c[4] * b}};
    }
    ASHLAR_INLINE friend constexpr Extension operator*(L a, const Extension& b) { return b * a; }
    ASHLAR_INLINE friend constexpr Extension operator+(const Extension& a, L b) {
        return {{a.c[0] + b, a.c[1], a.c[2], a.c[3], a.c[4]}};
    }
    ASHLAR_INLINE friend constexpr Extension operator+(L a, const Extension& b) { return b + a; }
    ASHLAR_INLINE friend constexpr Extension operator-(const Extension& a, L b) {
        return {{a.c[0] - b, a.c[1], a.c[2], a.c[3], a.c[4]}};
    }
    ASHLAR_INLINE friend constexpr Extension operator-(L a, const Extension& b) {
        return {{a - b.c[0], -b.c[1], -b.c[2], -b.c[3], -b.c[4]}};
    }
    // Constants of F and E next to a wider lane.
    ASHLAR_INLINE friend constexpr Extension operator*(const Extension& a, KoalaBear b)
        requires(L::WIDTH > 1)
    {
        return a * L::broadcast(b);
    }
    ASHLAR_INLINE friend constexpr Extension operator*(KoalaBear a, const Extension& b)
        requires(L::WIDTH > 1)
    {
        return b * L::broadcast(a);
    }
    ASHLAR_INLINE friend constexpr Extension operator+(const Extension& a, KoalaBear b)
        requires(L::WIDTH > 1)
    {
        return a + L::broadcast(b);
    }
    ASHLAR_INLINE friend constexpr Extension operator+(KoalaBear a, const Extension& b)
        requires(L::WIDTH > 1)
    {
        return b + L::broadcast(a);
    }
    ASHLAR_INLINE friend constexpr Extension operator-(const Extension& a, KoalaBear b)
        requires(L::WIDTH > 1)
    {
        return a - L::broadcast(b);
    }
    ASHLAR_INLINE friend constexpr Extension operator-(KoalaBear a, const Extension& b)
        requires(L::WIDTH > 1)
    {
        return L::broadcast(a) - b;
    }
    ASHLAR_INLINE constexpr Extension& operator+=(const Extension& o) { return *this = *this + o; }
    ASHLAR_INLINE constexpr Extension& operator-=(const Extension& o) { return *this = *this - o; }
    ASHLAR_INLINE constexpr Extension& operator*=(const Extension& o) { return *this = *this * o; }
    ASHLAR_INLINE constexpr Extension& operator+=(L o) { return *this = *this + o; }
    ASHLAR_INLINE constexpr Extension& operator-=(L o) { return *this = *this - o; }
    ASHLAR_INLINE constexpr Extension& operator*=(L o) { return *this = *this * o; }

    ASHLAR_INLINE constexpr Extension doubled() const {
        return {{c[0].doubled(), c[1].doubled(), c[2].doubled(), c[3].doubled(), c[4].doubled()}};
    }
    /// 15 products: c_k of the plain square by symmetric sums, then the trinomial.
    ASHLAR_INLINE constexpr Extension square() const {
        ASHLAR_COUNT(squares);
        const L t0 = c[0].doubled(), t1 = c[1].doubled(), t2 = c[2].doubled(), t3 = c[3].doubled();
        const L c5 = sum2(t1, c[4], t2, c[3]), c6 = sum2(t2, c[4], c[3], c[3]), c7 = t3 * c[4], c8 = c[4].square();
        return {{c[0].square() + c5 - c8, t0 * c[1] + c6, sum2(t0, c[2], c[1], c[1]) - c5 + c7 + c8,
                 sum2(t0, c[3], t1, c[2]) - c6 + c8, sum3(t0, c[4], t1, c[3], c[2]) - c7}};
    }
    ASHLAR_INLINE constexpr Extension cube() const { return square() * *this; }

    ASHLAR_HD constexpr Extension pow(uint64_t n) const {
        Extension r = one(), a = *this;
        for (; n; n >>= 1, a = a.square())
            if (n & 1) r = r * a;
        return r;
    }

    /// a^p: a linear map over F.
    ASHLAR_HD constexpr Extension frobenius() const { return frobenius_map<false>(*this); }
    /// a^(p^2).
    ASHLAR_HD constexpr Extension frobenius2() const { return frobenius_map<true>(*this); }

    /// 1/a; 0 for 0. Itoh-Tsujii: the norm a a^p a^(p^2) a^(p^3) a^(p^4) lies in F.
    ASHLAR_HD constexpr Extension inverse() const {
        const Extension w = frobenius() * frobenius2(), conjugates = w * w.frobenius2();
        return conjugates * norm_with(conjugates).inverse();
    }

    ASHLAR_INLINE friend constexpr bool operator==(const Extension& a, const Extension& b)
        requires(L::WIDTH == 1)
    {
        return a.c[0] == b.c[0] && a.c[1] == b.c[1] && a.c[2] == b.c[2] && a.c[3] == b.c[3] && a.c[4] == b.c[4];
    }
    ASHLAR_INLINE constexpr bool is_zero() const
        requires(L::WIDTH == 1)
    {
        return c[0].is_zero() && c[1].is_zero() && c[2].is_zero() && c[3].is_zero() && c[4].is_zero();
    }

  private:
    struct Matrix {
        uint32_t m[DEGREE][DEGREE];  // row k: canonical coefficients of (x^k)^(p^j)
    };
    static constexpr Matrix FROBENIUS_1{{{1, 0, 0, 0, 0},
                                         {1576402667, 1173144480, 1567662457, 1206866823, 2428146},
                                         {1680345488, 1381986, 615237464, 1380104858, 295431824},
                                         {441230756, 323126830, 704986542, 1445620072, 503505220},
                                         {1364444097, 1144738982, 2008416047, 143367062, 1027410849}}};
    static constexpr Matrix compose(const Matrix& a, const Matrix& b) {
        Matrix r{};
        for (size_t i = 0; i < DEGREE; i++)
            for (size_t j = 0; j < DEGREE; j++) {
                uint64_t s = 0;
                for (size_t k = 0; k < DEGREE; k++) s = (s + uint64_t{a.m[i][k]} * b.m[k][j]) % KoalaBear::P;
                r.m[i][j] = static_cast<uint32_t>(s);
            }
        return r;
    }
    static constexpr Matrix FROBENIUS_2 = compose(FROBENIUS_1, FROBENIUS_1);

    template <bool TWICE>
    ASHLAR_HD static constexpr Extension frobenius_map(const Extension& a) {
        constexpr Matrix M = TWICE ? FROBENIUS_2 : FROBENIUS_1;  // a local copy, so that device code has it too
        Extension r = from_base(a.c[0]);
        for (size_t k = 1; k < DEGREE; k++)
            for (size_t j = 0; j < DEGREE; j++) r.c[j] += a.c[k] * L::broadcast(KoalaBear::reduce(M.m[k][j]));
        return r;
    }
    /// Coefficient 0 of (*this) b.
    ASHLAR_INLINE constexpr L norm_with(const Extension& b) const {
        return dot(*this, b.c[0], b.c[4], b.c[3], b.c[2], b.c[1] - b.c[4]);
    }
    ASHLAR_INLINE static constexpr L dot(const Extension& a, L b0, L b1, L b2, L b3, L b4) {
        ProductSum<L> s;
        s.add(a.c[0], b0, a.c[1], b1);
        s.add(a.c[2], b2, a.c[3], b3);
        s.add(a.c[4], b4);
        return s.reduce();
    }
    ASHLAR_INLINE static constexpr L sum2(L a, L b, L x, L y) {
        ProductSum<L> s;
        s.add(a, b, x, y);
        return s.reduce();
    }
    ASHLAR_INLINE static constexpr L sum3(L a, L b, L x, L y, L z) {
        ProductSum<L> s;
        s.add(a, b, x, y);
        s.add(z, z);
        return s.reduce();
    }
};

#if !defined(__CUDACC__)  // device code cannot refer to them; there, zero() and one()
template <class L>
constexpr Extension<L> Extension<L>::ZERO = Extension<L>::zero();
template <class L>
constexpr Extension<L> Extension<L>::ONE = Extension<L>::one();
#endif

/// One element of E.
using Ext = Extension<KoalaBear>;

ASHLAR_INLINE constexpr Ext ext_get(ConstExtPtr p, size_t i) { return Ext::load(p, i); }
ASHLAR_INLINE constexpr void ext_set(ExtPtr p, size_t i, const Ext& x) { x.store(p, i); }

}  // namespace ashlar::field
