// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1.hpp"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"

using namespace ashlar;

namespace {

Bytes32 b32(const char* hex) { return *fixed_from_hex<32>(hex); }

constexpr const char* ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

Bytes32 random32(std::mt19937_64& rng) {
    Bytes32 b;
    for (auto& x : b) x = static_cast<uint8_t>(rng());
    return b;
}

/// What libsecp256k1 says; only recovery ids 0 and 1 exist here.
std::optional<FixedBytes<64>> oracle(secp256k1_context* ctx, const Bytes32& digest, const Bytes32& r, const Bytes32& s,
                                     bool odd) {
    uint8_t compact[64];
    std::copy(r.begin(), r.end(), compact);
    std::copy(s.begin(), s.end(), compact + 32);
    secp256k1_ecdsa_recoverable_signature sig;
    secp256k1_pubkey key;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &sig, compact, odd) ||
        !secp256k1_ecdsa_recover(ctx, &key, &sig, digest.data()))
        return std::nullopt;
    uint8_t out[65];
    size_t size = 65;
    secp256k1_ec_pubkey_serialize(ctx, out, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    return FixedBytes<64>::from(BytesView{out + 1, 64});
}

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
        (expected ? recovered : refused)++;
    }
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
    for (const auto& digest : values)
        for (const auto& r : values)
            for (const auto& s : values)
                for (bool odd : {false, true})
                    CHECK(crypto::recover_public_key(digest, r, s, odd) == oracle(ctx, digest, r, s, odd));
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

TEST_CASE("tells low from high s") {
    CHECK(crypto::is_low_s(b32("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")));
    CHECK_FALSE(crypto::is_low_s(b32("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1")));
}
