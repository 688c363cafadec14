// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

/// Modular inverses on the host, about five times as fast as Fermat's. Host only: the guest asks for a hint and checks.
#ifndef __riscv
namespace ashlar::crypto {

/// Inverses modulo an odd number of up to N words by division steps, 62 at a time on the low words alone, then applied
/// to the whole numbers. Not constant-time. Source: Bernstein, Yang, "Fast constant-time gcd computation and modular
/// inversion" (CHES 2019), in the variable-time form with several bits cancelled at once.
template <size_t N>
class Inverter {
  public:
    using Words = std::array<uint64_t, N>;

    explicit constexpr Inverter(const Words& modulus) : modulus_(split(modulus)) {
        uint64_t inv = 1;
        for (int i = 0; i < 6; i++) inv *= 2 - modulus[0] * inv;
        inverse_ = inv & MASK;
    }

    /// 1 / x for x below the modulus and prime to it; zero for zero.
    Words operator()(const Words& x) const {
        Signed d{}, e{}, f = modulus_, g = split(x);
        e[0] = 1;
        int64_t eta = -1;  // of the paper's delta the negative
        while (!is_zero(g)) {
            const Matrix t = steps(eta, static_cast<uint64_t>(f[0]), static_cast<uint64_t>(g[0]));
            update_de(d, e, t);
            update_fg(f, g, t);
        }
        // f is 1 or -1, or the modulus for x = 0, when d is still zero. d lies in (-2 m, m).
        if (d[L - 1] < 0) add_modulus(d);
        if (f[L - 1] < 0) negate(d);
        if (d[L - 1] < 0) add_modulus(d);
        return join(d);
    }

  private:
    __extension__ typedef __int128 Int128;
    /// Limbs of 62 bits, all but the top one in [0, 2^62): two's complement as a whole.
    static constexpr size_t L = (64 * N + 62) / 62;
    static constexpr uint64_t MASK = ~uint64_t{0} >> 2;
    using Signed = std::array<int64_t, L>;
    /// What 62 steps do: 2^62 (f', g') = (u f + v g, q f + r g).
    struct Matrix {
        int64_t u, v, q, r;
    };

    static constexpr Signed split(const Words& w) {
        Signed s{};
        for (size_t i = 0; i < L; i++) {
            const size_t bit = 62 * i, word = bit / 64, shift = bit % 64;
            uint64_t x = word < N ? w[word] >> shift : 0;
            if (shift > 2 && word + 1 < N) x |= w[word + 1] << (64 - shift);
            s[i] = static_cast<int64_t>(x & MASK);
        }
        return s;
    }
    static Words join(const Signed& s) {
        Words w{};
        for (size_t i = 0; i < L; i++) {
            const size_t bit = 62 * i, word = bit / 64, shift = bit % 64;
            const auto x = static_cast<uint64_t>(s[i]);
            if (word < N) w[word] |= x << shift;
            if (shift > 2 && word + 1 < N) w[word + 1] |= x >> (64 - shift);
        }
        return w;
    }
    static bool is_zero(const Signed& s) {
        int64_t acc = 0;
        for (int64_t x : s) acc |= x;
        return acc == 0;
    }

    static Matrix steps(int64_t& eta, uint64_t f, uint64_t g) {
        uint64_t u = 1, v = 0, q = 0, r = 1;
        int left = 62;
        for (;;) {
            const int zeros = __builtin_ctzll(g | (~uint64_t{0} << left));
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0) break;
            if (eta < 0) {
                eta = -eta;
                uint64_t old = f;
                f = g, g = 0 - old;
                old = u, u = q, q = 0 - old;
                old = v, v = r, r = 0 - old;
            }
            // As many bits of g as the steps until the next exchange allow, at most six: f is its own inverse modulo
            // 8, one Newton step makes it one modulo 64.
            const int64_t limit = eta + 1 < left ? eta + 1 : left;
            const uint64_t mask = (limit < 6 ? (uint64_t{1} << limit) : 64) - 1;
            const uint64_t w = (0 - g * f * (2 - f * f)) & mask;
            g += f * w;
            q += u * w;
            r += v * w;
        }
        return {static_cast<int64_t>(u), static_cast<int64_t>(v), static_cast<int64_t>(q), static_cast<int64_t>(r)};
    }
    static Int128 product(int64_t a, int64_t b) { return static_cast<Int128>(a) * b; }

    static void update_fg(Signed& f, Signed& g, const Matrix& t) {
        Int128 cf = product(t.u, f[0]) + product(t.v, g[0]), cg = product(t.q, f[0]) + product(t.r, g[0]);
        cf >>= 62;
        cg >>= 62;
#pragma clang loop unroll(full)
        for (size_t i = 1; i < L; i++) {
            cf += product(t.u, f[i]) + product(t.v, g[i]);
            cg += product(t.q, f[i]) + product(t.r, g[i]);
            f[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(cf) & MASK);
            g[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(cg) & MASK);
            cf >>= 62;
            cg >>= 62;
        }
        f[L - 1] = static_cast<int64_t>(cf);
        g[L - 1] = static_cast<int64_t>(cg);
    }
    /// The same modulo the modulus: a multiple of it makes the sums divisible by 2^62. Both stay in (-2 m, m).
    void update_de(Signed& d, Signed& e, const Matrix& t) const {
        const int64_t sd = d[L - 1] >> 63, se = e[L - 1] >> 63;
        int64_t md = (t.u & sd) + (t.v & se), me = (t.q & sd) + (t.r & se);
        Int128 cd = product(t.u, d[0]) + product(t.v, e[0]), ce = product(t.q, d[0]) + product(t.r, e[0]);
        md -= static_cast<int64_t>((inverse_ * static_cast<uint64_t>(cd) + static_cast<uint64_t>(md)) & MASK);
        me -= static_cast<int64_t>((inverse_ * static_cast<uint64_t>(ce) + static_cast<uint64_t>(me)) & MASK);
        cd += product(modulus_[0], md);
        ce += product(modulus_[0], me);
        cd >>= 62;
        ce >>= 62;
#pragma clang loop unroll(full)
        for (size_t i = 1; i < L; i++) {
            cd += product(t.u, d[i]) + product(t.v, e[i]) + product(modulus_[i], md);
            ce += product(t.q, d[i]) + product(t.r, e[i]) + product(modulus_[i], me);
            d[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(cd) & MASK);
            e[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(ce) & MASK);
            cd >>= 62;
            ce >>= 62;
        }
        d[L - 1] = static_cast<int64_t>(cd);
        e[L - 1] = static_cast<int64_t>(ce);
    }
    static void carry(Signed& a) {
        for (size_t i = 0; i + 1 < L; i++) {
            a[i + 1] += a[i] >> 62;
            a[i] = static_cast<int64_t>(static_cast<uint64_t>(a[i]) & MASK);
        }
    }
    static void negate(Signed& a) {
        for (int64_t& x : a) x = -x;
        carry(a);
    }
    void add_modulus(Signed& a) const {
        for (size_t i = 0; i < L; i++) a[i] += modulus_[i];
        carry(a);
    }

    Signed modulus_;
    uint64_t inverse_ = 0;
};

}  // namespace ashlar::crypto
#endif
