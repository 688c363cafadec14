// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/modexp.hpp"

#include <algorithm>

#include "libs/crypto/limbs.hpp"
#include "libs/crypto/montgomery_adx.hpp"
#ifdef __riscv
#include "libs/abi/syscalls.hpp"
#endif

namespace ashlar::crypto {
namespace {

using Word = limbs::Word;
using Number = std::vector<Word>;
constexpr unsigned BITS = limbs::BITS<Word>;

BytesView strip(BytesView b) {
    while (!b.empty() && b[0] == 0) b = b.subspan(1);
    return b;
}
Number from_bytes(BytesView b, size_t words) {
    Number n(words);
    for (size_t i = 0; i < b.size(); i++)
        n[i / sizeof(Word)] |= static_cast<Word>(b[b.size() - 1 - i]) << (8 * (i % sizeof(Word)));
    return n;
}
Bytes to_bytes(const Number& n, size_t size) {
    Bytes b(size);
    for (size_t i = 0; i < size && i / sizeof(Word) < n.size(); i++)
        b[size - 1 - i] = static_cast<uint8_t>(n[i / sizeof(Word)] >> (8 * (i % sizeof(Word))));
    return b;
}

/// a mod m in m.size() words; m's top word is not zero.
Number remainder(Number a, const Number& m) {
    const size_t na = limbs::significant(a.data(), a.size());
    if (na < m.size()) {
        a.resize(m.size());
        return a;
    }
    Number v = m;
    a.resize(na);
    a.push_back(0);
    limbs::divide<Word>(nullptr, a.data(), na, v.data(), v.size());
    a.resize(m.size());
    return a;
}

/// Powers by windows of four bits. `Ring` has a type Element, one(), multiply(x, y) -> x := x y.
template <class Ring>
typename Ring::Element power(const Ring& ring, const typename Ring::Element& base, BytesView exponent) {
    using Element = typename Ring::Element;
    exponent = strip(exponent);
    if (exponent.empty()) return ring.one();
    // Short exponents (3, 65537) do not repay a table, nor the unit.
    if (exponent.size() <= 4) {
        Element r = base;
        bool started = false;
        for (size_t i = 0; i < 8 * exponent.size(); i++) {
            if (started) ring.square(r);
            if (exponent[i / 8] >> (7 - i % 8) & 1) {
                if (started) ring.multiply(r, base);
                started = true;
            }
        }
        return r;
    }
    Element r = ring.one();
    std::vector<Element> table(16, r);
    for (size_t i = 1; i < 16; i++) {
        table[i] = table[i - 1];
        ring.multiply(table[i], base);
    }
    bool started = false;
    for (size_t i = 0; i < 2 * exponent.size(); i++) {
        const unsigned digit = (exponent[i / 2] >> (i % 2 ? 0 : 4)) & 15;
        if (started)
            for (int k = 0; k < 4; k++) ring.square(r);
        if (digit) {
            if (started)
                ring.multiply(r, table[digit]);
            else
                r = table[digit];
            started = true;
        }
    }
    return r;
}

#ifdef __riscv

/// Numbers modulo an odd m, in Montgomery form on digits of 256 bits: a product of two digits is two calls.
class OddRing {
  public:
    using Element = Number;
    static constexpr size_t DIGIT = 8;
    explicit OddRing(const Number& m)
        : m_(m), n_((m.size() + DIGIT - 1) / DIGIT * DIGIT), padded_(m), t_(n_ + 2 * DIGIT) {
        padded_.resize(n_);
        for (size_t i = DIGIT; i < 2 * DIGIT; i++) wrapping_[i] = ~Word{0};
        // 1 / m mod 2^256 by Newton: each step doubles the correct bits, from 3.
        for (size_t i = 0; i < DIGIT; i++) inverse_[i] = padded_[i];
        for (int correct = 3; correct < 256; correct *= 2) {
            Word e[DIGIT];
            std::copy(inverse_, inverse_ + DIGIT, e);
            load(padded_.data());
            guest::uint256_mul(e, truncating_);
            for (Word& w : e) w = ~w;  // 2 - e = ~e + 3
            const Word three[DIGIT] = {3};
            limbs::add(e, e, three, DIGIT);
            load(e);
            guest::uint256_mul(inverse_, truncating_);
        }
        const Word zero[DIGIT] = {};
        limbs::sub(inverse_, zero, inverse_, DIGIT);
    }
    Number one() const {
        Number r(n_ + 1);
        r[n_] = 1;
        r = remainder(r, m_);
        r.resize(n_);
        return r;
    }
    /// x R mod m for any x.
    Number enter(const Number& x) const {
        const Number small = remainder(x, m_);
        Number shifted(n_, 0);
        shifted.insert(shifted.end(), small.begin(), small.end());
        Number r = remainder(shifted, m_);
        r.resize(n_);
        return r;
    }
    Number leave(Number x) const {
        std::fill(t_.begin(), t_.end(), Word{0});
        std::copy(x.begin(), x.end(), t_.begin());
        for (size_t i = 0; i < n_; i += DIGIT) {
            t_[n_ + DIGIT] = 0;
            reduce_digit(t_.data());
        }
        store_reduced(x);
        x.resize(m_.size());
        return x;
    }
    void square(Number& x) const { multiply(x, x); }
    void multiply(Number& x, const Number& y) const {
        std::fill(t_.begin(), t_.end(), Word{0});
        Word* t = t_.data();
        Word carry[DIGIT];
        for (size_t i = 0; i < n_; i += DIGIT) {
            load(x.data() + i);
            std::fill(carry, carry + DIGIT, Word{0});
            for (size_t j = 0; j < n_; j += DIGIT) multiply_add(t + j, y.data() + j, t + j, carry);
            t[n_ + DIGIT] = limbs::add(t + n_, t + n_, carry, DIGIT);
            reduce_digit(t);
        }
        store_reduced(x);
    }

  private:
    /// Sets the digit that the following products have in common.
    void load(const Word* digit) const {
        for (size_t i = 0; i < DIGIT; i++) truncating_[i] = wrapping_[i] = digit[i];
    }
    /// (carry, out) := loaded digit * x + addend + carry; the sum never exceeds two digits.
    void multiply_add(Word* out, const Word* x, const Word* addend, Word* carry) const {
        // lo = product mod 2^256, hi + lo = product mod 2^256 - 1, and hi < 2^256 - 1.
        Word lo[DIGIT], sum[DIGIT];
        for (size_t i = 0; i < DIGIT; i++) lo[i] = sum[i] = x[i];
        guest::uint256_mul(lo, truncating_);
        guest::uint256_mul(sum, wrapping_);
        Word up = 0, borrow = 0;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < DIGIT; i++) {
            const Word a = lo[i] + addend[i], b = a + carry[i], c = b + up, d = sum[i] - lo[i];
            up = static_cast<Word>(a < lo[i]) + static_cast<Word>(b < a) + static_cast<Word>(c < b);
            out[i] = c;
            carry[i] = d - borrow;
            borrow = static_cast<Word>(sum[i] < lo[i]) | static_cast<Word>(d < borrow);
        }
        // hi - borrow + up
        if (up > borrow) {
            up -= borrow;
            for (size_t i = 0; up && i < DIGIT; i++) {
                carry[i] += up;
                up = carry[i] < up;
            }
        } else if (borrow > up) {
            for (size_t i = 0; borrow && i < DIGIT; i++) borrow = carry[i]-- == 0;
        }
    }
    /// t := (t + q m) / 2^256 for the q that makes the lowest digit vanish. t has n_ words and one digit's carry above.
    void reduce_digit(Word* t) const {
        const Word* m = padded_.data();
        Word lo[DIGIT], carry[DIGIT] = {};
        std::copy(t, t + DIGIT, lo);
        load(inverse_);
        guest::uint256_mul(lo, truncating_);
        load(lo);
        multiply_add(lo, m, t, carry);
        for (size_t j = DIGIT; j < n_; j += DIGIT) multiply_add(t + j - DIGIT, m + j, t + j, carry);
        const Word c = limbs::add(t + n_ - DIGIT, t + n_, carry, DIGIT);
        std::fill(t + n_, t + n_ + DIGIT, Word{0});
        t[n_] = t[n_ + DIGIT] + c;
    }
    /// x := t mod m, for t < 2 m.
    void store_reduced(Number& x) const {
        const Word* t = t_.data();
        const Word borrow = limbs::sub(x.data(), t, padded_.data(), n_);
        if (!t[n_] && borrow) std::copy(t, t + n_, x.begin());
    }

    Number m_;
    size_t n_;
    Number padded_;
    Word inverse_[DIGIT];
    mutable Word truncating_[2 * DIGIT] = {};
    mutable Word wrapping_[2 * DIGIT] = {};
    mutable Number t_;
};

#else

/// Numbers modulo an odd m, in Montgomery form.
class OddRing {
  public:
    using Element = Number;
    explicit OddRing(const Number& m) : m_(m), n_(m.size()), t_(n_ + 2) {
        Word inv = 1;
        for (int i = 0; i < 6; i++) inv *= 2 - m[0] * inv;
        inverse_ = ~inv + 1;
        Number r(n_ + 1);
        r[n_] = 1;
        one_ = remainder(r, m_);
    }
    Number one() const { return one_; }
    /// x R mod m for any x.
    Number enter(const Number& x) const {
        const Number small = remainder(x, m_);
        Number shifted(n_, 0);
        shifted.insert(shifted.end(), small.begin(), small.end());
        return remainder(shifted, m_);
    }
    Number leave(Number x) const {
        Number unit(n_);
        unit[0] = 1;
        multiply(x, unit);
        return x;
    }
    void square(Number& x) const { multiply(x, x); }
    void multiply(Number& x, const Number& y) const {
        Word* t = t_.data();
        const Word *a = x.data(), *b = y.data(), *m = m_.data();
#if defined(__x86_64__)
        if (n_ == 4 && has_adx()) {
            montgomery_adx<4, 6>(t, a, b, m, inverse_);
            reduce(x);
            return;
        }
#endif
        std::fill(t_.begin(), t_.end(), Word{0});
        for (size_t i = 0; i < n_; i++) {
            Word carry = 0, overflow = 0;
            const Word ai = a[i];
            for (size_t j = 0; j < n_; j++) t[j] = limbs::mul_add(ai, b[j], t[j], carry, carry);
            t[n_] = limbs::add_carry(t[n_], carry, overflow);
            t[n_ + 1] = overflow;
            const Word q = t[0] * inverse_;
            limbs::mul_add(q, m[0], t[0], Word{0}, carry);
            for (size_t j = 1; j < n_; j++) t[j - 1] = limbs::mul_add(q, m[j], t[j], carry, carry);
            overflow = 0;
            t[n_ - 1] = limbs::add_carry(t[n_], carry, overflow);
            t[n_] = t[n_ + 1] + overflow;
        }
        reduce(x);
    }

  private:
    /// x := t_ less the modulus if that is not negative.
    void reduce(Number& x) const {
        const Word* t = t_.data();
        const Word borrow = limbs::sub(x.data(), t, m_.data(), n_);
        if (!t[n_] && borrow) std::copy(t, t + n_, x.begin());
    }

    Number m_;
    size_t n_;
    Word inverse_;
    Number one_;
    mutable Number t_;
};

#endif

/// Numbers modulo 2^bits.
class BinaryRing {
  public:
    using Element = Number;
    explicit BinaryRing(size_t bits) : bits_(bits), n_((bits + BITS - 1) / BITS), t_(n_) {}
    Number one() const {
        Number r(n_);
        r[0] = 1;
        return enter(r);
    }
    Number enter(Number x) const {
        x.resize(n_);
        if (bits_ % BITS) x[n_ - 1] &= (Word{1} << (bits_ % BITS)) - 1;
        return x;
    }
    void square(Number& x) const { multiply(x, x); }
    void multiply(Number& x, const Number& y) const {
        std::fill(t_.begin(), t_.end(), Word{0});
        for (size_t i = 0; i < n_; i++) {
            Word carry = 0;
            for (size_t j = 0; i + j < n_; j++) t_[i + j] = limbs::mul_add(x[i], y[j], t_[i + j], carry, carry);
        }
        x = enter(t_);
    }

  private:
    size_t bits_, n_;
    mutable Number t_;
};

Number shift_right(const Number& a, size_t bits) {
    const size_t words = bits / BITS, rest = bits % BITS;
    Number r(a.size() - words);
    for (size_t i = 0; i < r.size(); i++) {
        r[i] = a[i + words] >> rest;
        if (rest && i + words + 1 < a.size()) r[i] |= a[i + words + 1] << (BITS - rest);
    }
    r.resize(std::max<size_t>(1, limbs::significant(r.data(), r.size())));
    return r;
}

/// m = odd * 2^twos: a result for each factor, joined by the Chinese remainder theorem.
Number modexp_even(const Number& base, BytesView exponent, const Number& m, size_t twos) {
    const Number odd = shift_right(m, twos);
    const BinaryRing binary(twos);
    Number low = power(binary, binary.enter(base), exponent);
    if (odd.size() == 1 && odd[0] == 1) return low;
    const OddRing ring(odd);
    const Number high = ring.leave(power(ring, ring.enter(base), exponent));
    // 1 / odd mod 2^twos: Newton doubles the correct bits each time, from 3.
    const Number o = binary.enter(odd);
    Number inverse = o;
    for (size_t correct = 3; correct < twos; correct *= 2) {
        Number e = o;
        binary.multiply(e, inverse);
        Number two(e.size());
        two[0] = 2;
        limbs::sub(two.data(), two.data(), e.data(), e.size());
        binary.multiply(inverse, binary.enter(two));
    }
    // high + odd * ((low - high) / odd mod 2^twos)
    const Number h = binary.enter(high);
    limbs::sub(low.data(), low.data(), h.data(), low.size());
    low = binary.enter(low);
    binary.multiply(low, inverse);
    Number r(odd.size() + low.size());
    limbs::mul(r.data(), odd.data(), odd.size(), low.data(), low.size());
    Number addend = high;
    addend.resize(r.size());
    limbs::add(r.data(), r.data(), addend.data(), r.size());
    return r;
}

#ifdef __riscv
/// Numbers modulo any m of at most 256 bits: one call a product.
class CallRing {
  public:
    /// A number and the modulus behind it, as the call wants its second operand.
    struct Element {
        uint32_t w[16];
    };
    explicit CallRing(const Number& m) : one_{} {
        one_.w[0] = 1;
        for (size_t i = 0; i < 8; i++) one_.w[8 + i] = i < m.size() ? m[i] : 0;
    }
    Element one() const { return one_; }
    void square(Element& x) const { guest::uint256_mul(x.w, x.w); }
    void multiply(Element& x, const Element& y) const { guest::uint256_mul(x.w, y.w); }

  private:
    Element one_;
};
#endif

}  // namespace

Bytes modexp(BytesView base, BytesView exponent, BytesView modulus) {
    const BytesView m_bytes = strip(modulus);
    if (m_bytes.empty() || (m_bytes.size() == 1 && m_bytes[0] == 1)) return Bytes(modulus.size());
    const Number m = from_bytes(m_bytes, (m_bytes.size() + sizeof(Word) - 1) / sizeof(Word));
    const BytesView b_bytes = strip(base);
    const Number b = from_bytes(b_bytes, std::max<size_t>(1, (b_bytes.size() + sizeof(Word) - 1) / sizeof(Word)));
#ifdef __riscv
    if (m.size() <= 8) {
        const CallRing ring(m);
        const Number small = remainder(b, m);
        CallRing::Element x = ring.one();
        x.w[0] = 0;
        std::copy(small.begin(), small.end(), x.w);
        const auto r = power(ring, x, exponent);
        return to_bytes(Number(r.w, r.w + 8), modulus.size());
    }
#endif
    size_t twos = 0;
    while (!(m[twos / BITS] >> (twos % BITS) & 1)) twos++;
    if (twos > 0) return to_bytes(modexp_even(b, exponent, m, twos), modulus.size());
    const OddRing ring(m);
    return to_bytes(ring.leave(power(ring, ring.enter(b), exponent)), modulus.size());
}

}  // namespace ashlar::crypto
