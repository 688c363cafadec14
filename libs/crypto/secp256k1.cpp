// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1.hpp"

#include "libs/crypto/field.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::crypto {
namespace {

/// Source of the curve's numbers: SEC 2, 2.4.1.
/// The ABI's SECP256K1_FP calls are not used: UINT256_MUL does the same.
struct BaseParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff,
                                            0xffffffffffffffff};
};
struct ScalarParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe,
                                            0xffffffffffffffff};
};
using Base = Field<BaseParameters>;
using Scalar = Field<ScalarParameters>;
using Word = limbs::Word;
using Words = Base::Words;

/// A 256-bit constant from its four 64-bit words, least significant first.
constexpr Words words_of(const std::array<uint64_t, 4>& a) {
    Words w{};
    for (size_t i = 0; i < w.size(); i++)
        w[i] = static_cast<Word>(a[i * sizeof(Word) / 8] >> (8 * (i * sizeof(Word) % 8)));
    return w;
}

constexpr Words GENERATOR_X =
    words_of({0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac});
constexpr Words GENERATOR_Y =
    words_of({0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465});
/// The curve has an endomorphism (x, y) -> (BETA x, y), which multiplies by LAMBDA; BETA^3 = 1 mod p, LAMBDA^3 = 1 mod
/// n.
constexpr Words BETA = words_of({0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710});
constexpr Words LAMBDA = words_of({0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0});
// Short basis (A1, -B1), (A2, B2 = A1) of the lattice of (a, b) with a + b LAMBDA = 0 mod n, and round(2^384 B / n).
constexpr Words B1 = words_of({0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0});
constexpr Words B2 = words_of({0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0});
constexpr Words G1 = words_of({0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd});
constexpr Words G2 = words_of({0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828});

/// The upper 256 bits of the product.
Words high_product(const Words& a, const Words& b) {
#ifdef __riscv
    // lo + hi = a b mod 2^256 - 1 and lo = a b mod 2^256, two calls; hi < 2^256 - 1.
    uint32_t y_m[16] = {}, low[8], sum[8];
    for (size_t i = 0; i < 8; i++) {
        y_m[i] = b[i];
        low[i] = sum[i] = a[i];
    }
    guest::uint256_mul(low, y_m);
    for (size_t i = 8; i < 16; i++) y_m[i] = 0xffffffff;
    guest::uint256_mul(sum, y_m);
    Words high;
    uint32_t borrow = limbs::sub(high.data(), sum, low, 8);
    if (borrow)
        for (size_t i = 0; borrow && i < 8; i++) borrow = high[i]-- == 0;
    return high;
#else
    Word full[2 * Base::N];
    limbs::mul(full, a.data(), a.size(), b.data(), b.size());
    Words high;
    for (size_t i = 0; i < high.size(); i++) high[i] = full[i + high.size()];
    return high;
#endif
}

/// round(a * b / 2^384).
Words scaled_product(const Words& a, const Words& b) {
    constexpr size_t HALF = Base::N / 2;
    const Words high = high_product(a, b);
    Words r{};
    for (size_t i = 0; i < HALF; i++) r[i] = high[i + HALF];
    Word carry = high[HALF - 1] >> (limbs::BITS<Word> - 1);
    for (size_t i = 0; carry && i < HALF; i++) carry = ++r[i] == 0;
    return r;
}

/// A scalar of absolute value below 2^128.
struct HalfScalar {
    bool negative = false;
    Words magnitude{};
};
HalfScalar signed_value(const Scalar& k) {
    HalfScalar h;
    h.magnitude = k.words();
    for (size_t i = Base::N / 2; i < Base::N; i++)
        if (h.magnitude[i]) h.negative = true;
    if (h.negative) h.magnitude = (-k).words();
    return h;
}
/// k = low + high LAMBDA mod n. Source: Gallant, Lambert, Vanstone, CRYPTO 2001. |low|, |high| < 2^127.4 for every k.
void split(const Scalar& k, HalfScalar& low, HalfScalar& high) {
    const Words w = k.words();
    const Scalar c1 = Scalar::from_words(scaled_product(w, G1)), c2 = Scalar::from_words(scaled_product(w, G2));
    const Scalar k2 = c1 * Scalar::from_words(B1) - c2 * Scalar::from_words(B2);
    high = signed_value(k2);
    low = signed_value(k - k2 * Scalar::from_words(LAMBDA));
}

#ifdef __riscv

/// x words, then y words.
struct Point {
    uint32_t w[16];
};
Point make_point(const Base& x, const Base& y) {
    Point p;
    for (size_t i = 0; i < 8; i++) {
        p.w[i] = x.data()[i];
        p.w[8 + i] = y.data()[i];
    }
    return p;
}
Point negated(const Point& p) {
    Point r = p;
    limbs::sub(r.w + 8, Base::MODULUS.data(), p.w + 8, 8);
    return r;
}
Point times_beta(const Point& p) {
    static constexpr std::array<Words, 2> BETA_AND_P = {BETA, Base::MODULUS};
    Point r = p;
    guest::uint256_mul(r.w, BETA_AND_P[0].data());
    return r;
}

/// A running sum: an affine point that the curve calls overwrite, or infinity, which they cannot express. The calls
/// fault for equal abscissas, so those are found first. No point of the curve has y = 0.
class Sum {
  public:
    void twice4() {
        if (infinity_) return;
        guest::secp256k1_double(p_.w);
        guest::secp256k1_double(p_.w);
        guest::secp256k1_double(p_.w);
        guest::secp256k1_double(p_.w);
    }
    void add(const Point& q) {
        if (infinity_) [[unlikely]] {
            p_ = q;
            infinity_ = false;
            return;
        }
        if (p_.w[0] == q.w[0] && limbs::compare(p_.w, q.w, 8) == 0) [[unlikely]] {
            if (p_.w[8] == q.w[8])
                guest::secp256k1_double(p_.w);  // y and p - y differ in parity
            else
                infinity_ = true;
            return;
        }
        guest::secp256k1_add(p_.w, q.w);
    }
    bool infinity() const { return infinity_; }
    const Point& point() const { return p_; }

  private:
    Point p_;
    bool infinity_ = true;
};
void to_be(const Point& p, uint8_t* out) {
    for (size_t half = 0; half < 2; half++)
        for (size_t i = 0; i < 32; i++)
            out[32 * half + 31 - i] = static_cast<uint8_t>(p.w[8 * half + i / 4] >> (8 * (i % 4)));
}
/// out[i] = (i + 1) p for i < n, in place. An even multiple is a doubling; the points below it differ from p.
void multiples(const Point& p, Point* out, size_t n) {
    out[0] = p;
    for (size_t i = 1; i < n; i++) {
        if (i % 2 == 1) {
            out[i] = out[i / 2];
            guest::secp256k1_double(out[i].w);
        } else {
            out[i] = out[i - 1];
            guest::secp256k1_add(out[i].w, p.w);
        }
    }
}
Point times_power_of_2(Point p, int n) {
    for (int i = 0; i < n; i++) guest::secp256k1_double(p.w);
    return p;
}

#else

struct Point {
    Base x, y;
};
Point make_point(const Base& x, const Base& y) { return {x, y}; }
Point negated(const Point& p) { return {p.x, -p.y}; }
Point times_beta(const Point& p) {
    static const Base B = Base::from_words(BETA);
    return {p.x * B, p.y};
}

/// A running sum in Jacobian coordinates; z = 0 is infinity.
class Sum {
  public:
    /// Source of both formulas: Explicit-Formulas Database, dbl-2009-l and madd-2007-bl, for a = 0.
    void twice() {
        const Base a = x_.square(), b = y_.square(), c = b.square();
        const Base d = ((x_ + b).square() - a - c).twice(), e = a.twice() + a, f = e.square();
        z_ = (y_ * z_).twice();
        x_ = f - d.twice();
        y_ = e * (d - x_) - c.twice().twice().twice();
    }
    void add(const Point& q) {
        if (z_.is_zero()) {
            x_ = q.x;
            y_ = q.y;
            z_ = Base::one();
            return;
        }
        const Base zz = z_.square(), h = q.x * zz - x_, s = (q.y * z_ * zz - y_).twice();
        if (h.is_zero()) {
            if (s.is_zero())
                twice();
            else
                z_ = Base{};
            return;
        }
        const Base hh = h.square(), i = hh.twice().twice(), j = h * i, v = x_ * i;
        z_ = (z_ + h).square() - zz - hh;
        x_ = s.square() - j - v.twice();
        y_ = s * (v - x_) - (y_ * j).twice();
    }
    void twice4() {
        for (int i = 0; i < 4; i++) twice();
    }
    bool infinity() const { return z_.is_zero(); }
    Point point() const {
        const Base inv = z_.inverse(), inv2 = inv.square();
        return {x_ * inv2, y_ * inv2 * inv};
    }
    Base x_, y_, z_;
};
void to_be(const Point& p, uint8_t* out) {
    p.x.to_be(out);
    p.y.to_be(out + 32);
}
/// Affine forms of sums that are not infinite, with one inversion for all.
void make_affine(const Sum* sums, Point* out, size_t n) {
    std::vector<Base> before(n);
    Base product = Base::one();
    for (size_t i = 0; i < n; i++) {
        before[i] = product;
        product = product * sums[i].z_;
    }
    Base inv = product.inverse();
    for (size_t i = n; i-- > 0;) {
        const Base zi = inv * before[i], zi2 = zi.square();
        inv = inv * sums[i].z_;
        out[i] = {sums[i].x_ * zi2, sums[i].y_ * zi2 * zi};
    }
}

/// out[i] = (i + 1) p for i < n. An even multiple is a doubling; the points below it differ from p.
void multiples(const Point& p, Point* out, size_t n) {
    std::vector<Sum> sums(n);
    sums[0].add(p);
    for (size_t i = 1; i < n; i++) {
        sums[i] = i % 2 == 1 ? sums[i / 2] : sums[i - 1];
        if (i % 2 == 1)
            sums[i].twice();
        else
            sums[i].add(p);
    }
    make_affine(sums.data(), out, n);
}
Point times_power_of_2(const Point& p, int n) {
    Sum s;
    s.add(p);
    for (int i = 0; i < n; i++) s.twice();
    return s.point();
}

#endif

/// Multiples 1 .. 255 of the generator and of 2^128 times it.
struct GeneratorTable {
    static constexpr size_t SIZE = 255;
    Point low[SIZE], high[SIZE];
    GeneratorTable() {
        const Point g = make_point(Base::from_words(GENERATOR_X), Base::from_words(GENERATOR_Y));
        multiples(g, low, SIZE);
        multiples(times_power_of_2(g, 128), high, SIZE);
    }
};

/// Digits -8 .. 7 in base 16 of a half scalar's magnitude: adding 8 in every place makes them nibbles.
struct Digits {
    explicit Digits(const HalfScalar& k) {
        constexpr Word EIGHTS = static_cast<Word>(0x8888888888888888);
        Word carry = 0;
        for (size_t i = 0; i < HALF; i++) biased[i] = limbs::add_carry(k.magnitude[i], EIGHTS, carry);
        top = carry;
    }
    /// Digit i plus 8.
    unsigned at(unsigned i) const {
        constexpr unsigned PER_WORD = 2 * sizeof(Word);
        return static_cast<unsigned>(biased[i / PER_WORD] >> (4 * (i % PER_WORD))) & 15;
    }
    static constexpr size_t HALF = Base::N / 2;
    bool top;
    Word biased[HALF];
};
constexpr unsigned ZERO_DIGIT = 8;

/// at[8 + d] = d times a point, for d = -8 .. 8 but 0.
struct PointTable {
    Point at[17];
    void fill(const Point& p) {
        multiples(p, at + 9, 8);
        for (unsigned d = 1; d <= 8; d++) at[8 - d] = negated(at[8 + d]);
    }
    /// The image of `t`, or of its negative, under the endomorphism.
    void fill_image(const PointTable& t, bool negative) {
        for (unsigned d = 1; d <= 8; d++) {
            at[8 + d] = times_beta(t.at[negative ? 8 - d : 8 + d]);
            at[8 - d] = at[8 + d];
            copy_y(at[8 - d], t.at[negative ? 8 + d : 8 - d]);
        }
    }
    static void copy_y(Point& to, const Point& from) {
#ifdef __riscv
        for (size_t i = 8; i < 16; i++) to.w[i] = from.w[i];
#else
        to.y = from.y;
#endif
    }
};

/// u1 G + u2 P. Both scalars are halved, u1 by position, u2 by the endomorphism, and share 128 doublings (Strauss).
Sum double_multiply(const Scalar& u1, const Scalar& u2, const Point& p) {
    static const GeneratorTable generator;
    HalfScalar low, high;
    split(u2, low, high);
    const Digits a(low), b(high);
    PointTable table, image;
    table.fill(low.negative ? negated(p) : p);
    image.fill_image(table, low.negative != high.negative);
    const Words g = u1.words();
    auto byte_of_g = [&g](unsigned i) {
        return static_cast<unsigned>(g[i / sizeof(Word)] >> (8 * (i % sizeof(Word)))) & 255;
    };
    Sum sum;
    if (a.top) sum.add(table.at[ZERO_DIGIT + 1]);
    if (b.top) sum.add(image.at[ZERO_DIGIT + 1]);
    for (unsigned i = 32; i-- > 0;) {
        sum.twice4();
        if (const unsigned d = a.at(i); d != ZERO_DIGIT) sum.add(table.at[d]);
        if (const unsigned d = b.at(i); d != ZERO_DIGIT) sum.add(image.at[d]);
        if (i % 2 == 0) {
            if (const unsigned d = byte_of_g(i / 2)) sum.add(generator.low[d - 1]);
            if (const unsigned d = byte_of_g(i / 2 + 16)) sum.add(generator.high[d - 1]);
        }
    }
    return sum;
}

/// The curve point with abscissa x and the asked parity, and 1 / r mod n; false if there is no such point.
bool lift_and_invert(const Base& x, bool odd, const Bytes32& r_bytes, const Scalar& r, Point& point,
                     Scalar& r_inverse) {
    const Base alpha = x * x * x + Base::from_u64(7);
#ifdef __riscv
    // The hook says whether alpha is a square and proves it by a root of alpha or of 3 alpha (3 is no square mod p).
    uint8_t request[68];
    uint8_t* message = request + 3;
    message[0] = odd ? 0x80 : 0;
    std::memcpy(message + 1, r_bytes.data(), 32);
    alpha.to_be(message + 33);
    guest::write(guest::HOOK_ECRECOVER, message, 65);
    // Fresh words, as HINT_READ demands: the allocator never hands memory out twice.
    auto* answer = static_cast<uint8_t*>(::operator new(68));
    if (guest::hint_len() != 1) __builtin_trap();
    guest::hint_read(answer, 1);
    if (guest::hint_len() != 32) __builtin_trap();
    guest::hint_read(answer + 4, 32);
    if (answer[0] != 1) {
        const auto root = Base::from_be(answer + 4);
        if (!root || !(*root * *root == alpha + alpha + alpha)) __builtin_trap();
        return false;
    }
    if (guest::hint_len() != 32) __builtin_trap();
    guest::hint_read(answer + 36, 32);
    r_inverse = Scalar::reduce_be(answer + 36);
    if (!(r_inverse * r == Scalar::one())) __builtin_trap();
    Point slots;  // y slot, x slot; the call faults if alpha is no square after all
    for (size_t i = 0; i < 8; i++) slots.w[8 + i] = x.data()[i];
    guest::secp256k1_decompress(slots.w, odd);
    for (size_t i = 0; i < 8; i++) {
        point.w[i] = x.data()[i];
        point.w[8 + i] = slots.w[i];
    }
    return true;
#else
    (void)r_bytes;
    auto y = alpha.sqrt();
    if (!y) return false;
    if (y->is_odd() != odd) y = -*y;
    point = {x, *y};
    r_inverse = r.inverse();
    return true;
#endif
}

}  // namespace

std::optional<FixedBytes<64>> recover_public_key(const Bytes32& digest, const Bytes32& r_bytes, const Bytes32& s_bytes,
                                                 bool y_odd) {
    const auto r = Scalar::from_be(r_bytes.data()), s = Scalar::from_be(s_bytes.data());
    if (!r || !s || r->is_zero() || s->is_zero()) return std::nullopt;
    const auto x = Base::from_be(r_bytes.data());
    Point point;
    Scalar r_inverse;
    if (!x || !lift_and_invert(*x, y_odd, r_bytes, *r, point, r_inverse)) return std::nullopt;
    const Scalar z = Scalar::reduce_be(digest.data());
    const Sum key = double_multiply(-(z * r_inverse), *s * r_inverse, point);
    if (key.infinity()) return std::nullopt;
    FixedBytes<64> out;
    to_be(key.point(), out.data());
    return out;
}

Address public_key_address(const FixedBytes<64>& key) {
    return Address::from(hash::keccak256(key.view()).view().subspan(12));
}

std::optional<Address> recover_address(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool y_odd) {
    const auto key = recover_public_key(digest, r, s, y_odd);
    if (!key) return std::nullopt;
    return public_key_address(*key);
}

bool is_low_s(const Bytes32& s) {
    // n / 2, most significant byte first.
    static constexpr uint8_t HALF[32] = {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4,
                                         0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};
    return std::memcmp(s.data(), HALF, 32) <= 0;
}

}  // namespace ashlar::crypto
