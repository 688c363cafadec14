// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "libs/base/bytes.hpp"
#include "libs/crypto/limbs.hpp"
#ifdef __riscv
#include "libs/abi/syscalls.hpp"
#endif

namespace ashlar::evm {

/// An integer modulo 2^256 with the operations of the EVM; limbs least significant first, of the machine's word width.
/// Products and modular operations are single system calls in the guest.
template <class W>
struct BasicUint256 {
    using Limb = W;
    static constexpr unsigned LIMB_BITS = 8 * sizeof(W);
    static constexpr unsigned LIMBS = 256 / LIMB_BITS;
    W w[LIMBS];

    constexpr BasicUint256() : w{} {}
    constexpr BasicUint256(uint64_t v) : w{} {
        if constexpr (sizeof(W) == 8) {
            w[0] = v;
        } else {
            w[0] = static_cast<W>(v);
            w[1] = static_cast<W>(v >> 32);
        }
    }
    static constexpr BasicUint256 max() {
        BasicUint256 r;
        for (W& x : r.w) x = ~W{0};
        return r;
    }
    static constexpr BasicUint256 power_of_2(unsigned n) {
        BasicUint256 r;
        if (n < 256) r.w[n / LIMB_BITS] = W{1} << (n % LIMB_BITS);
        return r;
    }

    /// Reads `size` <= 32 bytes as a big-endian number.
    static constexpr BasicUint256 from_be(const uint8_t* p, size_t size) {
        BasicUint256 r;
        for (size_t i = 0; i < size; i++) {
            const size_t k = size - 1 - i;
            r.w[k / sizeof(W)] |= static_cast<W>(p[i]) << (8 * (k % sizeof(W)));
        }
        return r;
    }
    /// Reads 32 bytes, most significant first.
    static BasicUint256 load(const uint8_t* p) {
        BasicUint256 r;
        for (unsigned i = 0; i < LIMBS; i++) r.w[LIMBS - 1 - i] = load_limb(p + i * sizeof(W));
        return r;
    }
    static BasicUint256 from(const Bytes32& b) { return load(b.data()); }
    static BasicUint256 from(const Address& a) {
        BasicUint256 r;
        if constexpr (sizeof(W) == 8) {
            r.w[2] = load_limb(a.data()) >> 32;
            r.w[1] = load_limb(a.data() + 4);
            r.w[0] = load_limb(a.data() + 12);
        } else {
            for (unsigned i = 0; i < 5; i++) r.w[4 - i] = load_limb(a.data() + 4 * i);
        }
        return r;
    }
    /// Writes 32 bytes, most significant first.
    void store(uint8_t* p) const {
        for (unsigned i = 0; i < LIMBS; i++) store_limb(p + i * sizeof(W), w[LIMBS - 1 - i]);
    }
    Bytes32 to_bytes32() const {
        Bytes32 r;
        store(r.data());
        return r;
    }
    /// The low 160 bits.
    Address to_address() const {
        Address a;
        if constexpr (sizeof(W) == 8) {
            store_limb(a.data() + 12, w[0]);
            store_limb(a.data() + 4, w[1]);
            const auto top = static_cast<uint32_t>(w[2]);
            for (int i = 0; i < 4; i++) a[i] = static_cast<uint8_t>(top >> (24 - 8 * i));
        } else {
            for (unsigned i = 0; i < 5; i++) store_limb(a.data() + 4 * i, w[4 - i]);
        }
        return a;
    }

    constexpr bool is_zero() const {
        W acc = 0;
        for (W x : w) acc |= x;
        return acc == 0;
    }
    constexpr explicit operator bool() const { return !is_zero(); }
    constexpr bool negative() const { return w[LIMBS - 1] >> (LIMB_BITS - 1); }
    /// True if the value fits 32 bits.
    constexpr bool fits_u32() const {
        W acc = 0;
        for (unsigned i = 1; i < LIMBS; i++) acc |= w[i];
        if constexpr (sizeof(W) == 8) acc |= w[0] >> 32;
        return acc == 0;
    }
    constexpr bool fits_u64() const {
        W acc = 0;
        for (unsigned i = 64 / LIMB_BITS; i < LIMBS; i++) acc |= w[i];
        return acc == 0;
    }
    constexpr uint32_t low32() const { return static_cast<uint32_t>(w[0]); }
    constexpr uint64_t low64() const {
        if constexpr (sizeof(W) == 8)
            return w[0];
        else
            return w[0] | uint64_t{w[1]} << 32;
    }
    /// Number of bits without leading zeros; 0 for zero.
    constexpr unsigned bit_length() const {
        for (unsigned i = LIMBS; i-- > 0;)
            if (w[i]) return (i + 1) * LIMB_BITS - crypto::limbs::count_leading_zeros(w[i]);
        return 0;
    }
    constexpr unsigned byte_length() const { return (bit_length() + 7) / 8; }
    constexpr bool bit(unsigned i) const { return (w[i / LIMB_BITS] >> (i % LIMB_BITS)) & 1; }

    friend constexpr bool operator==(const BasicUint256& a, const BasicUint256& b) {
        W acc = 0;
        for (unsigned i = 0; i < LIMBS; i++) acc |= a.w[i] ^ b.w[i];
        return acc == 0;
    }
    friend constexpr bool operator<(const BasicUint256& a, const BasicUint256& b) {
        for (unsigned i = LIMBS; i-- > 0;)
            if (a.w[i] != b.w[i]) return a.w[i] < b.w[i];
        return false;
    }
    friend constexpr bool operator>(const BasicUint256& a, const BasicUint256& b) { return b < a; }
    friend constexpr bool operator<=(const BasicUint256& a, const BasicUint256& b) { return !(b < a); }
    friend constexpr bool operator>=(const BasicUint256& a, const BasicUint256& b) { return !(a < b); }

    friend constexpr BasicUint256 operator+(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        crypto::limbs::add(r.w, a.w, b.w, LIMBS);
        return r;
    }
    friend constexpr BasicUint256 operator-(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        crypto::limbs::sub(r.w, a.w, b.w, LIMBS);
        return r;
    }
    constexpr BasicUint256 operator-() const { return BasicUint256{} - *this; }
    constexpr BasicUint256 operator~() const {
        BasicUint256 r;
        for (unsigned i = 0; i < LIMBS; i++) r.w[i] = ~w[i];
        return r;
    }
    friend constexpr BasicUint256 operator&(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        for (unsigned i = 0; i < LIMBS; i++) r.w[i] = a.w[i] & b.w[i];
        return r;
    }
    friend constexpr BasicUint256 operator|(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        for (unsigned i = 0; i < LIMBS; i++) r.w[i] = a.w[i] | b.w[i];
        return r;
    }
    friend constexpr BasicUint256 operator^(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        for (unsigned i = 0; i < LIMBS; i++) r.w[i] = a.w[i] ^ b.w[i];
        return r;
    }
    /// Shifts by any count; 256 and more gives zero.
    friend constexpr BasicUint256 operator<<(const BasicUint256& a, unsigned n) {
        BasicUint256 r;
        if (n >= 256) return r;
#ifdef __riscv
        if (!std::is_constant_evaluated()) {
            r = a;
            multiply_by_power_of_2(r.w, n);
            return r;
        }
#endif
        const unsigned words = n / LIMB_BITS, bits = n % LIMB_BITS;
        if (bits == 0) {
            for (unsigned i = words; i < LIMBS; i++) r.w[i] = a.w[i - words];
            return r;
        }
        W low = 0;
        for (unsigned i = words; i < LIMBS; i++) {
            const W x = a.w[i - words];
            r.w[i] = x << bits | low;
            low = x >> (LIMB_BITS - bits);
        }
        return r;
    }
    friend constexpr BasicUint256 operator>>(const BasicUint256& a, unsigned n) {
        BasicUint256 r;
        if (n >= 256) return r;
        const unsigned words = n / LIMB_BITS, bits = n % LIMB_BITS;
        if (bits == 0) {
            for (unsigned i = words; i < LIMBS; i++) r.w[i - words] = a.w[i];
            return r;
        }
        W high = 0;
        for (unsigned i = LIMBS; i-- > words;) {
            const W x = a.w[i];
            r.w[i - words] = x >> bits | high;
            high = x << (LIMB_BITS - bits);
        }
        return r;
    }
    BasicUint256& operator+=(const BasicUint256& b) { return *this = *this + b; }
    BasicUint256& operator-=(const BasicUint256& b) { return *this = *this - b; }

    friend BasicUint256 operator*(const BasicUint256& a, const BasicUint256& b) {
        BasicUint256 r;
        if (a.fits_u32() && b.fits_u32()) {
            const uint64_t product = uint64_t{a.low32()} * b.low32();
            return BasicUint256{product};
        }
#ifdef __riscv
        r = a;
        r.modular_product(b, BasicUint256{});
#else
        for (unsigned i = 0; i < LIMBS; i++) {
            W carry = 0;
            for (unsigned j = 0; i + j < LIMBS; j++)
                r.w[i + j] = crypto::limbs::mul_add(a.w[i], b.w[j], r.w[i + j], carry, carry);
        }
#endif
        return r;
    }
    /// Quotient and remainder; both are zero for b = 0, as the EVM has it.
    static std::pair<BasicUint256, BasicUint256> divide(const BasicUint256& a, const BasicUint256& b) {
        using namespace crypto::limbs;
        const size_t nb = significant(b.w, LIMBS);
        if (nb == 0) return {};
        const size_t na = significant(a.w, LIMBS);
        if (na < nb) return {BasicUint256{}, a};
        BasicUint256 q;
        if (na == 1) {
            BasicUint256 rem;
            q.w[0] = a.w[0] / b.w[0];
            rem.w[0] = a.w[0] % b.w[0];
            return {q, rem};
        }
        W u[LIMBS + 1], v[LIMBS];
        for (unsigned i = 0; i < LIMBS; i++) {
            u[i] = a.w[i];
            v[i] = b.w[i];
        }
        crypto::limbs::divide(q.w, u, na, v, nb);
        BasicUint256 rem;
        for (unsigned i = 0; i < nb; i++) rem.w[i] = u[i];
        return {q, rem};
    }
    friend BasicUint256 operator/(const BasicUint256& a, const BasicUint256& b) {
#ifdef __riscv
        return quotient(a, b);
#else
        return divide(a, b).first;
#endif
    }
    friend BasicUint256 operator%(const BasicUint256& a, const BasicUint256& b) {
#ifdef __riscv
        if (a < b) return a;
        if (b.is_zero()) return {};
        BasicUint256 r = a;
        r.modular_product(BasicUint256{1}, b);
        return r;
#else
        return divide(a, b).second;
#endif
    }

    /// Low and high half of the full product.
    static void multiply_full(const BasicUint256& a, const BasicUint256& b, W out[2 * LIMBS]) {
        crypto::limbs::mul(out, a.w, LIMBS, b.w, LIMBS);
    }

    /// floor(a / b) for b > 0 without a division: a - a mod b is a multiple of b, so it is the quotient once the twos
    /// of b are taken out of both and it is multiplied with the inverse modulo 2^256 of what is left of b.
    static BasicUint256 quotient_by_inverse(const BasicUint256& a, const BasicUint256& b) {
        unsigned low = 0;
        while (b.w[low] == 0) low++;
        const unsigned twos = low * LIMB_BITS + static_cast<unsigned>(std::countr_zero(b.w[low]));
        const BasicUint256 odd = b >> twos;
        // Newton's iteration doubles the bits that are right, from five on.
        W x = (3 * odd.w[0]) ^ 2;
        for (unsigned bits = 5; bits < LIMB_BITS; bits *= 2) x *= 2 - odd.w[0] * x;
        BasicUint256 inverse;
        inverse.w[0] = x;
        for (unsigned bits = LIMB_BITS; bits < 256; bits *= 2) inverse = inverse * (BasicUint256{2} - odd * inverse);
        return ((a - a % b) >> twos) * inverse;
    }

  private:
    static W load_limb(const uint8_t* p) {
        if constexpr (sizeof(W) == 8) {
            uint64_t v;
            std::memcpy(&v, p, 8);
            return __builtin_bswap64(v);
        } else {
            return static_cast<W>(p[0]) << 24 | static_cast<W>(p[1]) << 16 | static_cast<W>(p[2]) << 8 | p[3];
        }
    }
    static void store_limb(uint8_t* p, W v) {
        if constexpr (sizeof(W) == 8) {
            const uint64_t b = __builtin_bswap64(v);
            std::memcpy(p, &b, 8);
        } else {
            p[0] = static_cast<uint8_t>(v >> 24);
            p[1] = static_cast<uint8_t>(v >> 16);
            p[2] = static_cast<uint8_t>(v >> 8);
            p[3] = static_cast<uint8_t>(v);
        }
    }
#ifdef __riscv
    /// x := x 2^n modulo 2^256; n < 256.
    [[gnu::always_inline]] static void multiply_by_power_of_2(uint32_t x[8], unsigned n) {
        // The factor, zero between uses, and behind it the modulus, where zero stands for 2^256.
        static uint32_t y_m[16] = {};
        y_m[n / 32] = uint32_t{1} << (n % 32);
        guest::uint256_mul(x, y_m);
        y_m[n / 32] = 0;
    }

    /// floor(a / b), 0 for b = 0. Where there is room for a hint, the quotient is the host's and is checked: with the
    /// remainder from its own call, q is the one number below 2^256 / 2^t, where 2^t divides b, with q b = a - a mod b
    /// modulo 2^256.
    [[gnu::noinline]] static BasicUint256 quotient(const BasicUint256& a, const BasicUint256& b) {
        if (a.fits_u32() && b.fits_u32()) return b.w[0] ? BasicUint256{uint64_t{a.w[0] / b.w[0]}} : BasicUint256{};
        if (a < b || b.is_zero()) return {};
        auto* q = reinterpret_cast<BasicUint256*>(guest::quotient_room());
        if (!q) return quotient_by_inverse(a, b);
        if (guest::enter_unconstrained()) {
            const BasicUint256 hint = divide(a, b).first;
            guest::write(guest::HINT, hint.w, sizeof hint.w);
            guest::exit_unconstrained();
        }
        if (guest::hint_len() != sizeof(BasicUint256)) __builtin_trap();
        guest::hint_read(q, sizeof(BasicUint256));
        BasicUint256 rest = a;
        rest.modular_product(BasicUint256{1}, b);
        BasicUint256 product = b;
        product.modular_product(*q, BasicUint256{});
        if (!(product + rest == a)) __builtin_trap();
        unsigned low = 0;
        while (b.w[low] == 0) {
            if (q->w[LIMBS - 1 - low]) __builtin_trap();
            low++;
        }
        const uint32_t lowest_bit = b.w[low] & -b.w[low];
        if ((uint64_t{q->w[LIMBS - 1 - low]} * lowest_bit) >> 32) __builtin_trap();
        return *q;
    }

  public:
    /// *this := *this * y mod m by system call; m = 0 stands for 2^256. The quotient must fit 256 bits.
    void modular_product(const BasicUint256& y, const BasicUint256& m) {
        const BasicUint256 operands[2] = {y, m};
        guest::uint256_mul(w, operands[0].w);
    }
#endif
};

/// a + b mod m without overflow; 0 for m = 0 (YP: ADDMOD).
template <class W>
BasicUint256<W> addmod(const BasicUint256<W>& a, const BasicUint256<W>& b, const BasicUint256<W>& m) {
    using U = BasicUint256<W>;
    if (m.is_zero()) return {};
    const U x = a % m, y = b % m;
    U r;
    const W carry = crypto::limbs::add(r.w, x.w, y.w, U::LIMBS);
    if (carry || r >= m) r = r - m;
    return r;
}

/// a * b mod m over the full product; 0 for m = 0 (YP: MULMOD).
template <class W>
BasicUint256<W> mulmod(const BasicUint256<W>& a, const BasicUint256<W>& b, const BasicUint256<W>& m) {
    using U = BasicUint256<W>;
    if (m.is_zero()) return {};
#ifdef __riscv
    // With one factor below m the quotient is below the other one, so it fits 256 bits.
    U r = a % m;
    r.modular_product(b, m);
    return r;
#else
    using namespace crypto::limbs;
    W u[2 * U::LIMBS + 1], v[U::LIMBS];
    U::multiply_full(a, b, u);
    const size_t nv = significant(m.w, U::LIMBS), nu = significant(u, 2 * U::LIMBS);
    U r;
    if (nu < nv) {
        for (size_t i = 0; i < nu; i++) r.w[i] = u[i];
        return r;
    }
    for (unsigned i = 0; i < U::LIMBS; i++) v[i] = m.w[i];
    crypto::limbs::divide<W>(nullptr, u, nu, v, nv);
    for (size_t i = 0; i < nv; i++) r.w[i] = u[i];
    return r;
#endif
}

/// base^exponent mod 2^256.
template <class W>
BasicUint256<W> exp(const BasicUint256<W>& base, const BasicUint256<W>& exponent) {
    using U = BasicUint256<W>;
    const unsigned bits = exponent.bit_length();
    if (bits == 0) return U{1};
    if (base == U{2}) return exponent.fits_u32() ? U::power_of_2(exponent.low32()) : U{};
#ifdef __riscv
    // Each factor has the modulus 2^256, which is zero, behind it: no call needs a copy.
    U r[2] = {base, U{}};
    const U factor[2] = {base, U{}};
    for (unsigned i = bits - 1; i-- > 0;) {
        guest::uint256_mul(r[0].w, r[0].w);
        if (exponent.bit(i)) guest::uint256_mul(r[0].w, factor[0].w);
    }
    return r[0];
#else
    U r = base;
    for (unsigned i = bits - 1; i-- > 0;) {
        r = r * r;
        if (exponent.bit(i)) r = r * base;
    }
    return r;
#endif
}

/// Two's complement division, truncated; the one overflow, -2^255 / -1, wraps (YP: SDIV).
template <class W>
BasicUint256<W> sdiv(const BasicUint256<W>& a, const BasicUint256<W>& b) {
    const auto q = (a.negative() ? -a : a) / (b.negative() ? -b : b);
    return a.negative() != b.negative() ? -q : q;
}
/// Remainder with the sign of a (YP: SMOD).
template <class W>
BasicUint256<W> smod(const BasicUint256<W>& a, const BasicUint256<W>& b) {
    const auto r = (a.negative() ? -a : a) % (b.negative() ? -b : b);
    return a.negative() ? -r : r;
}
template <class W>
constexpr bool signed_less(const BasicUint256<W>& a, const BasicUint256<W>& b) {
    return a.negative() != b.negative() ? a.negative() : a < b;
}
/// Arithmetic shift right by any count.
template <class W>
constexpr BasicUint256<W> shift_right_arithmetic(const BasicUint256<W>& a, unsigned n) {
    if (!a.negative()) return a >> n;
    return ~(~a >> n);
}
/// Extends the sign of the (index + 1)-byte number in x; index >= 31 changes nothing (YP: SIGNEXTEND).
template <class W>
constexpr BasicUint256<W> sign_extend(const BasicUint256<W>& index, const BasicUint256<W>& x) {
    if (!index.fits_u32() || index.low32() >= 31) return x;
    const unsigned shift = 248 - 8 * index.low32();
    return shift_right_arithmetic(x << shift, shift);
}
/// Byte `index` counted from the most significant; 0 from 32 on (YP: BYTE).
template <class W>
constexpr BasicUint256<W> byte_at(const BasicUint256<W>& index, const BasicUint256<W>& x) {
    if (!index.fits_u32() || index.low32() >= 32) return {};
    const unsigned k = 31 - index.low32();
    return BasicUint256<W>{(x.w[k / sizeof(W)] >> (8 * (k % sizeof(W)))) & 0xff};
}

using uint256 = BasicUint256<crypto::limbs::Word>;

}  // namespace ashlar::evm
