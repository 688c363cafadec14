// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

/// Fixed-size integers and Montgomery arithmetic for the executor's precompiles: host only, variable time, 64-bit limbs
/// (little-endian limb order).
namespace ashlar::rv32 {

template <size_t N>
using Limbs = std::array<uint64_t, N>;

namespace bigint {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

template <size_t N>
constexpr bool is_zero(const Limbs<N>& a) {
    uint64_t any = 0;
    for (uint64_t w : a) any |= w;
    return any == 0;
}

template <size_t N>
constexpr bool less(const Limbs<N>& a, const Limbs<N>& b) {
    for (size_t i = N; i-- > 0;)
        if (a[i] != b[i]) return a[i] < b[i];
    return false;
}

/// a += b; returns the carry.
template <size_t N>
constexpr uint64_t add_to(Limbs<N>& a, const Limbs<N>& b) {
    Wide c = 0;
    for (size_t i = 0; i < N; i++) {
        c += Wide{a[i]} + b[i];
        a[i] = static_cast<uint64_t>(c);
        c >>= 64;
    }
    return static_cast<uint64_t>(c);
}

/// a -= b; returns the borrow.
template <size_t N>
constexpr uint64_t sub_from(Limbs<N>& a, const Limbs<N>& b) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < N; i++) {
        const Wide d = Wide{a[i]} - b[i] - borrow;
        a[i] = static_cast<uint64_t>(d);
        borrow = static_cast<uint64_t>(d >> 64) & 1;
    }
    return borrow;
}

/// a >>= 1, `top` becoming the highest bit.
template <size_t N>
constexpr void shift_right_1(Limbs<N>& a, uint64_t top = 0) {
    for (size_t i = 0; i < N; i++) a[i] = a[i] >> 1 | (i + 1 < N ? a[i + 1] : top) << 63;
}

template <size_t N>
constexpr Limbs<N> from_u64(uint64_t v) {
    Limbs<N> r{};
    r[0] = v;
    return r;
}

/// Big-endian hex without prefix.
template <size_t N>
constexpr Limbs<N> from_hex(std::string_view text) {
    Limbs<N> r{};
    for (char c : text) {
        for (size_t i = N; i-- > 1;) r[i] = r[i] << 4 | r[i - 1] >> 60;
        r[0] = r[0] << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return r;
}

/// 2N little-endian 32-bit words.
template <size_t N>
constexpr Limbs<N> from_words(const uint32_t* w) {
    Limbs<N> r{};
    for (size_t i = 0; i < N; i++) r[i] = w[2 * i] | uint64_t{w[2 * i + 1]} << 32;
    return r;
}

template <size_t N>
constexpr void to_words(const Limbs<N>& a, uint32_t* w) {
    for (size_t i = 0; i < N; i++) {
        w[2 * i] = static_cast<uint32_t>(a[i]);
        w[2 * i + 1] = static_cast<uint32_t>(a[i] >> 32);
    }
}

template <size_t N>
constexpr Limbs<2 * N> multiply(const Limbs<N>& a, const Limbs<N>& b) {
    Limbs<2 * N> r{};
    for (size_t i = 0; i < N; i++) {
        Wide c = 0;
        for (size_t j = 0; j < N; j++) {
            c += Wide{a[i]} * b[j] + r[i + j];
            r[i + j] = static_cast<uint64_t>(c);
            c >>= 64;
        }
        r[i + N] = static_cast<uint64_t>(c);
    }
    return r;
}

/// a mod m for m != 0; Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D.
template <size_t A, size_t N>
constexpr Limbs<N> remainder(const Limbs<A>& a, const Limbs<N>& m) {
    size_t n = N;
    while (n > 1 && m[n - 1] == 0) n--;
    const int shift = std::countl_zero(m[n - 1]);
    std::array<uint64_t, N> v{};
    std::array<uint64_t, A + 1> u{};
    const auto shifted = [shift](uint64_t high, uint64_t low) {
        return shift ? high << shift | low >> (64 - shift) : high;
    };
    for (size_t i = 0; i < n; i++) v[i] = shifted(m[i], i ? m[i - 1] : 0);
    for (size_t i = 0; i < A; i++) u[i] = shifted(a[i], i ? a[i - 1] : 0);
    u[A] = shift ? a[A - 1] >> (64 - shift) : 0;
    for (size_t j = A - n + 1; j-- > 0;) {
        const Wide top = Wide{u[j + n]} << 64 | u[j + n - 1];
        Wide q = u[j + n] >= v[n - 1] ? Wide{UINT64_MAX} : top / v[n - 1];
        Wide rest = top - q * v[n - 1];
        while (n > 1 && (rest >> 64) == 0 && q * v[n - 2] > (rest << 64 | u[j + n - 2])) {
            q--;
            rest += v[n - 1];
        }
        uint64_t carry = 0, borrow = 0;
        for (size_t i = 0; i < n; i++) {
            const Wide p = q * v[i] + carry;
            carry = static_cast<uint64_t>(p >> 64);
            const Wide d = Wide{u[i + j]} - static_cast<uint64_t>(p) - borrow;
            u[i + j] = static_cast<uint64_t>(d);
            borrow = static_cast<uint64_t>(d >> 64) & 1;
        }
        const Wide d = Wide{u[j + n]} - carry - borrow;
        u[j + n] = static_cast<uint64_t>(d);
        // q may be too large by one, or by more when it was capped for a one-limb modulus.
        while (static_cast<uint64_t>(d >> 64) & 1) {
            Wide c = 0;
            for (size_t i = 0; i < n; i++) {
                c += Wide{u[i + j]} + v[i];
                u[i + j] = static_cast<uint64_t>(c);
                c >>= 64;
            }
            u[j + n] += static_cast<uint64_t>(c);
            if (c) break;
        }
    }
    Limbs<N> r{};
    for (size_t i = 0; i < n; i++) r[i] = shift ? u[i] >> shift | u[i + 1] << (64 - shift) : u[i];
    return r;
}

}  // namespace bigint

/// Arithmetic modulo an odd prime m of at most 64 N bits. Elements are in Montgomery form (x 2^(64 N) mod m), always <
/// m.
template <size_t N>
class PrimeField {
  public:
    using Element = Limbs<N>;

    constexpr explicit PrimeField(const Limbs<N>& modulus) : m_(modulus) {
        uint64_t inverse = 1;
        for (int i = 0; i < 6; i++) inverse *= 2 - m_[0] * inverse;
        negative_inverse_ = ~inverse + 1;
        Limbs<2 * N> power{};
        Limbs<N + 1> r{};
        r[N] = 1;
        one_ = bigint::remainder<N + 1, N>(r, m_);
        power = bigint::multiply(one_, one_);
        r_squared_ = bigint::remainder<2 * N, N>(power, m_);
        r_cubed_ = mul(r_squared_, r_squared_);
    }

    constexpr const Limbs<N>& modulus() const { return m_; }
    constexpr const Element& one() const { return one_; }
    constexpr bool is_reduced(const Limbs<N>& plain) const { return bigint::less(plain, m_); }

    /// From any integer below 2^(64 N), reduced.
    constexpr Element encode(const Limbs<N>& plain) const { return mul(plain, r_squared_); }
    constexpr Limbs<N> decode(const Element& a) const { return mul(a, bigint::from_u64<N>(1)); }
    constexpr Element small(uint64_t v) const { return encode(bigint::from_u64<N>(v)); }

    constexpr Element add(Element a, const Element& b) const {
        const uint64_t carry = bigint::add_to(a, b);
        if (carry || !bigint::less(a, m_)) bigint::sub_from(a, m_);
        return a;
    }
    constexpr Element sub(Element a, const Element& b) const {
        if (bigint::sub_from(a, b)) bigint::add_to(a, m_);
        return a;
    }
    constexpr Element negate(const Element& a) const { return sub(Element{}, a); }

    /// Montgomery product a b / 2^(64 N), < m; one operand may be any integer below 2^(64 N).
    constexpr Element mul(const Limbs<N>& a, const Limbs<N>& b) const {
        uint64_t t[N] = {};
        uint64_t top = 0;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < N; i++) {
            // Two carries, of the product and of the reduction, so that t is walked once.
            bigint::Wide x = bigint::Wide{a[0]} * b[i] + t[0];
            const uint64_t q = static_cast<uint64_t>(x) * negative_inverse_;
            bigint::Wide y = bigint::Wide{q} * m_[0] + static_cast<uint64_t>(x);
#pragma clang loop unroll(full)
            for (size_t j = 1; j < N; j++) {
                x = bigint::Wide{a[j]} * b[i] + t[j] + static_cast<uint64_t>(x >> 64);
                y = bigint::Wide{q} * m_[j] + static_cast<uint64_t>(x) + static_cast<uint64_t>(y >> 64);
                t[j - 1] = static_cast<uint64_t>(y);
            }
            const bigint::Wide z = (x >> 64) + (y >> 64) + top;
            t[N - 1] = static_cast<uint64_t>(z);
            top = static_cast<uint64_t>(z >> 64);
        }
        Element r{};
        for (size_t i = 0; i < N; i++) r[i] = t[i];
        if (top || !bigint::less(r, m_)) bigint::sub_from(r, m_);
        return r;
    }
    constexpr Element square(const Element& a) const { return mul(a, a); }

    constexpr Element pow(const Element& a, const Limbs<N>& exponent) const {
        std::array<Element, 16> powers{};
        powers[0] = one_;
        for (size_t i = 1; i < 16; i++) powers[i] = mul(powers[i - 1], a);
        Element r = one_;
        for (size_t i = 64 * N; i > 0;) {
            i -= 4;
            r = square(square(square(square(r))));
            r = mul(r, powers[exponent[i / 64] >> (i % 64) & 15]);
        }
        return r;
    }

    /// 1 / a for a != 0. Source: Pornin, Optimized Binary GCD for Modular Inversion (IACR ePrint 2020/972), stopping
    /// early.
    constexpr Element inverse(const Element& a) const {
        // Invariants with z = a R, the Montgomery form: x = z u and y = z v (mod m); at the end x = 0 and y = 1.
        Limbs<N> x = a, y = m_, u = bigint::from_u64<N>(1), v{};
        while (!bigint::is_zero(x)) {
            const Factors f = steps(x, y);
            const Signed next_x = combine(x, f.xx, y, f.xy, Limbs<N>{}, 0);
            const Signed next_y = combine(x, f.yx, y, f.yy, Limbs<N>{}, 0);
            const Element u_next = combine_mod(u, f.xx, v, f.xy), v_next = combine_mod(u, f.yx, v, f.yy);
            x = next_x.magnitude, y = next_y.magnitude;
            u = next_x.negative ? negate(u_next) : u_next;
            v = next_y.negative ? negate(v_next) : v_next;
        }
        return mul(v, r_cubed_);  // (a R)^-1 R^3 / R
    }

  private:
    static constexpr int STEPS = 31;
    struct Factors {
        int64_t xx, xy, yx, yy;
    };

    /// The factors of STEPS steps of the binary algorithm, found on 64-bit approximations: low bits and leading bits.
    static constexpr Factors steps(const Limbs<N>& x, const Limbs<N>& y) {
        size_t top = N - 1;
        while (top > 0 && (x[top] | y[top]) == 0) top--;
        const auto approximate = [&](const Limbs<N>& a) {
            if (top == 0) return a[0];
            const int shift = std::countl_zero(x[top] | y[top]);
            const uint64_t leading = shift ? a[top] << shift | a[top - 1] >> (64 - shift) : a[top];
            return (leading >> STEPS) << STEPS | (a[0] & ((uint64_t{1} << STEPS) - 1));
        };
        uint64_t p = approximate(x), q = approximate(y);
        Factors f{1, 0, 0, 1};
        for (int i = 0; i < STEPS; i++) {
            if (p & 1) {
                if (p < q) {
                    std::swap(p, q);
                    std::swap(f.xx, f.yx);
                    std::swap(f.xy, f.yy);
                }
                p -= q;
                f.xx -= f.yx;
                f.xy -= f.yy;
            }
            p >>= 1;
            f.yx *= 2;
            f.yy *= 2;
        }
        return f;
    }

    struct Signed {
        Limbs<N> magnitude;
        bool negative;
        uint64_t overflow;  ///< what does not fit the limbs, if not negative
    };
    /// |x fx + y fy + m q| / 2^STEPS, where the sum is a multiple of 2^STEPS, and whether the sum was negative.
    static constexpr Signed combine(const Limbs<N>& x, int64_t fx, const Limbs<N>& y, int64_t fy, const Limbs<N>& m,
                                    int64_t q) {
        std::array<uint64_t, N + 1> t{};
        bigint::SignedWide sum = 0;
        for (size_t i = 0; i < N; i++) {
            // Each product is below 2^95 in magnitude: |fx| + |fy| <= 2^STEPS, q < 2^STEPS.
            sum += static_cast<bigint::SignedWide>(x[i]) * fx + static_cast<bigint::SignedWide>(y[i]) * fy +
                   static_cast<bigint::SignedWide>(m[i]) * q;
            t[i] = static_cast<uint64_t>(sum);
            sum >>= 64;
        }
        t[N] = static_cast<uint64_t>(sum);
        const bool negative = sum < 0;
        Limbs<N> r{};
        for (size_t i = 0; i < N; i++) r[i] = t[i] >> STEPS | t[i + 1] << (64 - STEPS);
        if (negative) {
            uint64_t carry = 1;
            for (uint64_t& w : r) {
                w = ~w + carry;
                carry = carry && w == 0;
            }
        }
        return {r, negative, t[N] >> STEPS};
    }

    /// (x fx + y fy) / 2^STEPS mod m for x, y < m.
    constexpr Element combine_mod(const Element& x, int64_t fx, const Element& y, int64_t fy) const {
        constexpr uint64_t MASK = (uint64_t{1} << STEPS) - 1;
        const uint64_t low = x[0] * static_cast<uint64_t>(fx) + y[0] * static_cast<uint64_t>(fy);
        // m * negative_inverse_ = -1: adding q m clears the low bits; the sum lies in (-m, 2 m) times 2^STEPS.
        const auto [r, negative, overflow] =
            combine(x, fx, y, fy, m_, static_cast<int64_t>(low * negative_inverse_ & MASK));
        Element result = r;
        if (negative) {
            result = m_;
            bigint::sub_from(result, r);
        } else if (overflow || !bigint::less(result, m_)) {
            bigint::sub_from(result, m_);
        }
        return result;
    }

    Limbs<N> m_;
    uint64_t negative_inverse_ = 0;
    Element one_{};
    Limbs<N> r_squared_{};
    Limbs<N> r_cubed_{};
};

}  // namespace ashlar::rv32
