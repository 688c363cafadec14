// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1_lanes.hpp"

#include "libs/crypto/secp256k1_field.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

namespace ashlar::crypto::secp256k1 {
namespace {

/// Inverses of eight elements with one inversion: prefix products. Plain code; zero gives zero.
void invert_each(const uint64_t limbs[5][LANES], uint64_t out[5][LANES]) {
    Element value[LANES], before[LANES], product = Element::one();
    for (unsigned i = 0; i < LANES; i++) {
        uint64_t l[5];
        for (unsigned k = 0; k < 5; k++) l[k] = limbs[k][i];
        value[i] = Element::from_limbs(l);
        before[i] = product;
        if (!value[i].is_zero()) product = product * value[i];
    }
    Element inverse = product.inverse();
    for (unsigned i = LANES; i-- > 0;) {
        const bool zero = value[i].is_zero();
        const auto l = (zero ? Element{} : inverse * before[i]).limbs();
        for (unsigned k = 0; k < 5; k++) out[k][i] = l[k];
        if (!zero) inverse = inverse * value[i];
    }
}

constexpr uint64_t BETA52[5] = {0x96c28719501ee, 0x7512f58995c13, 0xc3434e99cf049, 0x7106e64479ea, 0x7ae96a2b657c};

// Everything below is compiled for AVX-512 with IFMA, function by function, and calls inline code of nobody else.
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512ifma"))), apply_to = function)

#define ASHLAR_FORCE [[gnu::always_inline]] static inline

/// Eight elements, limb by limb. "Carried": limbs below 2^52, the top one at most 2^48, which products need and give.
struct V {
    __m512i n[5];
};

ASHLAR_FORCE __m512i all(uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
ASHLAR_FORCE __m512i low_product(__m512i acc, __m512i a, __m512i b) { return _mm512_madd52lo_epu64(acc, a, b); }
ASHLAR_FORCE __m512i high_product(__m512i acc, __m512i a, __m512i b) { return _mm512_madd52hi_epu64(acc, a, b); }

/// From limbs below 2^63 / 2, whose value may go beyond 2^256.
ASHLAR_FORCE V carry(V a) {
    const __m512i mask = all(MASK52);
    a.n[0] = low_product(a.n[0], _mm512_srli_epi64(a.n[4], 48), all(FOLD));
    a.n[4] = _mm512_and_si512(a.n[4], all(MASK48));
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        a.n[i + 1] = _mm512_add_epi64(a.n[i + 1], _mm512_srli_epi64(a.n[i], 52));
        a.n[i] = _mm512_and_si512(a.n[i], mask);
    }
    return a;
}
/// A product from its ten columns (z[k] counts 2^(52 k)), each below 2^57.
ASHLAR_FORCE V fold(__m512i* z) {
    const __m512i mask = all(MASK52), r = all(FOLD << 4), f = all(FOLD);
#pragma clang loop unroll(full)
    for (int k = 5; k < 9; k++) {
        z[k + 1] = _mm512_add_epi64(z[k + 1], _mm512_srli_epi64(z[k], 52));
        z[k] = _mm512_and_si512(z[k], mask);
    }
    __m512i beyond = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int k = 5; k < 10; k++) {
        z[k - 5] = low_product(z[k - 5], z[k], r);
        if (k < 9)
            z[k - 4] = high_product(z[k - 4], z[k], r);
        else
            beyond = high_product(beyond, z[k], r);
    }
    // What counts 2^256: below 2^42.
    const __m512i top = _mm512_add_epi64(_mm512_slli_epi64(beyond, 4), _mm512_srli_epi64(z[4], 48));
    z[4] = _mm512_and_si512(z[4], all(MASK48));
    z[0] = low_product(z[0], top, f);
    z[1] = high_product(z[1], top, f);
    V v;
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        z[i + 1] = _mm512_add_epi64(z[i + 1], _mm512_srli_epi64(z[i], 52));
        v.n[i] = _mm512_and_si512(z[i], mask);
    }
    v.n[4] = z[4];
    return v;
}
V multiply(const V& a, const V& b) {
    __m512i z[10], h[10];
#pragma clang loop unroll(full)
    for (int k = 0; k < 10; k++) z[k] = h[k] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < 5; j++) {
            z[i + j] = low_product(z[i + j], a.n[i], b.n[j]);
            h[i + j + 1] = high_product(h[i + j + 1], a.n[i], b.n[j]);
        }
#pragma clang loop unroll(full)
    for (int k = 1; k < 10; k++) z[k] = _mm512_add_epi64(z[k], h[k]);
    return fold(z);
}
V square(const V& a) {
    __m512i z[10], h[10];
#pragma clang loop unroll(full)
    for (int k = 0; k < 10; k++) z[k] = h[k] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++)
#pragma clang loop unroll(full)
        for (int j = i + 1; j < 5; j++) {
            z[i + j] = low_product(z[i + j], a.n[i], a.n[j]);
            h[i + j + 1] = high_product(h[i + j + 1], a.n[i], a.n[j]);
        }
#pragma clang loop unroll(full)
    for (int k = 1; k < 10; k++) {
        z[k] = _mm512_add_epi64(z[k], h[k]);
        z[k] = _mm512_add_epi64(z[k], z[k]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
        z[2 * i] = low_product(z[2 * i], a.n[i], a.n[i]);
        z[2 * i + 1] = high_product(z[2 * i + 1], a.n[i], a.n[i]);
    }
    return fold(z);
}
V square_times(V a, int n) {
    for (int i = 0; i < n; i++) a = square(a);
    return a;
}
ASHLAR_FORCE V add(V a, const V& b) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) a.n[i] = _mm512_add_epi64(a.n[i], b.n[i]);
    return a;
}
/// a - b for a carried b, not carried itself.
ASHLAR_FORCE V subtract(V a, const V& b) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) a.n[i] = _mm512_add_epi64(a.n[i], _mm512_sub_epi64(all(4 * P52[i]), b.n[i]));
    return a;
}
/// a where the bit is clear, b where it is set.
ASHLAR_FORCE V select(__mmask8 mask, V a, const V& b) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) a.n[i] = _mm512_mask_blend_epi64(mask, a.n[i], b.n[i]);
    return a;
}
/// Lanes of a carried a that are multiples of p.
ASHLAR_FORCE __mmask8 zeros(const V& a) {
    __m512i zero = a.n[0], modulus = _mm512_xor_si512(a.n[0], all(P52[0]));
#pragma clang loop unroll(full)
    for (int i = 1; i < 5; i++) {
        zero = _mm512_or_si512(zero, a.n[i]);
        modulus = _mm512_or_si512(modulus, _mm512_xor_si512(a.n[i], all(P52[i])));
    }
    return static_cast<__mmask8>(_mm512_testn_epi64_mask(zero, zero) | _mm512_testn_epi64_mask(modulus, modulus));
}
/// Lanes whose value below p is odd.
ASHLAR_FORCE __mmask8 odd(const V& a) {
    // p or more exactly if adding FOLD reaches 2^256; then the value less p has the other parity.
    V t = a;
    t.n[0] = _mm512_add_epi64(t.n[0], all(FOLD));
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) t.n[i + 1] = _mm512_add_epi64(t.n[i + 1], _mm512_srli_epi64(t.n[i], 52));
    const __m512i beyond = _mm512_srli_epi64(t.n[4], 48);
    return _mm512_test_epi64_mask(_mm512_xor_si512(a.n[0], beyond), all(1));
}
ASHLAR_FORCE V constant(const uint64_t* limbs) {
    V v;
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) v.n[i] = all(limbs[i]);
    return v;
}
ASHLAR_FORCE V load(const uint64_t (*p)[LANES]) {
    V v;
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) v.n[i] = _mm512_loadu_si512(p[i]);
    return v;
}
ASHLAR_FORCE void store(uint64_t (*p)[LANES], const V& v) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) _mm512_storeu_si512(p[i], v.n[i]);
}
/// The addition chain of square_root_power.
V square_root_power(const V& x) {
    const V x2 = multiply(square(x), x), x3 = multiply(square(x2), x);
    const V x6 = multiply(square_times(x3, 3), x3), x9 = multiply(square_times(x6, 3), x3);
    const V x11 = multiply(square_times(x9, 2), x2), x22 = multiply(square_times(x11, 11), x11);
    const V x44 = multiply(square_times(x22, 22), x22), x88 = multiply(square_times(x44, 44), x44);
    const V x176 = multiply(square_times(x88, 88), x88), x220 = multiply(square_times(x176, 44), x44);
    const V x223 = multiply(square_times(x220, 3), x3);
    return square_times(multiply(square_times(multiply(square_times(x223, 23), x22), 6), x2), 2);
}
V inverse(const V& a) {
    uint64_t in[5][LANES], out[5][LANES];
    store(in, a);
    invert_each(in, out);
    return load(out);
}

/// Jacobian coordinates, carried.
struct Points {
    V x, y, z;
};
/// The formulas of `Sum` in secp256k1.cpp. No point of the curve has y = 0; infinity (z = 0) stays infinity.
void twice(Points& p) {
    const V s = square(p.y), xx = square(p.x);
    V l = add(add(xx, xx), xx);
    const __mmask8 is_odd = _mm512_test_epi64_mask(l.n[0], all(1));
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) l.n[i] = _mm512_mask_add_epi64(l.n[i], is_odd, l.n[i], all(P52[i]));
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++)
        l.n[i] =
            _mm512_add_epi64(_mm512_srli_epi64(l.n[i], 1), _mm512_slli_epi64(_mm512_and_si512(l.n[i + 1], all(1)), 51));
    l.n[4] = _mm512_srli_epi64(l.n[4], 1);
    l = carry(l);
    const V t = multiply(s, p.x);
    p.z = multiply(p.y, p.z);
    p.x = carry(subtract(subtract(square(l), t), t));
    p.y = carry(subtract(multiply(l, carry(subtract(t, p.x))), square(s)));
}
/// Adds affine points in the lanes of `active`. `infinite` are the lanes without a sum so far.
void add_points(Points& p, const V& x, const V& y, __mmask8 active, __mmask8& infinite, __mmask8& exceptional) {
    const V zz = square(p.z), u = multiply(x, zz), s = multiply(y, multiply(zz, p.z));
    const V h = carry(subtract(u, p.x)), r = carry(subtract(s, p.y));
    exceptional = static_cast<__mmask8>(exceptional | (zeros(h) & active & ~infinite));
    const V hh = square(h), hhh = multiply(h, hh), v = multiply(p.x, hh);
    Points sum;
    sum.z = multiply(p.z, h);
    sum.x = carry(subtract(subtract(subtract(square(r), hhh), v), v));
    sum.y = carry(subtract(multiply(r, carry(subtract(v, sum.x))), multiply(p.y, hhh)));
    const auto keep = static_cast<__mmask8>(active & ~infinite), first = static_cast<__mmask8>(active & infinite);
    const uint64_t one[5] = {1, 0, 0, 0, 0};
    p.x = select(first, select(keep, p.x, sum.x), x);
    p.y = select(first, select(keep, p.y, sum.y), y);
    p.z = select(first, select(keep, p.z, sum.z), constant(one));
    infinite = static_cast<__mmask8>(infinite & ~active);
}

/// Limbs of the eight multiples of each lane's point.
struct alignas(64) PointTable {
    uint64_t x[8][5][LANES], image_x[8][5][LANES], y[2][8][5][LANES];  ///< y[1]: of the negatives
};
void fill(PointTable& table, const V& x, const V& y) {
    Points multiple[8];
    const uint64_t one[5] = {1, 0, 0, 0, 0};
    multiple[0] = {x, y, constant(one)};
    __mmask8 infinite = 0, exceptional = 0;
    for (int i = 1; i < 8; i++) {
        if (i % 2 == 1) {
            multiple[i] = multiple[i / 2];
            twice(multiple[i]);
        } else {
            multiple[i] = multiple[i - 1];
            add_points(multiple[i], x, y, 0xff, infinite, exceptional);  // never exceptional: the order is prime
        }
    }
    // One inversion for all: prefix products.
    V before[8], product = multiple[0].z;
    for (int i = 1; i < 8; i++) {
        before[i] = product;
        product = multiply(product, multiple[i].z);
    }
    V inv = inverse(product);
    const V beta = constant(BETA52);
    const uint64_t zero[5] = {};
    for (int i = 7; i >= 0; i--) {
        V ax = x, ay = y;
        if (i > 0) {
            const V zi = multiply(inv, before[i]), zi2 = square(zi);
            inv = multiply(inv, multiple[i].z);
            ax = multiply(multiple[i].x, zi2);
            ay = multiply(multiple[i].y, multiply(zi, zi2));
        }
        store(table.x[i], ax);
        store(table.image_x[i], multiply(ax, beta));
        store(table.y[0][i], ay);
        store(table.y[1][i], carry(subtract(constant(zero), ay)));
    }
}
/// The entries that signed digits name. `x` is one of the table's.
ASHLAR_FORCE void look_up(const uint64_t (*x)[5][LANES], const PointTable& table, __m512i digits, V& px, V& py) {
    const __m512i magnitude = _mm512_abs_epi64(digits);
    const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    // Digit zero reads entry 0; its lane is not active.
    const __m512i entry = _mm512_sub_epi64(_mm512_max_epi64(magnitude, all(1)), all(1));
    const __m512i at = _mm512_add_epi64(_mm512_mullo_epi64(entry, all(5 * LANES)), lane);
    const __mmask8 negative = _mm512_movepi64_mask(digits);
    const __m512i at_y = _mm512_mask_add_epi64(at, negative, at, all(8 * 5 * LANES));
#pragma clang loop unroll(full)
    for (int i = 0; i < 5; i++) {
        const __m512i offset = all(static_cast<uint64_t>(i) * LANES);
        px.n[i] = _mm512_i64gather_epi64(_mm512_add_epi64(at, offset), x, 8);
        py.n[i] = _mm512_i64gather_epi64(_mm512_add_epi64(at_y, offset), table.y, 8);
    }
}
ASHLAR_FORCE __m512i signed_digits(const int8_t* d) {
    long long bytes;
    __builtin_memcpy(&bytes, d, 8);
    return _mm512_cvtepi8_epi64(_mm_set_epi64x(0, bytes));
}

void recover(LaneBatch& batch, const GeneratorLimbs& generator) {
    const V x = load(batch.x);
    const uint64_t seven[5] = {7, 0, 0, 0, 0}, zero[5] = {};
    const V alpha = carry(add(multiply(square(x), x), constant(seven)));
    V y = square_root_power(alpha);
    batch.valid = zeros(carry(subtract(square(y), alpha)));
    y = select(static_cast<__mmask8>(odd(y) ^ batch.odd), y, carry(subtract(constant(zero), y)));

    PointTable table;
    fill(table, x, y);
    Points sum = {constant(zero), constant(zero), constant(zero)};
    __mmask8 infinite = 0xff, exceptional = 0;
    for (unsigned i = WINDOWS; i-- > 0;) {
        if (i + 1 < WINDOWS)
            for (int k = 0; k < 4; k++) twice(sum);
        V px, py;
        const __m512i low = signed_digits(batch.low[i]), high = signed_digits(batch.high[i]);
        if (const __mmask8 active = _mm512_test_epi64_mask(low, low)) {
            look_up(table.x, table, low, px, py);
            add_points(sum, px, py, active, infinite, exceptional);
        }
        if (const __mmask8 active = _mm512_test_epi64_mask(high, high)) {
            look_up(table.image_x, table, high, px, py);
            add_points(sum, px, py, active, infinite, exceptional);
        }
        if (i % 2 == 0 && i / 2 < 16) {
            for (unsigned half = 0; half < 2; half++) {
                long long bytes;
                __builtin_memcpy(&bytes, batch.generator[i / 2 + 16 * half], 8);
                const __m512i digit = _mm512_cvtepu8_epi64(_mm_set_epi64x(0, bytes));
                const __mmask8 active = _mm512_test_epi64_mask(digit, digit);
                if (!active) continue;
                const __m512i at = _mm512_mullo_epi64(digit, all(10));
#pragma clang loop unroll(full)
                for (int k = 0; k < 5; k++) {
                    const __m512i offset = all(static_cast<uint64_t>(k));
                    px.n[k] = _mm512_i64gather_epi64(_mm512_add_epi64(at, offset), &generator[half], 8);
                    py.n[k] = _mm512_i64gather_epi64(_mm512_add_epi64(at, _mm512_add_epi64(offset, all(5))),
                                                     &generator[half], 8);
                }
                add_points(sum, px, py, active, infinite, exceptional);
            }
        }
    }
    const V inv = inverse(sum.z), inv2 = square(inv);
    store(batch.key_x, multiply(sum.x, inv2));
    store(batch.key_y, multiply(sum.y, multiply(inv, inv2)));
    batch.valid = static_cast<uint8_t>(batch.valid & ~infinite);
    batch.exceptional = exceptional;
}

#undef ASHLAR_FORCE
#pragma clang attribute pop

}  // namespace

bool lanes_supported() {
    static const bool supported =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512ifma");
    return supported;
}
void recover_lanes(LaneBatch& batch, const GeneratorLimbs& generator) { recover(batch, generator); }

}  // namespace ashlar::crypto::secp256k1

#else

namespace ashlar::crypto::secp256k1 {
bool lanes_supported() { return false; }
void recover_lanes(LaneBatch&, const GeneratorLimbs&) { __builtin_trap(); }
}  // namespace ashlar::crypto::secp256k1

#endif
