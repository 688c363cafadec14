// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1.hpp"

#include "libs/crypto/secp256k1_scalar.hpp"
#include "libs/hash/keccak256.hpp"
#ifndef __riscv
#include "libs/crypto/secp256k1_field.hpp"
#include "libs/crypto/secp256k1_lanes.hpp"
#endif

namespace ashlar::crypto {
namespace {

using namespace secp256k1;

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
    Element x, y;  ///< magnitudes 1 and at most 2
};
Element element(const Base& x) { return Element::from_words(x.words()); }
Point make_point(const Base& x, const Base& y) { return {element(x), element(y)}; }
Point negated(const Point& p) { return {p.x, p.y.weak().negated<1>()}; }
Point times_beta(const Point& p) { return {p.x * Element::from_words(BETA), p.y}; }

/// A running sum in Jacobian coordinates; z = 0 is infinity. Magnitudes: x at most 5, y at most 3, z 1.
class Sum {
  public:
    /// With l = 3 x^2 / 2, s = y^2, t = x s: x' = l^2 - 2 t, y' = l (t - x') - s^2, z' = y z. (The usual doubling for
    /// a = 0, with z halved.)
    void twice() {
        const Element s = y_.square(), l = x_.square().times<3>().half(), t = s * x_;
        z_ = y_ * z_;
        x_ = l.square() + t.times<2>().negated<2>();
        y_ = l * (t + x_.negated<4>()) + s.square().negated<1>();
    }
    /// With h = x_q z^2 - x, r = y_q z^3 - y, v = x h^2: x' = r^2 - h^3 - 2 v, y' = r (v - x') - y h^3, z' = z h.
    void add(const Point& q) {
        if (infinity_) {
            x_ = q.x;
            y_ = q.y;
            z_ = Element::one();
            infinity_ = false;
            return;
        }
        const Element zz = z_.square(), h = q.x * zz + x_.negated<5>(), r = q.y * (zz * z_) + y_.negated<3>();
        if (h.is_zero()) [[unlikely]] {
            if (r.is_zero())
                twice();
            else
                infinity_ = true;
            return;
        }
        const Element hh = h.square(), hhh = h * hh, v = x_ * hh;
        z_ = z_ * h;
        x_ = r.square() + (hhh + v.times<2>()).negated<3>();
        y_ = r * (v + x_.negated<5>()) + (y_ * hhh).negated<1>();
    }
    void twice4() {
        for (int i = 0; i < 4; i++) twice();
    }
    bool infinity() const { return infinity_; }
    Point point() const {
        const Element inv = z_.inverse(), inv2 = inv.square();
        return {x_ * inv2, y_ * (inv2 * inv)};
    }
    Element x_, y_, z_;

  private:
    bool infinity_ = true;
};
void to_be(const Point& p, uint8_t* out) {
    for (const Element* e : {&p.x, &p.y}) {
        const auto w = e->words();
        for (size_t i = 0; i < 4; i++, out += 8) store_be64(out, w[3 - i]);
    }
}
/// Affine forms of sums that are not infinite, with one inversion for all.
void make_affine(const Sum* sums, Point* out, size_t n) {
    std::vector<Element> before(n);
    Element product = Element::one();
    for (size_t i = 0; i < n; i++) {
        before[i] = product;
        product = product * sums[i].z_;
    }
    Element inv = product.inverse();
    for (size_t i = n; i-- > 0;) {
        const Element zi = inv * before[i], zi2 = zi.square();
        inv = inv * sums[i].z_;
        out[i] = {sums[i].x_ * zi2, sums[i].y_ * (zi2 * zi)};
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

const GeneratorTable& generator_table() {
    static const GeneratorTable table;
    return table;
}

/// u1 G + u2 P. Both scalars are halved, u1 by position, u2 by the endomorphism, and share 128 doublings (Strauss).
Sum double_multiply(const Scalar& u1, const Scalar& u2, const Point& p) {
    const GeneratorTable& generator = generator_table();
    HalfScalar low, high;
    split<Lattice>(u2, low, high);
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

/// r, or r + n where the signer's abscissa lay beyond the order; nullopt if that is not below p.
std::optional<Base> abscissa(const Scalar& r, bool beyond_order) {
    Words x = r.words();
    if (beyond_order && limbs::add(x.data(), x.data(), Scalar::MODULUS.data(), x.size())) return std::nullopt;
    if (limbs::compare(x.data(), Base::MODULUS.data(), x.size()) >= 0) return std::nullopt;
    return Base::from_words(x);
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
    auto* answer = static_cast<uint8_t*>(guest::fresh_memory(68));
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
    const Element a = element(alpha);
    Element y = square_root_power(a);
    if (!(y.square() + a.negated<1>()).is_zero()) return false;
    if (y.is_odd() != odd) y = y.negated<1>();
    point = {element(x), y};
    r_inverse = r.inverse();
    return true;
#endif
}

}  // namespace

#ifndef __riscv
const GeneratorLimbs& secp256k1::generator_limbs() {
    static const GeneratorLimbs limbs = [] {
        GeneratorLimbs out{};
        for (size_t i = 0; i < GeneratorTable::SIZE; i++)
            for (size_t half = 0; half < 2; half++) {
                const Point& p = half ? generator_table().high[i] : generator_table().low[i];
                const auto x = p.x.limbs(), y = p.y.limbs();
                for (size_t k = 0; k < 5; k++) {
                    out[half][i + 1][k] = x[k];
                    out[half][i + 1][5 + k] = y[k];
                }
            }
        return out;
    }();
    return limbs;
}
#endif

std::optional<FixedBytes<64>> recover_public_key(const Bytes32& digest, const Bytes32& r_bytes, const Bytes32& s_bytes,
                                                 bool y_odd, bool beyond_order) {
    const auto r = Scalar::from_be(r_bytes.data()), s = Scalar::from_be(s_bytes.data());
    if (!r || !s || r->is_zero() || s->is_zero()) return std::nullopt;
    const auto x = abscissa(*r, beyond_order);
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

bool secp256k1_verify(const Bytes32& digest, const Bytes32& r_bytes, const Bytes32& s_bytes,
                      const FixedBytes<64>& key) {
    const auto r = Scalar::from_be(r_bytes.data()), s = Scalar::from_be(s_bytes.data());
    const auto x = Base::from_be(key.data()), y = Base::from_be(key.data() + 32);
    if (!r || !s || r->is_zero() || s->is_zero() || !x || !y) return false;
    if (!(*y * *y == *x * *x * *x + Base::from_u64(7))) return false;
    const Scalar w = s->inverse();
    const Sum sum = double_multiply(Scalar::reduce_be(digest.data()) * w, *r * w, make_point(*x, *y));
    if (sum.infinity()) return false;
    uint8_t point[64];
    to_be(sum.point(), point);
    return Scalar::reduce_be(point) == *r;
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
