// SPDX-License-Identifier: Apache-2.0
// Precompiles of ABI.md 5 against OpenSSL's big numbers and hashes, and against published vectors.
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <catch2/catch.hpp>
#include <memory>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/rv32/call_table.hpp"

using namespace ashlar;
using namespace ashlar::rv32;

namespace {

using Words = std::vector<uint32_t>;

/// A non-negative integer with operators, on OpenSSL.
class Number {
  public:
    Number(uint64_t v = 0) : n_(BN_new()) { BN_set_word(n_, v); }
    Number(const Number& o) : n_(BN_dup(o.n_)) {}
    Number& operator=(const Number& o) {
        BN_copy(n_, o.n_);
        return *this;
    }
    ~Number() { BN_free(n_); }
    static Number hex(const char* text) {
        Number r;
        BN_hex2bn(&r.n_, text);
        return r;
    }
    static Number from_words(const uint32_t* w, size_t count) {
        Number r;
        BN_lebin2bn(reinterpret_cast<const unsigned char*>(w), static_cast<int>(4 * count), r.n_);
        return r;
    }
    Words words(size_t count) const {
        Words w(count);
        REQUIRE(BN_bn2lebinpad(n_, reinterpret_cast<unsigned char*>(w.data()), static_cast<int>(4 * count)) > 0);
        return w;
    }
    bool is_odd() const { return BN_is_odd(n_); }
    friend bool operator==(const Number& a, const Number& b) { return BN_cmp(a.n_, b.n_) == 0; }
    friend bool operator<(const Number& a, const Number& b) { return BN_cmp(a.n_, b.n_) < 0; }

    Number add(const Number& b, const Number& m) const {
        return make([&](BIGNUM* r, BN_CTX* c) { BN_mod_add(r, n_, b.n_, m.n_, c); });
    }
    Number sub(const Number& b, const Number& m) const {
        return make([&](BIGNUM* r, BN_CTX* c) { BN_mod_sub(r, n_, b.n_, m.n_, c); });
    }
    Number mul(const Number& b, const Number& m) const {
        return make([&](BIGNUM* r, BN_CTX* c) { BN_mod_mul(r, n_, b.n_, m.n_, c); });
    }
    Number inverse(const Number& m) const {
        return make([&](BIGNUM* r, BN_CTX* c) { REQUIRE(BN_mod_inverse(r, n_, m.n_, c)); });
    }
    /// A square root mod m, or zero words if there is none.
    std::optional<Number> root(const Number& m) const {
        bool found = true;
        const Number r = make([&](BIGNUM* x, BN_CTX* c) { found = BN_mod_sqrt(x, n_, m.n_, c) != nullptr; });
        return found ? std::optional(r) : std::nullopt;
    }

  private:
    template <class F>
    static Number make(F&& f) {
        const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
        Number r;
        f(r.n_, context.get());
        return r;
    }
    BIGNUM* n_;
};

std::mt19937_64 random_source(20240607);

Words random_words(size_t count) {
    Words w(count);
    for (uint32_t& x : w) x = static_cast<uint32_t>(random_source());
    return w;
}
Number random_below(const Number& m, size_t words) {
    return Number::from_words(random_words(words).data(), words).add(0, m);
}

const CallInfo& info(std::string_view name) {
    for (const CallInfo& c : CALLS)
        if (c.name == name) return c;
    FAIL("no call " << name);
    return CALLS[0];
}

struct Outcome {
    const char* reason;
    Words out;
};
Outcome call(std::string_view name, const Words& in, Words out, uint32_t a1 = 0,
             GuestField field = GuestField::koala_bear) {
    const CallShape& s = info(name).shape;
    REQUIRE(in.size() == s.in_words);
    REQUIRE(out.size() == s.out_words);
    const char* reason = s.compute({in.data(), out.data(), 0x1000, a1, field});
    return {reason, out};
}
Words result(std::string_view name, const Words& in, Words out, uint32_t a1 = 0,
             GuestField field = GuestField::koala_bear) {
    const Outcome o = call(name, in, std::move(out), a1, field);
    INFO(name << ": " << (o.reason ? o.reason : "ok"));
    REQUIRE_FALSE(o.reason);
    return o.out;
}

Words join(Words a, const Words& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const Number SECP256K1_P = Number::hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
const Number SECP256R1_P = Number::hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
const Number BN254_P = Number::hex("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47");
const Number BLS_P =
    Number::hex("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
const Number ED_P = Number::hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

struct TestCurve {
    std::string prefix;
    Number p, a, b;
    size_t n;  ///< words of a coordinate
    Number gx, gy;
};
const TestCurve CURVES[] = {
    {"SECP256K1", SECP256K1_P, 0, 7, 8, Number::hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
     Number::hex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")},
    {"SECP256R1", SECP256R1_P, SECP256R1_P.sub(3, SECP256R1_P),
     Number::hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"), 8,
     Number::hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
     Number::hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")},
    {"BN254", BN254_P, 0, 3, 8, 1, 2},
    {"BLS12381", BLS_P, 0, 4, 12,
     Number::hex("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
     Number::hex("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")},
};

struct TestPoint {
    Number x, y;
};
Words point_words(const TestPoint& q, size_t n) { return join(q.x.words(n), q.y.words(n)); }

TestPoint through(const TestCurve& c, const TestPoint& p, const TestPoint& q, const Number& slope) {
    const Number x = slope.mul(slope, c.p).sub(p.x, c.p).sub(q.x, c.p);
    return {x, slope.mul(p.x.sub(x, c.p), c.p).sub(p.y, c.p)};
}
TestPoint sum(const TestCurve& c, const TestPoint& p, const TestPoint& q) {
    return through(c, p, q, q.y.sub(p.y, c.p).mul(q.x.sub(p.x, c.p).inverse(c.p), c.p));
}
TestPoint twice(const TestCurve& c, const TestPoint& p) {
    const Number xx = p.x.mul(p.x, c.p);
    return through(c, p, p, xx.mul(3, c.p).add(c.a, c.p).mul(p.y.mul(2, c.p).inverse(c.p), c.p));
}
bool on_curve(const TestCurve& c, const TestPoint& p) {
    return p.y.mul(p.y, c.p) == p.x.mul(p.x, c.p).add(c.a, c.p).mul(p.x, c.p).add(c.b, c.p);
}

}  // namespace

TEST_CASE("keccak: f(0) and SHA3-256 of OpenSSL") {
    const Words zero = result("KECCAK_PERMUTE", {}, Words(50));
    CHECK(zero[0] == 0x40e1dde7);
    CHECK(zero[1] == 0xf1258f79);  // XKCP, KeccakF-1600-IntermediateValues
    for (size_t size : {0u, 1u, 135u}) {
        Bytes message(size, 0x5A), block(200);
        std::copy(message.begin(), message.end(), block.begin());
        block[size] ^= 0x06, block[135] ^= 0x80;
        Words state(50);
        for (size_t i = 0; i < 50; i++) state[i] = load_le32(&block[4 * i]);
        state = result("KECCAK_PERMUTE", {}, state);
        Bytes ours(32), theirs(32);
        for (size_t i = 0; i < 8; i++) store_le32(&ours[4 * i], state[i]);
        REQUIRE(EVP_Digest(message.data(), size, theirs.data(), nullptr, EVP_sha3_256(), nullptr) == 1);
        CHECK(ours == theirs);
    }
}

TEST_CASE("SHA-256 of OpenSSL from extend and compress") {
    for (int i = 0; i < 20; i++) {
        const size_t size = static_cast<size_t>(i) * 2;
        const Bytes message(size, static_cast<uint8_t>(i));
        Bytes block = message;
        block.resize(64);
        block[size] = 0x80;
        block[62] = static_cast<uint8_t>(size * 8 >> 8), block[63] = static_cast<uint8_t>(size * 8);
        Words w(16);
        for (size_t k = 0; k < 16; k++)
            w[k] = static_cast<uint32_t>(block[4 * k] << 24 | block[4 * k + 1] << 16 | block[4 * k + 2] << 8 |
                                         block[4 * k + 3]);
        const Words schedule = join(w, result("SHA_EXTEND", w, Words(48)));
        const Words h =
            result("SHA_COMPRESS", schedule,
                   {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19});
        Bytes ours, theirs(32);
        for (uint32_t v : h)
            for (int k = 24; k >= 0; k -= 8) ours.push_back(static_cast<uint8_t>(v >> k));
        REQUIRE(EVP_Digest(message.data(), size, theirs.data(), nullptr, EVP_sha256(), nullptr) == 1);
        CHECK(ours == theirs);
    }
}

TEST_CASE("Poseidon2 of the three fields matches published values") {
    Words in(16);
    for (uint32_t i = 0; i < 16; i++) in[i] = i;
    CHECK(result("POSEIDON2_PERMUTE", in, Words(16)) ==
          Words{1590150808, 752905857, 454775665, 1331766899, 928627856, 22411702, 849412166, 1523865610, 953175503,
                742561923, 305406180, 2130544086, 1587351205, 1604871446, 281895798, 324762066});
    CHECK(result("POSEIDON2_PERMUTE", in, Words(16), 0, GuestField::baby_bear) ==
          Words{1109407715, 1521778554, 1230330194, 866797022, 1276661497, 1839320144, 1288518967, 741924214, 153364843,
                724171505, 857239665, 831338983, 340063531, 1244674475, 65068097, 438985406});
    CHECK(result("POSEIDON2_PERMUTE", in, Words(16), 0, GuestField::mersenne31) ==
          Words{1125879106, 1898816599, 2132377674, 102917866, 36820866, 470958826, 534682403, 1764460750, 964525691,
                2043171905, 1068328620, 660406495, 2117507319, 200381230, 503427804, 1598798365});
    // Inputs count mod p.
    for (uint32_t& w : in) w += 0x7F000001;
    CHECK(result("POSEIDON2_PERMUTE", in, Words(16))[0] == 1590150808);
}

TEST_CASE("256-bit multiplication mod any number") {
    const Number two_256 = Number::hex("10000000000000000000000000000000000000000000000000000000000000000");
    const Words edges[] = {
        Words(8, 0), {1, 0, 0, 0, 0, 0, 0, 0}, Words(8, UINT32_MAX), {0, 0, 0, 0, 0, 0, 0, 0x80000000}};
    const auto check = [&](const Words& x, const Words& y, const Words& m) {
        const Number modulus = Number::from_words(m.data(), 8);
        const Number expected =
            Number::from_words(x.data(), 8).mul(Number::from_words(y.data(), 8), modulus == 0 ? two_256 : modulus);
        CHECK(result("UINT256_MUL", join(y, m), x) == expected.words(8));
    };
    for (const Words& x : edges)
        for (const Words& y : edges)
            for (const Words& m : edges) check(x, y, m);
    for (int i = 0; i < 2000; i++) {
        Words x = random_words(8), y = random_words(8), m = random_words(8);
        // Short and sparse numbers reach the corrections of the division.
        for (Words* v : {&x, &y, &m})
            for (size_t k = random_source() % 9; k < 8; k++) (*v)[k] = random_source() % 2 ? UINT32_MAX : 0;
        check(x, y, m);
    }
}

TEST_CASE("field operations, reduced and not") {
    const struct {
        std::string prefix;
        Number p;
        size_t n;
    } FIELDS[] = {{"SECP256K1_FP", SECP256K1_P, 8}, {"BN254_FP", BN254_P, 8}, {"BLS12381_FP", BLS_P, 12}};
    for (const auto& f : FIELDS) {
        std::vector<Words> operands = {Words(f.n, 0), Words(f.n, UINT32_MAX), f.p.words(f.n),
                                       f.p.sub(1, f.p).words(f.n)};
        for (int i = 0; i < 30; i++) operands.push_back(i % 3 ? random_below(f.p, f.n).words(f.n) : random_words(f.n));
        for (const Words& x : operands)
            for (const Words& y : operands) {
                const Number a = Number::from_words(x.data(), f.n), b = Number::from_words(y.data(), f.n);
                CHECK(result(f.prefix + "_ADD", y, x) == a.add(b, f.p).words(f.n));
                CHECK(result(f.prefix + "_SUB", y, x) == a.sub(b, f.p).words(f.n));
                CHECK(result(f.prefix + "_MUL", y, x) == a.mul(b, f.p).words(f.n));
            }
    }
}

TEST_CASE("quadratic extension operations") {
    const struct {
        std::string prefix;
        Number p;
        size_t n;
    } FIELDS[] = {{"BN254_FP2", BN254_P, 8}, {"BLS12381_FP2", BLS_P, 12}};
    for (const auto& f : FIELDS)
        for (int i = 0; i < 200; i++) {
            const auto operand = [&] { return i % 4 ? random_below(f.p, f.n).words(f.n) : random_words(f.n); };
            const Words x0 = operand(), x1 = operand(), y0 = operand(), y1 = operand();
            const auto number = [&](const Words& w) { return Number::from_words(w.data(), f.n); };
            const Number a0 = number(x0), a1 = number(x1), b0 = number(y0), b1 = number(y1);
            const Words x = join(x0, x1), y = join(y0, y1);
            CHECK(result(f.prefix + "_ADD", y, x) == join(a0.add(b0, f.p).words(f.n), a1.add(b1, f.p).words(f.n)));
            CHECK(result(f.prefix + "_MUL", y, x) == join(a0.mul(b0, f.p).sub(a1.mul(b1, f.p), f.p).words(f.n),
                                                          a0.mul(b1, f.p).add(a1.mul(b0, f.p), f.p).words(f.n)));
            if (i % 4)
                CHECK(result(f.prefix + "_SUB", y, x) == join(a0.sub(b0, f.p).words(f.n), a1.sub(b1, f.p).words(f.n)));
        }
    // b = a + p is the last subtraction that works.
    const Words zero(16), p = join(BN254_P.words(8), Words(8));
    Words above = p;
    above[0]++;
    CHECK(result("BN254_FP2_SUB", p, zero) == zero);
    CHECK(call("BN254_FP2_SUB", above, zero).reason);
}

TEST_CASE("curve addition and doubling on multiples of the generator") {
    for (const TestCurve& c : CURVES) {
        INFO(c.prefix);
        const TestPoint g{c.gx, c.gy};
        REQUIRE(on_curve(c, g));
        TestPoint p = twice(c, g);
        CHECK(result(c.prefix + "_DOUBLE", {}, point_words(g, c.n)) == point_words(p, c.n));
        for (int i = 0; i < 40; i++) {
            const TestPoint next = i % 5 == 4 ? twice(c, p) : sum(c, p, g);
            const Words ours = i % 5 == 4 ? result(c.prefix + "_DOUBLE", {}, point_words(p, c.n))
                                          : result(c.prefix + "_ADD", point_words(g, c.n), point_words(p, c.n));
            CHECK(ours == point_words(next, c.n));
            CHECK(on_curve(c, next));
            p = next;
        }
        // Points off the curve are computed all the same.
        const TestPoint off{random_below(c.p, c.n), random_below(c.p, c.n)};
        CHECK(result(c.prefix + "_ADD", point_words(g, c.n), point_words(off, c.n)) ==
              point_words(sum(c, off, g), c.n));
        CHECK(result(c.prefix + "_DOUBLE", {}, point_words(off, c.n)) == point_words(twice(c, off), c.n));
    }
}

TEST_CASE("curve calls fault as the ABI's column Ours says") {
    for (const TestCurve& c : CURVES) {
        INFO(c.prefix);
        const TestPoint g{c.gx, c.gy}, minus_g{c.gx, Number(0).sub(c.gy, c.p)};
        const Words gw = point_words(g, c.n);
        CHECK(call(c.prefix + "_ADD", gw, gw).reason);
        CHECK(call(c.prefix + "_ADD", point_words(minus_g, c.n), gw).reason);
        CHECK(call(c.prefix + "_DOUBLE", {}, point_words({c.gx, 0}, c.n)).reason);
        const Words p = c.p.words(c.n), x = c.gx.words(c.n), y = c.gy.words(c.n);
        const Words other = point_words(twice(c, g), c.n);
        CHECK(call(c.prefix + "_ADD", join(p, y), other).reason);
        CHECK(call(c.prefix + "_ADD", join(x, p), other).reason);
        CHECK(call(c.prefix + "_ADD", other, join(p, y)).reason);
        CHECK(call(c.prefix + "_ADD", other, join(x, Words(c.n, UINT32_MAX))).reason);
        CHECK(call(c.prefix + "_DOUBLE", {}, join(p, y)).reason);
        CHECK(call(c.prefix + "_DOUBLE", {}, join(x, p)).reason);
    }
}

TEST_CASE("decompression") {
    for (const TestCurve& c : CURVES) {
        if (c.prefix == "BN254") continue;
        INFO(c.prefix);
        const std::string name = c.prefix + "_DECOMPRESS";
        // Signs of the generators.
        CHECK(result(name, c.gx.words(c.n), Words(c.n), c.prefix == "SECP256R1") == c.gy.words(c.n));
        int squares = 0, refusals = 0;
        for (int i = 0; i < 30; i++) {
            const Number x = random_below(c.p, c.n);
            const auto y = x.mul(x, c.p).add(c.a, c.p).mul(x, c.p).add(c.b, c.p).root(c.p);
            for (uint32_t sign : {0u, 1u}) {
                const Outcome o = call(name, x.words(c.n), Words(c.n), sign);
                CHECK((o.reason == nullptr) == y.has_value());
                if (!y) {
                    refusals++;
                    continue;
                }
                squares++;
                const Number other = Number(0).sub(*y, c.p);
                const bool first = c.prefix == "BLS12381" ? other < *y : y->is_odd();
                CHECK(o.out == (first == (sign == 1) ? *y : other).words(c.n));
            }
        }
        CHECK(squares > 0);
        CHECK(refusals > 0);
        CHECK(call(name, c.gx.words(c.n), Words(c.n), 2).reason);
        CHECK(call(name, c.p.words(c.n), Words(c.n), 0).reason);
        CHECK(call(name, Words(c.n, UINT32_MAX), Words(c.n), 0).reason);
    }
}

TEST_CASE("ed25519 addition and decompression") {
    const Number d = Number::hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
    const Number& p = ED_P;
    const Number gy = Number(4).mul(Number(5).inverse(p), p);  // RFC 8032
    const Number gx = Number::hex("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a");
    CHECK(result("ED_DECOMPRESS", gy.words(8), Words(8), 0) == gx.words(8));
    CHECK(result("ED_DECOMPRESS", gy.words(8), Words(8), 1) == Number(0).sub(gx, p).words(8));
    const auto law = [&](const TestPoint& a, const TestPoint& b) {
        const Number t = d.mul(a.x, p).mul(b.x, p).mul(a.y, p).mul(b.y, p);
        return TestPoint{a.x.mul(b.y, p).add(a.y.mul(b.x, p), p).mul(Number(1).add(t, p).inverse(p), p),
                         a.y.mul(b.y, p).add(a.x.mul(b.x, p), p).mul(Number(1).sub(t, p).inverse(p), p)};
    };
    const TestPoint g{gx, gy}, neutral{0, 1};
    TestPoint q = g;
    for (int i = 0; i < 20; i++) {
        const TestPoint next = law(q, i % 4 == 0 ? q : g);
        CHECK(result("ED_ADD", point_words(i % 4 == 0 ? q : g, 8), point_words(q, 8)) == point_words(next, 8));
        CHECK(result("ED_ADD", point_words(neutral, 8), point_words(q, 8)) == point_words(q, 8));
        q = next;
        for (uint32_t sign : {0u, 1u}) {
            const Words x = result("ED_DECOMPRESS", q.y.words(8), Words(8), sign);
            CHECK(x[0] % 2 == sign);
            CHECK((Number::from_words(x.data(), 8) == q.x || Number::from_words(x.data(), 8) == Number(0).sub(q.x, p)));
        }
    }
    // Unreduced operands count mod p; bit 255 of y is ignored.
    const Number unreduced = Number::hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee");  // p + 1
    CHECK(result("ED_ADD", join(Words(8), unreduced.words(8)), point_words(g, 8)) == point_words(g, 8));
    Words y = gy.words(8);
    y[7] |= 0x80000000;
    CHECK(result("ED_DECOMPRESS", y, Words(8), 0) == gx.words(8));
    CHECK(call("ED_DECOMPRESS", gy.words(8), Words(8), 2).reason);
    CHECK(call("ED_DECOMPRESS", Words(8), Words(8), 0).reason);    // y = 0
    CHECK(call("ED_DECOMPRESS", p.words(8), Words(8), 0).reason);  // y = 0 mod p
    const Words one = {1, 0, 0, 0, 0, 0, 0, 0};
    CHECK(result("ED_DECOMPRESS", one, Words(8), 0) == Words(8));  // x = 0
    CHECK(call("ED_DECOMPRESS", one, Words(8), 1).reason);
    int refusals = 0;
    for (uint32_t v = 2; v < 40; v++) {
        const Number yy = Number(uint64_t{v} * v);
        const auto x = yy.sub(1, p).mul(d.mul(yy, p).add(1, p).inverse(p), p).root(p);
        CHECK((call("ED_DECOMPRESS", {v, 0, 0, 0, 0, 0, 0, 0}, Words(8), 0).reason == nullptr) == x.has_value());
        refusals += !x;
        // Hook 8 follows the same rules.
        Bytes compressed(32);
        compressed[0] = static_cast<uint8_t>(v);
        CHECK(hook_ed25519(compressed) == std::vector<Bytes>{{static_cast<uint8_t>(x.has_value())}});
    }
    CHECK(refusals > 0);
    CHECK(hook_ed25519(Bytes(31)) == std::vector<Bytes>{{0}});
}
