// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "libs/abi/syscalls.hpp"
#include "libs/base/bytes.hpp"
#include "libs/crypto/inverse.hpp"
#include "libs/crypto/limbs.hpp"
#include "libs/crypto/montgomery_adx.hpp"

namespace ashlar::crypto {

/// A prime field. Parameters P: `BITS`, the size of the representation (256 or 384); `MODULUS`, BITS / 64 words of 64
/// bits, least significant first; `ADD`, `SUB`, `MUL`, the guest's system calls for the base fields that have them,
/// otherwise `NO_CALL`.
///
/// On the host elements are in Montgomery form on 64-bit limbs. In the guest they are canonical 32-bit words and every
/// product is a system call (the field's own, or UINT256_MUL).
inline constexpr guest::Syscall NO_CALL = guest::Syscall::HALT;
/// Base of parameters for fields without calls of their own.
struct WithoutCalls {
    static constexpr guest::Syscall ADD = NO_CALL, SUB = NO_CALL, MUL = NO_CALL;
};

/// x^e for an exponent of any number of words, least significant first. Windows of four bits.
template <class F, size_t K>
F power(const F& x, const std::array<limbs::Word, K>& e) {
    F table[16];
    table[0] = F::one();
    for (int i = 1; i < 16; i++) {
        table[i] = table[i - 1];
        table[i] *= x;
    }
    constexpr size_t PER_WORD = 2 * sizeof(limbs::Word);
    F r = F::one();
    bool started = false;
    for (size_t i = K * PER_WORD; i-- > 0;) {
        if (started)
            for (int k = 0; k < 4; k++) r.square_in_place();
        if (const unsigned digit = static_cast<unsigned>(e[i / PER_WORD] >> (4 * (i % PER_WORD))) & 15) {
            r *= table[digit];
            started = true;
        }
    }
    return r;
}

template <class P>
class Field {
  public:
    using Word = limbs::Word;
    static constexpr size_t BYTES = P::BITS / 8;
    static constexpr size_t N = BYTES / sizeof(Word), BITS_TOTAL = P::BITS;
    using Words = std::array<Word, N>;
    using Parameters = P;

    static constexpr Words MODULUS = limbs::words_of(P::MODULUS);

    constexpr Field() : v_{} {}
#ifdef __riscv
    // Copied by words in place: a call of memcpy costs half as much again, and copies are most of what the guest does
    // around its calls.
    constexpr Field(const Field& o) { *this = o; }
    constexpr Field& operator=(const Field& o) {
        if (std::is_constant_evaluated())
            v_ = o.v_;
        else
            __builtin_memcpy_inline(v_.data(), o.v_.data(), sizeof v_);
        return *this;
    }
    constexpr ~Field() = default;
    /// An element below the modulus as a constant.
    static constexpr Field constant(const Words& w) {
        Field r;
        r.v_ = w;
        return r;
    }
#endif
    static Field one() { return from_u64(1); }
    static Field from_u64(uint64_t x) {
        Words w{};
        for (size_t i = 0; i < 8 / sizeof(Word); i++) w[i] = static_cast<Word>(x >> (8 * sizeof(Word) * i % 64));
        return from_words(w);
    }
    /// From a canonical value, which the caller knows to be below the modulus.
    static Field from_words(const Words& w) {
        Field r;
        r.v_ = w;
#ifndef __riscv
        r = montgomery(r, r2());
#endif
        return r;
    }
    /// BYTES bytes, most significant first; nullopt for a value that is not below the modulus.
    static std::optional<Field> from_be(const uint8_t* p) {
        const Words w = read_be(p);
        if (limbs::compare(w.data(), MODULUS.data(), N) >= 0) return std::nullopt;
        return from_words(w);
    }
    /// BYTES bytes, most significant first, modulo the modulus, whose top half must not be zero.
    static Field reduce_be(const uint8_t* p) {
        Words w = read_be(p);
        while (limbs::compare(w.data(), MODULUS.data(), N) >= 0) limbs::sub(w.data(), w.data(), MODULUS.data(), N);
        return from_words(w);
    }
    /// The canonical value.
    Words words() const {
#ifdef __riscv
        return v_;
#else
        Field unit;
        unit.v_[0] = 1;
        return montgomery(*this, unit).v_;
#endif
    }
    /// Writes BYTES bytes, most significant first.
    void to_be(uint8_t* p) const {
        const Words w = words();
        for (size_t i = 0; i < N; i++) {
            uint8_t* q = p + BYTES - sizeof(Word) * (i + 1);
            for (size_t k = 0; k < sizeof(Word); k++) q[sizeof(Word) - 1 - k] = static_cast<uint8_t>(w[i] >> (8 * k));
        }
    }

    bool is_zero() const { return limbs::is_zero(v_.data(), N); }
    bool is_odd() const { return words()[0] & 1; }
    friend bool operator==(const Field& a, const Field& b) {
        for (size_t i = 0; i < N; i++)
            if (a.v_[i] != b.v_[i]) return false;
        return true;
    }

    friend Field operator+(const Field& a, const Field& b) {
        Field r = a;
        r += b;
        return r;
    }
    friend Field operator-(const Field& a, const Field& b) {
        Field r = a;
        r -= b;
        return r;
    }
    friend Field operator*(const Field& a, const Field& b) {
#ifdef __riscv
        Field r = a;
        r *= b;
        return r;
#else
        return montgomery(a, b);
#endif
    }
#ifdef __riscv
    // Calls work in place: an operand that nobody else sees is overwritten instead of copied. The result must not
    // outlive the full expression by reference.
    friend Field&& operator+(Field&& a, const Field& b) { return std::move(a += b); }
    friend Field&& operator-(Field&& a, const Field& b) { return std::move(a -= b); }
    friend Field&& operator*(Field&& a, const Field& b) { return std::move(a *= b); }
#endif
    Field operator-() const { return Field{} - *this; }
    Field& operator+=(const Field& b) {
#ifdef __riscv
        if constexpr (P::ADD != NO_CALL) {
            guest::field_op(P::ADD, v_.data(), b.v_.data());
            return *this;
        }
#endif
        const Word carry = limbs::add(v_.data(), v_.data(), b.v_.data(), N);
#ifdef __riscv
        Words t;
        const Word borrow = limbs::sub(t.data(), v_.data(), MODULUS.data(), N);
        if (carry || !borrow) v_ = t;
#else
        reduce(v_.data(), carry);
#endif
        return *this;
    }
    Field& operator-=(const Field& b) {
#ifdef __riscv
        if constexpr (P::SUB != NO_CALL) {
            guest::field_op(P::SUB, v_.data(), b.v_.data());
            return *this;
        }
#endif
#ifdef __riscv
        if (limbs::sub(v_.data(), v_.data(), b.v_.data(), N)) limbs::add(v_.data(), v_.data(), MODULUS.data(), N);
#else
        const Word mask = Word{0} - limbs::sub(v_.data(), v_.data(), b.v_.data(), N);
        Word carry = 0;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < N; i++) v_[i] = limbs::add_carry(v_[i], MODULUS[i] & mask, carry);
#endif
        return *this;
    }
    Field& operator*=(const Field& b) {
#ifdef __riscv
        if constexpr (P::MUL != NO_CALL) {
            guest::field_op(P::MUL, v_.data(), b.v_.data());
        } else {
            static_assert(P::BITS == 256);
            // One buffer for all products: the modulus stays in its upper half.
            static Words y_m[2] = {{}, MODULUS};
            y_m[0] = b.v_;
            guest::uint256_mul(v_.data(), y_m[0].data());
        }
#else
        *this = montgomery(*this, b);
#endif
        return *this;
    }
    Field square() const { return *this * *this; }
    void square_in_place() { *this *= *this; }
    /// this := N this, for a small number.
    template <int N>
    void times() {
        static_assert(N == 2 || N == 3 || N == 4 || N == 8);
        if constexpr (N == 3)
            *this += *this + *this;
        else
            for (int i = 1; i < N; i *= 2) *this += *this;
    }
    Field twice() const { return *this + *this; }

    /// this^e.
    template <size_t K>
    Field pow(const std::array<Word, K>& e) const {
        return power(*this, e);
    }
    /// Multiplicative inverse; zero for zero.
    Field inverse() const {
#ifndef __riscv
        static constexpr Inverter<N> INVERTER(MODULUS);
        return from_words(INVERTER(words()));
#else
        Words e = MODULUS;
        Words two{};
        two[0] = 2;
        limbs::sub(e.data(), e.data(), two.data(), N);
        return pow(e);
#endif
    }
    /// A square root if there is one. The modulus must be 3 mod 4.
    std::optional<Field> sqrt() const {
        static_assert((P::MODULUS[0] & 3) == 3);
        const Field r = pow(quarter_exponent());
        if (r * r == *this) return r;
        return std::nullopt;
    }
    /// (p + 1) / 4, for the p that are 3 mod 4.
    static constexpr Words quarter_exponent() {
        Words e = MODULUS;
        // (p + 1) / 4 = (p - 3) / 4 + 1
        e[0] -= 3;
        for (size_t i = 0; i < N; i++) e[i] = e[i] >> 2 | (i + 1 < N ? e[i + 1] << (limbs::BITS<Word> - 2) : Word{0});
        e[0] += 1;
        return e;
    }

    Word* data() { return v_.data(); }
    const Word* data() const { return v_.data(); }

  private:
    static Words read_be(const uint8_t* p) {
        Words w;
        for (size_t i = 0; i < N; i++) {
            const uint8_t* q = p + BYTES - sizeof(Word) * (i + 1);
            Word x = 0;
            for (size_t k = 0; k < sizeof(Word); k++) x = x << 8 | q[k];
            w[i] = x;
        }
        return w;
    }

#ifndef __riscv
    static constexpr Word negative_inverse() {
        Word inv = 1;
        for (int i = 0; i < 6; i++) inv *= 2 - MODULUS[0] * inv;
        return ~inv + 1;
    }
    /// 2^(2 * BITS) mod p, by doubling.
    static const Field& r2() {
        static constexpr Words R2 = [] {
            Words r{};
            r[0] = 1;
            for (size_t i = 0; i < 2 * P::BITS; i++) {
                Words t{};
                const Word carry = limbs::add(r.data(), r.data(), r.data(), N);
                const Word borrow = limbs::sub(t.data(), r.data(), MODULUS.data(), N);
                if (carry || !borrow) r = t;
            }
            return r;
        }();
        static const Field f = [] {
            Field x;
            x.v_ = R2;
            return x;
        }();
        return f;
    }
    /// v_ := (t, top) less the modulus if that is not negative. Nobody can predict which, so there is no branch.
    [[gnu::always_inline]] void reduce(const Word* t, Word top) {
        Word s[N], borrow = 0;
#pragma clang loop unroll(full)
        for (size_t i = 0; i < N; i++) s[i] = limbs::sub_borrow(t[i], MODULUS[i], borrow);
        const Word keep = Word{0} - (borrow & ~top & 1);
#pragma clang loop unroll(full)
        for (size_t i = 0; i < N; i++) v_[i] = (t[i] & keep) | (s[i] & ~keep);
    }
    /// a * b / 2^BITS mod p.
    static Field montgomery(const Field& a, const Field& b) {
        constexpr Word INV = negative_inverse();
        if constexpr (MODULUS[N - 1] >> (limbs::BITS<Word> - 1) == 0) {
            // With a spare top bit no carry leaves the N words. Source: gnark-crypto, "Faster big-integer modular
            // multiplication".
            Word t[N] = {};
#if defined(__x86_64__)
            if constexpr (N == 4 || N == 6) {
                if (has_adx()) [[likely]] {
                    montgomery_adx<N>(t, a.v_.data(), b.v_.data(), MODULUS.data(), INV);
                    Field r;
                    r.reduce(t, 0);
                    return r;
                }
            }
#endif
#pragma clang loop unroll(full)
            for (size_t i = 0; i < N; i++) {
                const Word bi = b.v_[i];
                Word carry, reduced;
                const Word low = limbs::mul_add(a.v_[0], bi, t[0], Word{0}, carry);
                const Word m = low * INV;
                limbs::mul_add(m, MODULUS[0], low, Word{0}, reduced);
#pragma clang loop unroll(full)
                for (size_t j = 1; j < N; j++) {
                    const Word x = limbs::mul_add(a.v_[j], bi, t[j], carry, carry);
                    t[j - 1] = limbs::mul_add(m, MODULUS[j], x, reduced, reduced);
                }
                t[N - 1] = carry + reduced;
            }
            Field r;
            r.reduce(t, 0);
            return r;
        }
        Word t[N + 2] = {};
#if defined(__x86_64__)
        if constexpr (N == 4) {
            if (has_adx()) [[likely]] {
                montgomery_adx<4, 6>(t, a.v_.data(), b.v_.data(), MODULUS.data(), INV);
                Field r;
                r.reduce(t, t[N]);
                return r;
            }
        }
#endif
#pragma clang loop unroll(full)
        for (size_t i = 0; i < N; i++) {
            Word carry = 0;
#pragma clang loop unroll(full)
            for (size_t j = 0; j < N; j++) t[j] = limbs::mul_add(a.v_[i], b.v_[j], t[j], carry, carry);
            Word overflow = 0;
            t[N] = limbs::add_carry(t[N], carry, overflow);
            t[N + 1] = overflow;
            const Word m = t[0] * INV;
            limbs::mul_add(m, MODULUS[0], t[0], Word{0}, carry);
#pragma clang loop unroll(full)
            for (size_t j = 1; j < N; j++) t[j - 1] = limbs::mul_add(m, MODULUS[j], t[j], carry, carry);
            overflow = 0;
            t[N - 1] = limbs::add_carry(t[N], carry, overflow);
            t[N] = t[N + 1] + overflow;
        }
        Field r;
        r.reduce(t, t[N]);
        return r;
    }
#endif

    Words v_;
};

}  // namespace ashlar::crypto
