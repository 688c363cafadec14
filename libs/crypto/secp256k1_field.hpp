// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "libs/crypto/inverse.hpp"

namespace ashlar::crypto::secp256k1 {

/// p = 2^256 - FOLD.
inline constexpr uint64_t FOLD = 0x1000003d1;
inline constexpr uint64_t MASK52 = ~uint64_t{0} >> 12, MASK48 = ~uint64_t{0} >> 16;
/// p in limbs of 52 bits.
inline constexpr uint64_t P52[5] = {MASK52 - (FOLD - 1), MASK52, MASK52, MASK52, MASK48};

/// The base field of secp256k1 on the host: five limbs of 52 bits in 64-bit words, reduced only where a product is
/// taken, so that sums and differences are a few additions.
///
/// An element has a magnitude m: limbs are at most 2 m (2^52 - 1), the top one 2 m (2^48 - 1). Products take
/// magnitudes up to 8 and give 1; a sum has the sum of both; negated<m>() of an element of magnitude m has m + 1.
/// Whoever writes a formula keeps count.
class Element {
  public:
    using Words = std::array<uint64_t, 4>;

    constexpr Element() : n_{} {}
    static constexpr Element one() {
        Element r;
        r.n_[0] = 1;
        return r;
    }
    /// From 64-bit words of a value below p.
    static constexpr Element from_words(const Words& w) {
        Element r;
        r.n_[0] = w[0] & MASK52;
        r.n_[1] = (w[0] >> 52 | w[1] << 12) & MASK52;
        r.n_[2] = (w[1] >> 40 | w[2] << 24) & MASK52;
        r.n_[3] = (w[2] >> 28 | w[3] << 36) & MASK52;
        r.n_[4] = w[3] >> 16;
        return r;
    }
    /// From limbs that keep the magnitude 8.
    static constexpr Element from_limbs(const uint64_t* limbs) {
        Element r;
        for (size_t i = 0; i < 5; i++) r.n_[i] = limbs[i];
        return r;
    }
    /// The value below p.
    Words words() const {
        const Element a = reduced();
        return {a.n_[0] | a.n_[1] << 52, a.n_[1] >> 12 | a.n_[2] << 40, a.n_[2] >> 24 | a.n_[3] << 28,
                a.n_[3] >> 36 | a.n_[4] << 16};
    }
    /// Limbs of the value below p.
    std::array<uint64_t, 5> limbs() const { return reduced().n_; }

    friend Element operator*(const Element& a, const Element& b) {
        return fold([&](size_t k) __attribute__((always_inline)) {
            Wide c = 0;
#pragma clang loop unroll(full)
            for (size_t i = k < 5 ? 0 : k - 4; i <= (k < 5 ? k : 4); i++) c += static_cast<Wide>(a.n_[i]) * b.n_[k - i];
            return c;
        });
    }
    Element square() const {
        return fold([this](size_t k) __attribute__((always_inline)) {
            Wide c = 0;
#pragma clang loop unroll(full)
            for (size_t i = k < 5 ? 0 : k - 4; 2 * i < k; i++) c += static_cast<Wide>(2 * n_[i]) * n_[k - i];
            if (k % 2 == 0) c += static_cast<Wide>(n_[k / 2]) * n_[k / 2];
            return c;
        });
    }
    friend Element operator+(const Element& a, const Element& b) {
        Element r;
        for (size_t i = 0; i < 5; i++) r.n_[i] = a.n_[i] + b.n_[i];
        return r;
    }
    /// Minus an element of at most magnitude M.
    template <uint64_t M>
    Element negated() const {
        static_assert(M < 32);
        Element r;
        for (size_t i = 0; i < 5; i++) r.n_[i] = 2 * (M + 1) * P52[i] - n_[i];
        return r;
    }
    template <uint64_t K>
    Element times() const {
        Element r;
        for (size_t i = 0; i < 5; i++) r.n_[i] = K * n_[i];
        return r;
    }
    /// Half of an element of magnitude m has magnitude m / 2 + 1, rounded down.
    Element half() const {
        const uint64_t odd = uint64_t{0} - (n_[0] & 1);
        uint64_t t[5];
        for (size_t i = 0; i < 5; i++) t[i] = n_[i] + (P52[i] & odd);
        Element r;
        for (size_t i = 0; i < 4; i++) r.n_[i] = (t[i] >> 1) + ((t[i + 1] & 1) << 51);
        r.n_[4] = t[4] >> 1;
        return r;
    }
    /// Whether the value is a multiple of p; for magnitudes to 31.
    bool is_zero() const {
        const Element a = carried();
        uint64_t zero = 0, modulus = 0;
        for (size_t i = 0; i < 5; i++) {
            zero |= a.n_[i];
            modulus |= a.n_[i] ^ P52[i];
        }
        return zero == 0 || modulus == 0;
    }
    bool is_odd() const { return reduced().n_[0] & 1; }
    /// The same value with magnitude 1.
    Element weak() const { return carried(); }

    Element inverse() const {
        static constexpr Inverter<4> INVERTER(Words{0 - FOLD, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}});
        return from_words(INVERTER(words()));
    }

  private:
    __extension__ typedef unsigned __int128 Wide;

    /// A product from its nine columns, modulo p. 2^260 = 16 FOLD, and the upper 64 bits of a column stand for 2^12
    /// times the next column, so both go down at once and one short chain of carries is left. The order keeps few
    /// columns alive at a time.
    template <class Column>
    [[gnu::always_inline]] static Element fold(Column column) {
        constexpr uint64_t R = FOLD << 4;
        const auto low = [](Wide x) { return static_cast<uint64_t>(x); };
        const auto high = [](Wide x) { return static_cast<uint64_t>(x >> 64); };
        Element r;
        const Wide c8 = column(8);
        const Wide c4 = column(4) + static_cast<Wide>(high(c8)) * (R << 12);
        Wide upper = column(5);
        Wide sum = static_cast<Wide>(high(c4)) * (FOLD << 16) + static_cast<Wide>(low(upper)) * R + column(0);
        r.n_[0] = low(sum) & MASK52;
        uint64_t rest = high(upper);
        upper = column(6);
        sum = (sum >> 52) + static_cast<Wide>(rest) * (R << 12) + static_cast<Wide>(low(upper)) * R + column(1);
        r.n_[1] = low(sum) & MASK52;
        rest = high(upper);
        upper = column(7);
        sum = (sum >> 52) + static_cast<Wide>(rest) * (R << 12) + static_cast<Wide>(low(upper)) * R + column(2);
        r.n_[2] = low(sum) & MASK52;
        rest = high(upper);
        sum = (sum >> 52) + static_cast<Wide>(rest) * (R << 12) + static_cast<Wide>(low(c8)) * R + column(3);
        r.n_[3] = low(sum) & MASK52;
        sum = (sum >> 52) + low(c4);
        r.n_[4] = low(sum) & MASK48;
        r.n_[0] += low(sum >> 48) * FOLD;  // below 2^17 times 2^33
        return r;
    }
    /// Below 2^256 and a little more, in canonical limbs but for the top one.
    Element carried() const {
        Element r = *this;
        const uint64_t top = r.n_[4] >> 48;
        r.n_[4] &= MASK48;
        r.n_[0] += top * FOLD;
        for (size_t i = 0; i < 4; i++) {
            r.n_[i + 1] += r.n_[i] >> 52;
            r.n_[i] &= MASK52;
        }
        return r;
    }
    Element reduced() const {
        Element r = carried();
        // At most once more: the value is below 2 p.
        Element less = r;
        less.n_[0] += FOLD;
        for (size_t i = 0; i < 4; i++) {
            less.n_[i + 1] += less.n_[i] >> 52;
            less.n_[i] &= MASK52;
        }
        if (less.n_[4] >> 48) {
            less.n_[4] &= MASK48;
            return less;
        }
        return r;
    }

    std::array<uint64_t, 5> n_;
};

/// x^(2^n).
template <class E>
E square_times(E x, int n) {
    for (int i = 0; i < n; i++) x = x.square();
    return x;
}

/// x^((p + 1) / 4): a square root of x if it has one. The exponent is 223 ones, a zero, 22 ones, four zeros, two ones
/// and two zeros; E is any type with products and squares of the field.
template <class E>
E square_root_power(const E& x) {
    const E x2 = x.square() * x, x3 = x2.square() * x, x6 = square_times(x3, 3) * x3, x9 = square_times(x6, 3) * x3;
    const E x11 = square_times(x9, 2) * x2, x22 = square_times(x11, 11) * x11, x44 = square_times(x22, 22) * x22;
    const E x88 = square_times(x44, 44) * x44, x176 = square_times(x88, 88) * x88;
    const E x220 = square_times(x176, 44) * x44, x223 = square_times(x220, 3) * x3;
    return square_times(square_times(square_times(x223, 23) * x22, 6) * x2, 2);
}

}  // namespace ashlar::crypto::secp256k1
