// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/precompiles.hpp"
#include "libs/rv32/prime_fields.hpp"

namespace ashlar::rv32 {
namespace {

/// (m + 1) / 4, the exponent of a square root for m = 3 mod 4.
template <size_t N>
constexpr Limbs<N> square_root_exponent(Limbs<N> m) {
    const uint64_t carry = bigint::add_to(m, bigint::from_u64<N>(1));
    bigint::shift_right_1(m, carry);
    bigint::shift_right_1(m);
    return m;
}

/// a^((m + 1) / 4): a root of a, if a is a square.
template <const auto& FIELD, size_t N>
Limbs<N> root_candidate(const Limbs<N>& a) {
    static_assert(FIELD.modulus()[0] % 4 == 3);
    constexpr auto EXPONENT = square_root_exponent(FIELD.modulus());
    return FIELD.pow(a, EXPONENT);
}

/// A short Weierstrass curve y^2 = x^3 + a x + b.
template <const auto& BASE_FIELD>
struct Curve {
    static constexpr const auto& FIELD = BASE_FIELD;
    static constexpr size_t N = sizeof(FIELD.modulus()) / 8;
    using Element = Limbs<N>;
};
struct Secp256k1 : Curve<SECP256K1_FIELD> {
    static constexpr Element A{};
    static constexpr Element B = FIELD.small(7);
};
struct Secp256r1 : Curve<SECP256R1_FIELD> {
    static constexpr Element A = FIELD.negate(FIELD.small(3));
    static constexpr Element B =
        FIELD.encode(bigint::from_hex<4>("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"));
};
struct Bn254 : Curve<BN254_FIELD> {
    static constexpr Element A{};
};
struct Bls12381 : Curve<BLS12381_FIELD> {
    static constexpr Element A{};
    static constexpr Element B = FIELD.small(4);
};

template <class C>
struct Point {
    typename C::Element x, y;
};

/// Reads a point; false if a coordinate is not reduced.
template <class C>
bool read_point(const uint32_t* words, Point<C>& p) {
    const auto x = bigint::from_words<C::N>(words), y = bigint::from_words<C::N>(words + 2 * C::N);
    if (!C::FIELD.is_reduced(x) || !C::FIELD.is_reduced(y)) return false;
    p = {C::FIELD.encode(x), C::FIELD.encode(y)};
    return true;
}

/// Writes the third point of the line with the given slope through p and a point with abscissa x2, mirrored.
template <class C>
void write_sum(const Point<C>& p, const typename C::Element& x2, const typename C::Element& slope, uint32_t* words) {
    constexpr const auto& f = C::FIELD;
    const auto x3 = f.sub(f.sub(f.square(slope), p.x), x2);
    const auto y3 = f.sub(f.mul(slope, f.sub(p.x, x3)), p.y);
    bigint::to_words<C::N>(f.decode(x3), words);
    bigint::to_words<C::N>(f.decode(y3), words + 2 * C::N);
}

template <class C>
const char* add_points(const CallOperands& o) {
    constexpr const auto& f = C::FIELD;
    Point<C> p, q;
    if (!read_point<C>(o.out, p) || !read_point<C>(o.in, q))
        return "curve addition: a coordinate is not below the modulus";
    const auto dx = f.sub(q.x, p.x);
    if (bigint::is_zero(dx)) return "curve addition: both points have the same x";
    write_sum<C>(p, q.x, f.mul(f.sub(q.y, p.y), f.inverse(dx)), o.out);
    return nullptr;
}

template <class C>
const char* double_point(const CallOperands& o) {
    constexpr const auto& f = C::FIELD;
    Point<C> p;
    if (!read_point<C>(o.out, p)) return "curve doubling: a coordinate is not below the modulus";
    if (bigint::is_zero(p.y)) return "curve doubling: y is 0";
    const auto xx = f.square(p.x);
    const auto numerator = f.add(f.add(f.add(xx, xx), xx), C::A);
    write_sum<C>(p, p.x, f.mul(numerator, f.inverse(f.add(p.y, p.y))), o.out);
    return nullptr;
}

/// BY_ORDER: a1 = 1 takes the larger root; otherwise a1 is the parity of the root.
template <class C, bool BY_ORDER>
const char* decompress(const CallOperands& o) {
    constexpr const auto& f = C::FIELD;
    if (o.a1 > 1) return "point decompression: the sign is neither 0 nor 1";
    const auto plain_x = bigint::from_words<C::N>(o.in);
    if (!f.is_reduced(plain_x)) return "point decompression: x is not below the modulus";
    const auto x = f.encode(plain_x);
    const auto yy = f.add(f.mul(f.add(f.square(x), C::A), x), C::B);
    const auto y = root_candidate<C::FIELD, C::N>(yy);
    if (f.square(y) != yy) return "point decompression: no point has this x";
    const auto root = f.decode(y), other = f.decode(f.negate(y));
    const bool root_is_one = BY_ORDER ? bigint::less(other, root) : (root[0] & 1) != 0;
    // y = 0 is its own negative: only sign 0 names it.
    if (bigint::is_zero(root) && o.a1 == 1) return "point decompression: y is 0 and the sign 1";
    bigint::to_words<C::N>(root_is_one == (o.a1 == 1) ? root : other, o.out);
    return nullptr;
}

// --- ed25519: -x^2 + y^2 = 1 + d x^2 y^2 ---

constexpr const auto& ED = ED25519_FIELD;
constexpr Limbs<4> ED_D =
    ED.encode(bigint::from_hex<4>("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"));
constexpr Limbs<4> half_exponent(Limbs<4> m, uint64_t subtract, int shifts) {
    bigint::sub_from(m, bigint::from_u64<4>(subtract));
    for (int i = 0; i < shifts; i++) bigint::shift_right_1(m);
    return m;
}
constexpr Limbs<4> ED_ROOT_EXPONENT = half_exponent(ED.modulus(), 5, 3);                        // (p - 5) / 8
constexpr Limbs<4> ED_MINUS_ONE_ROOT = ED.pow(ED.small(2), half_exponent(ED.modulus(), 1, 2));  // 2^((p - 1) / 4)

/// x of the given parity with (x, y) on the curve, plain; null in `reason` on success.
const char* ed_x(const Limbs<4>& plain_y, uint32_t parity, Limbs<4>& x) {
    const auto y = ED.encode(plain_y);
    if (bigint::is_zero(y)) return "ed25519 decompression: y is 0";
    const auto yy = ED.square(y);
    const auto u = ED.sub(yy, ED.one());
    const auto v = ED.add(ED.mul(ED_D, yy), ED.one());
    // RFC 8032, 5.1.3: candidate u v^3 (u v^7)^((p - 5) / 8), times sqrt(-1) if its square times v is -u.
    const auto v3 = ED.mul(ED.square(v), v);
    auto root = ED.mul(ED.mul(u, v3), ED.pow(ED.mul(u, ED.mul(ED.square(v3), v)), ED_ROOT_EXPONENT));
    const auto check = ED.mul(ED.square(root), v);
    if (check == ED.negate(u) && check != u) root = ED.mul(root, ED_MINUS_ONE_ROOT);
    if (ED.mul(ED.square(root), v) != u) return "ed25519 decompression: no point has this y";
    x = ED.decode(root);
    if (bigint::is_zero(x) && parity == 1) return "ed25519 decompression: x is 0 and the sign 1";
    if ((x[0] & 1) != parity) x = ED.decode(ED.negate(root));
    return nullptr;
}

Limbs<4> without_top_bit(Limbs<4> a) {
    a[3] &= UINT64_MAX >> 1;
    return a;
}

template <size_t N>
Limbs<N> from_big_endian(BytesView b) {
    Limbs<N> r{};
    for (size_t i = 0; i < N; i++) r[N - 1 - i] = load_be64(b.data() + 8 * i);
    return r;
}

Bytes to_big_endian(const Limbs<4>& a) {
    Bytes r(32);
    for (size_t i = 0; i < 4; i++) store_be64(r.data() + 8 * i, a[3 - i]);
    return r;
}

}  // namespace

namespace precompile {

const char* secp256k1_add(const CallOperands& o) { return add_points<Secp256k1>(o); }
const char* secp256k1_double(const CallOperands& o) { return double_point<Secp256k1>(o); }
const char* secp256k1_decompress(const CallOperands& o) { return decompress<Secp256k1, false>(o); }
const char* secp256r1_add(const CallOperands& o) { return add_points<Secp256r1>(o); }
const char* secp256r1_double(const CallOperands& o) { return double_point<Secp256r1>(o); }
const char* secp256r1_decompress(const CallOperands& o) { return decompress<Secp256r1, false>(o); }
const char* bn254_add(const CallOperands& o) { return add_points<Bn254>(o); }
const char* bn254_double(const CallOperands& o) { return double_point<Bn254>(o); }
const char* bls12381_add(const CallOperands& o) { return add_points<Bls12381>(o); }
const char* bls12381_double(const CallOperands& o) { return double_point<Bls12381>(o); }
const char* bls12381_decompress(const CallOperands& o) { return decompress<Bls12381, true>(o); }

const char* ed_add(const CallOperands& o) {
    const auto x1 = ED.encode(bigint::from_words<4>(o.out)), y1 = ED.encode(bigint::from_words<4>(o.out + 8));
    const auto x2 = ED.encode(bigint::from_words<4>(o.in)), y2 = ED.encode(bigint::from_words<4>(o.in + 8));
    const auto dxy = ED.mul(ED_D, ED.mul(ED.mul(x1, x2), ED.mul(y1, y2)));
    const auto plus = ED.add(ED.one(), dxy), minus = ED.sub(ED.one(), dxy);
    const auto both = ED.mul(plus, minus);
    if (bigint::is_zero(both)) return "ed25519 addition: a denominator is 0";
    const auto inverse = ED.inverse(both);
    const auto x3 = ED.mul(ED.add(ED.mul(x1, y2), ED.mul(y1, x2)), ED.mul(inverse, minus));
    const auto y3 = ED.mul(ED.add(ED.mul(y1, y2), ED.mul(x1, x2)), ED.mul(inverse, plus));
    bigint::to_words<4>(ED.decode(x3), o.out);
    bigint::to_words<4>(ED.decode(y3), o.out + 8);
    return nullptr;
}

const char* ed_decompress(const CallOperands& o) {
    if (o.a1 > 1) return "ed25519 decompression: the sign is neither 0 nor 1";
    Limbs<4> x;
    if (const char* reason = ed_x(without_top_bit(bigint::from_words<4>(o.in)), o.a1, x)) return reason;
    bigint::to_words<4>(x, o.out);
    return nullptr;
}

}  // namespace precompile

std::optional<std::vector<Bytes>> hook_ecrecover(BytesView input) {
    constexpr const auto& f = SECP256K1_FIELD;
    if (input.size() != 65) return std::vector<Bytes>{{0}};
    const auto r = from_big_endian<4>(input.subspan(1, 32)), alpha = from_big_endian<4>(input.subspan(33, 32));
    if (bigint::is_zero(r) || bigint::is_zero(alpha)) return std::vector<Bytes>{{0}};
    if (!f.is_reduced(r) || !f.is_reduced(alpha)) return std::nullopt;
    const auto a = f.encode(alpha);
    auto y = root_candidate<SECP256K1_FIELD, 4>(a);
    if (f.square(y) != a) {
        const auto root = root_candidate<SECP256K1_FIELD, 4>(f.mul(a, f.small(3)));
        return std::vector<Bytes>{{0}, to_big_endian(f.decode(root))};
    }
    if (!SECP256K1_SCALARS.is_reduced(r)) return std::nullopt;
    const bool want_odd = (input[0] & 0x80) != 0;
    if (((f.decode(y)[0] & 1) != 0) != want_odd) y = f.negate(y);
    const auto inverse = SECP256K1_SCALARS.inverse(SECP256K1_SCALARS.encode(r));
    return std::vector<Bytes>{{1}, to_big_endian(f.decode(y)), to_big_endian(SECP256K1_SCALARS.decode(inverse))};
}

std::vector<Bytes> hook_ed25519(BytesView input) {
    if (input.size() != 32) return {{0}};
    Limbs<4> y, x;
    for (size_t i = 0; i < 4; i++) y[i] = load_le64(input.data() + 8 * i);
    const auto sign = static_cast<uint32_t>(y[3] >> 63);
    return {{static_cast<uint8_t>(ed_x(without_top_bit(y), sign, x) == nullptr)}};
}

}  // namespace ashlar::rv32
