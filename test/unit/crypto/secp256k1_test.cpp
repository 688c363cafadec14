// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/crypto/secp256k1_batch.hpp"
#include "libs/crypto/secp256k1_field.hpp"
#include "libs/crypto/secp256k1_scalar.hpp"

using namespace ashlar;

namespace {

Bytes32 b32(const char* hex) { return *fixed_from_hex<32>(hex); }

constexpr const char* ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

Bytes32 random32(std::mt19937_64& rng) {
    Bytes32 b;
    for (auto& x : b) x = static_cast<uint8_t>(rng());
    return b;
}

/// What libsecp256k1 says.
std::optional<FixedBytes<64>> oracle(secp256k1_context* ctx, const Bytes32& digest, const Bytes32& r, const Bytes32& s,
                                     int recovery_id) {
    uint8_t compact[64];
    std::copy(r.begin(), r.end(), compact);
    std::copy(s.begin(), s.end(), compact + 32);
    secp256k1_ecdsa_recoverable_signature sig;
    secp256k1_pubkey key;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &sig, compact, recovery_id) ||
        !secp256k1_ecdsa_recover(ctx, &key, &sig, digest.data()))
        return std::nullopt;
    uint8_t out[65];
    size_t size = 65;
    secp256k1_ec_pubkey_serialize(ctx, out, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    return FixedBytes<64>::from(BytesView{out + 1, 64});
}

/// Collects requests and compares what the batch says with what libsecp256k1 said of each.
struct Batch {
    std::vector<crypto::RecoveryRequest> requests;
    std::vector<std::optional<Address>> expected;
    void add(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool odd,
             const std::optional<FixedBytes<64>>& key) {
        requests.push_back({digest, r, s, odd});
        expected.push_back(key ? std::optional(crypto::public_key_address(*key)) : std::nullopt);
    }
    void check() const {
        std::vector<std::optional<Address>> found(requests.size());
        crypto::recover_addresses(requests, found.data());
        CHECK(found == expected);
        // Batches of all sizes around the number of lanes.
        for (size_t n = 0; n <= std::min<size_t>(20, requests.size()); n++) {
            std::vector<std::optional<Address>> some(n);
            crypto::recover_addresses(std::span(requests).first(n), some.data());
            CHECK(std::equal(some.begin(), some.end(), expected.begin()));
        }
    }
};

}  // namespace

TEST_CASE("recovers the signer of a published precompile vector") {
    const auto a =
        crypto::recover_address(b32("18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"),
                                b32("73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"),
                                b32("eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549"), true);
    REQUIRE(a);
    CHECK(to_hex(a->view()) == "a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
}

TEST_CASE("agrees with libsecp256k1 on random signatures and random bytes") {
    auto* ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::mt19937_64 rng(20240601);
    int recovered = 0, refused = 0;
    Batch batch;
    for (int i = 0; i < 3000; i++) {
        const Bytes32 digest = random32(rng), secret = random32(rng);
        Bytes32 r, s;
        bool odd = rng() & 1;
        if (i % 2 == 0) {
            secp256k1_ecdsa_recoverable_signature sig;
            REQUIRE(secp256k1_ecdsa_sign_recoverable(ctx, &sig, digest.data(), secret.data(), nullptr, nullptr));
            uint8_t compact[64];
            int id;
            secp256k1_ecdsa_recoverable_signature_serialize_compact(ctx, compact, &id, &sig);
            r = Bytes32::from(BytesView{compact, 32});
            s = Bytes32::from(BytesView{compact + 32, 32});
            odd = id & 1;
            if (id > 1) continue;
        } else {
            r = random32(rng);
            s = random32(rng);
        }
        const auto expected = oracle(ctx, digest, r, s, odd);
        CHECK(crypto::recover_public_key(digest, r, s, odd) == expected);
        batch.add(digest, r, s, odd, expected);
        (expected ? recovered : refused)++;
    }
    batch.check();
    CHECK(recovered > 2000);
    CHECK(refused > 500);
    secp256k1_context_destroy(ctx);
}

TEST_CASE("agrees with libsecp256k1 on edge scalars") {
    auto* ctx = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::vector<Bytes32> values;
    for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0000000000000000000000000000000000000000000000000000000000000001",
                            "0000000000000000000000000000000000000000000000000000000000000002",
                            "0000000000000000000000000000000000000000000000000000000000000003",
                            "00000000000000000000000000000000ffffffffffffffffffffffffffffffff",
                            "0000000000000000000000000000000100000000000000000000000000000000",
                            "5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72",
                            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                            "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0",
                            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", ORDER,
                            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e",
                            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
                            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})
        values.push_back(b32(hex));
    Batch batch;
    for (const auto& digest : values)
        for (const auto& r : values)
            for (const auto& s : values)
                for (bool odd : {false, true}) {
                    const auto expected = oracle(ctx, digest, r, s, odd);
                    CHECK(crypto::recover_public_key(digest, r, s, odd) == expected);
                    batch.add(digest, r, s, odd, expected);
                }
    batch.check();
    secp256k1_context_destroy(ctx);
}

TEST_CASE("refuses a signature whose key is infinity and survives equal points in the sum") {
    // R = k G with s = z / k gives s R - z G = 0: r is the abscissa of R. k = 1: R = G, s = z.
    const Bytes32 gx = b32("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    const Bytes32 z = b32("0000000000000000000000000000000000000000000000000000000000001234");
    CHECK_FALSE(crypto::recover_public_key(z, gx, z, false));
    // The other sign of R adds equal points instead of opposite ones.
    CHECK(crypto::recover_public_key(z, gx, z, true));
}

TEST_CASE("small multiples of the generator, which meet each other in the sum") {
    // R = G, s = b r, z = -a r: the key is a G + b R. Equal and opposite points meet on the way and at the end.
    using crypto::secp256k1::Scalar;
    auto* ctx = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY);
    const Bytes32 gx = b32("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    const Scalar r = *Scalar::from_be(gx.data());
    Batch batch;
    size_t none = 0;
    for (int a = -40; a <= 40; a++)
        for (int b = -20; b <= 20; b++) {
            const auto scalar = [](int k) {
                const Scalar s = Scalar::from_u64(static_cast<uint64_t>(std::abs(k)));
                return k < 0 ? -s : s;
            };
            Bytes32 s, z;
            (scalar(b) * r).to_be(s.data());
            (-(scalar(a) * r)).to_be(z.data());
            for (bool odd : {false, true}) {
                const auto expected = oracle(ctx, z, gx, s, odd);
                none += !expected;
                CHECK(crypto::recover_public_key(z, gx, s, odd) == expected);
                batch.add(z, gx, s, odd, expected);
            }
        }
    batch.check();
    CHECK(none > 100);
    secp256k1_context_destroy(ctx);
}

TEST_CASE("the host's field of secp256k1 agrees with the generic one") {
    using crypto::secp256k1::Base;
    using crypto::secp256k1::Element;
    std::mt19937_64 rng(52);
    for (int i = 0; i < 20000; i++) {
        Base::Words w, v;
        for (auto& x : w) x = i % 7 ? rng() : ~uint64_t{0};
        for (auto& x : v) x = i % 5 ? rng() : ~uint64_t{0};
        if (i % 7 == 0) w[0] = Base::MODULUS[0] - 1 - rng() % 4;
        if (i % 5 == 0) v[0] = Base::MODULUS[0] - 1 - rng() % 4;
        if (i % 11 == 0) w = {}, w[i % 4] = rng() % 3;
        const Base a = Base::from_words(w), b = Base::from_words(v);
        const Element e = Element::from_words(w), f = Element::from_words(v);
        REQUIRE((e * f).words() == (a * b).words());
        REQUIRE(e.square().words() == a.square().words());
        REQUIRE((e + f.negated<1>()).words() == (a - b).words());
        // Magnitude 8, the most that products take.
        const Element big = e.times<3>() + e.negated<1>() + f.negated<1>() + e;
        const Base sum = a + a + a - b;
        REQUIRE((big * big).words() == sum.square().words());
        REQUIRE(big.square().words() == sum.square().words());
        REQUIRE(big.half().words() == (sum * Base::from_u64(2).inverse()).words());
        REQUIRE(big.weak().words() == sum.words());
        REQUIRE(big.is_odd() == sum.is_odd());
        REQUIRE((e + e.negated<1>()).is_zero());
        REQUIRE(e.is_zero() == a.is_zero());
        if (i % 50) continue;
        REQUIRE(e.inverse().words() == a.inverse().words());
        const auto root = a.sqrt();
        const Element power = crypto::secp256k1::square_root_power(e);
        REQUIRE((power.square() + e.negated<1>()).is_zero() == root.has_value());
        if (root) REQUIRE(power.words() == root->words());
    }
}

TEST_CASE("inverses by division steps agree with Fermat's") {
    std::mt19937_64 rng(62);
    const auto check = [&]<class F>(F) {
        auto exponent = F::MODULUS;
        exponent[0] -= 2;
        for (int i = 0; i < 400; i++) {
            typename F::Words w{};
            if (i < 64 * static_cast<int>(F::N))
                w[i / 64] = uint64_t{1} << (i % 64);
            else
                for (auto& x : w) x = rng();
            while (crypto::limbs::compare(w.data(), F::MODULUS.data(), F::N) >= 0) w[F::N - 1] >>= 1;
            if (i == 399) {
                w = F::MODULUS;
                w[0]--;
            }
            const F x = F::from_words(w);
            REQUIRE(x.inverse() == x.pow(exponent));
            REQUIRE((x.is_zero() || x * x.inverse() == F::one()));
        }
        REQUIRE(F{}.inverse().is_zero());
    };
    check(crypto::secp256k1::Base{});
    check(crypto::secp256k1::Scalar{});
}

TEST_CASE("tells low from high s") {
    CHECK(crypto::is_low_s(b32("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")));
    CHECK_FALSE(crypto::is_low_s(b32("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1")));
}

TEST_CASE("keys of signatures whose point lies beyond the order are recovered as libsecp256k1 does") {
    auto* ctx = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY);
    std::mt19937_64 rng(0x0cde);
    size_t keys = 0;
    for (int i = 0; i < 200; i++) {
        Bytes32 r;  // p - n is a little above 2^128
        for (size_t k = i % 2 ? 16 : 15; k < 32; k++) r[k] = static_cast<uint8_t>(rng());
        if (i % 2 == 0) r[15] = static_cast<uint8_t>(i % 4 / 2);
        const Bytes32 digest = random32(rng), s = random32(rng);
        for (int id = 0; id < 4; id++) {
            const auto expected = oracle(ctx, digest, r, s, id);
            CHECK(crypto::recover_public_key(digest, r, s, id & 1, id & 2) == expected);
            keys += expected && id >= 2;
        }
    }
    CHECK(keys > 50);
    CHECK_FALSE(crypto::recover_public_key(random32(rng),
                                           b32("00000000000000000000000000000001ffffffffffffffffffffffffffffffff"),
                                           random32(rng), false, true));
    secp256k1_context_destroy(ctx);
}

TEST_CASE("signatures are verified as libsecp256k1 does, large s included") {
    auto* ctx = secp256k1_context_create(SECP256K1_CONTEXT_VERIFY | SECP256K1_CONTEXT_SIGN);
    std::mt19937_64 rng(0x51c4);
    const auto says = [&](const Bytes32& digest, const Bytes& compact, const FixedBytes<64>& key) {
        return crypto::secp256k1_verify(digest, Bytes32::from(compact), Bytes32::from(BytesView{compact}.subspan(32)),
                                        key);
    };
    for (int i = 0; i < 40; i++) {
        const Bytes32 secret = random32(rng), digest = random32(rng);
        secp256k1_pubkey key;
        secp256k1_ecdsa_signature sig;
        REQUIRE(secp256k1_ec_pubkey_create(ctx, &key, secret.data()));
        REQUIRE(secp256k1_ecdsa_sign(ctx, &sig, digest.data(), secret.data(), nullptr, nullptr));
        Bytes compact(64);
        secp256k1_ecdsa_signature_serialize_compact(ctx, compact.data(), &sig);
        uint8_t point[65];
        size_t size = 65;
        secp256k1_ec_pubkey_serialize(ctx, point, &size, &key, SECP256K1_EC_UNCOMPRESSED);
        const auto xy = FixedBytes<64>::from(BytesView{point + 1, 64});
        CHECK(says(digest, compact, xy));

        Bytes large = compact;  // n - s
        unsigned borrow = 0;
        for (size_t k = 32; k-- > 0;) {
            const unsigned d = b32(ORDER)[k] - compact[32 + k] - borrow;
            large[32 + k] = static_cast<uint8_t>(d);
            borrow = d >> 8 & 1;
        }
        CHECK(says(digest, large, xy));

        // One bit of anything changed: the signature is another's, or the key is off the curve.
        const auto bit = static_cast<size_t>(rng() % 8);
        auto changed = [&](auto value) {
            value[rng() % value.size()] ^= static_cast<uint8_t>(1 << bit);
            return value;
        };
        CHECK_FALSE(says(changed(digest), compact, xy));
        CHECK_FALSE(says(digest, changed(compact), xy));
        CHECK_FALSE(says(digest, compact, changed(xy)));
    }
    const Bytes32 zero, order = b32(ORDER),
                        one = b32("0000000000000000000000000000000000000000000000000000000000000001");
    FixedBytes<64> generator;
    const Bytes g = *from_hex(
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179"
        "8483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    std::copy(g.begin(), g.end(), generator.begin());
    for (const Bytes32& bad : {zero, order}) {
        CHECK_FALSE(crypto::secp256k1_verify(one, bad, one, generator));
        CHECK_FALSE(crypto::secp256k1_verify(one, one, bad, generator));
    }
    // z = -r with the key G: the sum z/s G + r/s G is the point at infinity.
    const Bytes32 minus_one = b32("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");
    CHECK_FALSE(crypto::secp256k1_verify(minus_one, one, one, generator));
    secp256k1_context_destroy(ctx);
}
