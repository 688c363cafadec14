// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "libs/base/hex.hpp"

// The key functions that OpenSSL 3 deprecates are the plain ones an oracle wants.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

using namespace ashlar;

namespace {

Bytes32 bytes_of(const BIGNUM* n) {
    Bytes32 b;
    BN_bn2binpad(n, b.data(), 32);
    return b;
}
Bytes32 b32(const char* hex) { return *fixed_from_hex<32>(hex); }

struct Signed {
    Bytes32 digest, r, s, x, y;
};
Signed sign(std::mt19937_64& rng) {
    Signed v;
    for (auto& b : v.digest) b = static_cast<uint8_t>(rng());
    EC_KEY* key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    EC_KEY_generate_key(key);
    BIGNUM *x = BN_new(), *y = BN_new();
    EC_POINT_get_affine_coordinates(EC_KEY_get0_group(key), EC_KEY_get0_public_key(key), x, y, nullptr);
    ECDSA_SIG* sig = ECDSA_do_sign(v.digest.data(), 32, key);
    v.r = bytes_of(ECDSA_SIG_get0_r(sig));
    v.s = bytes_of(ECDSA_SIG_get0_s(sig));
    v.x = bytes_of(x);
    v.y = bytes_of(y);
    ECDSA_SIG_free(sig);
    BN_free(x);
    BN_free(y);
    EC_KEY_free(key);
    return v;
}

}  // namespace

TEST_CASE("p256 accepts OpenSSL's signatures and nothing next to them") {
    std::mt19937_64 rng(11);
    for (int i = 0; i < 100; i++) {
        const Signed v = sign(rng);
        REQUIRE(crypto::p256_verify(v.digest, v.r, v.s, v.x, v.y));
        const unsigned bit = rng() % 256;
        auto flipped = [bit](Bytes32 b) {
            b[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
            return b;
        };
        CHECK_FALSE(crypto::p256_verify(flipped(v.digest), v.r, v.s, v.x, v.y));
        CHECK_FALSE(crypto::p256_verify(v.digest, flipped(v.r), v.s, v.x, v.y));
        CHECK_FALSE(crypto::p256_verify(v.digest, v.r, flipped(v.s), v.x, v.y));
        CHECK_FALSE(crypto::p256_verify(v.digest, v.r, v.s, flipped(v.x), v.y));
        CHECK_FALSE(crypto::p256_verify(v.digest, v.r, v.s, v.x, flipped(v.y)));
    }
}

TEST_CASE("p256 refuses values out of range") {
    std::mt19937_64 rng(12);
    const Signed v = sign(rng);
    const Bytes32 zero, n = b32("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
                        p = b32("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    CHECK_FALSE(crypto::p256_verify(v.digest, zero, v.s, v.x, v.y));
    CHECK_FALSE(crypto::p256_verify(v.digest, v.r, zero, v.x, v.y));
    CHECK_FALSE(crypto::p256_verify(v.digest, n, v.s, v.x, v.y));
    CHECK_FALSE(crypto::p256_verify(v.digest, v.r, n, v.x, v.y));
    CHECK_FALSE(crypto::p256_verify(v.digest, v.r, v.s, p, v.y));
    CHECK_FALSE(crypto::p256_verify(v.digest, v.r, v.s, v.x, p));
    CHECK_FALSE(crypto::p256_verify(v.digest, v.r, v.s, zero, zero));
}

TEST_CASE("p256 at the corners of its arithmetic") {
    std::ifstream file("test/vectors/crypto/p256.txt");
    REQUIRE(file);
    size_t valid = 0, invalid = 0;
    for (std::string input, verdict; file >> input >> verdict;) {
        INFO(input);
        const Bytes in = *from_hex(input);
        REQUIRE(in.size() == 160);
        const auto word = [&](size_t i) { return Bytes32::from(BytesView(in).subspan(32 * i, 32)); };
        CHECK(crypto::p256_verify(word(0), word(1), word(2), word(3), word(4)) == (verdict == "1"));
        (verdict == "1" ? valid : invalid)++;
    }
    CHECK(valid == 13);
    CHECK(invalid == 9);
}
