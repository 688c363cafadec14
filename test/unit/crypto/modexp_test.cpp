// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/modexp.hpp"

#include <gmp.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"

using namespace ashlar;

namespace {

Bytes gmp_modexp(BytesView base, BytesView exponent, BytesView modulus) {
    mpz_t b, e, m, r;
    mpz_inits(b, e, m, r, nullptr);
    mpz_import(b, base.size(), 1, 1, 0, 0, base.data());
    mpz_import(e, exponent.size(), 1, 1, 0, 0, exponent.data());
    mpz_import(m, modulus.size(), 1, 1, 0, 0, modulus.data());
    Bytes out(modulus.size());
    if (mpz_sgn(m) != 0) {
        mpz_powm(r, b, e, m);
        if (mpz_cmp_ui(m, 1) == 0) mpz_set_ui(r, 0);
        const size_t size = mpz_sgn(r) ? (mpz_sizeinbase(r, 2) + 7) / 8 : 0;
        if (size) mpz_export(out.data() + out.size() - size, nullptr, 1, 1, 0, 0, r);
    }
    mpz_clears(b, e, m, r, nullptr);
    return out;
}

Bytes random_bytes(std::mt19937_64& rng, size_t size) {
    Bytes b(size);
    const unsigned kind = rng() % 4;
    for (auto& x : b) x = kind == 0 ? 0 : kind == 1 ? 0xff : static_cast<uint8_t>(rng());
    if (kind == 0 && size) b[rng() % size] = static_cast<uint8_t>(rng());
    return b;
}

}  // namespace

TEST_CASE("modexp agrees with GMP on random lengths and values") {
    std::mt19937_64 rng(7);
    for (int i = 0; i < 4000; i++) {
        const size_t top = i < 3500 ? 70 : 300;
        const Bytes b = random_bytes(rng, rng() % top), e = random_bytes(rng, rng() % 40);
        Bytes m = random_bytes(rng, rng() % top);
        if (i % 3 == 0)
            for (size_t k = 0; k < m.size() && k < rng() % 40; k++) m[m.size() - 1 - k] = 0;  // many factors of two
        INFO(to_hex(b) << " " << to_hex(e) << " " << to_hex(m));
        REQUIRE(crypto::modexp(b, e, m) == gmp_modexp(b, e, m));
    }
}

TEST_CASE("modexp edge values") {
    CHECK(crypto::modexp({}, {}, {}).empty());
    CHECK(crypto::modexp({}, {}, Bytes{5}) == Bytes{1});
    CHECK(crypto::modexp({}, Bytes{1}, Bytes{5}) == Bytes{0});
    CHECK(crypto::modexp(Bytes{3}, Bytes{2}, Bytes{0, 1}) == Bytes{0, 0});
    CHECK(crypto::modexp(Bytes{3}, Bytes{2}, Bytes{0, 0}) == Bytes{0, 0});
    // 0^0 is 1, and 0 modulo 1.
    CHECK(crypto::modexp(Bytes{0}, Bytes{0}, Bytes{7}) == Bytes{1});
    CHECK(crypto::modexp(Bytes{0}, Bytes{0}, Bytes{1}) == Bytes{0});
    CHECK(crypto::modexp(Bytes{0}, Bytes{0}, Bytes{0}) == Bytes{0});
    CHECK(crypto::modexp(Bytes{0}, Bytes{5}, Bytes{7}) == Bytes{0});
    CHECK(crypto::modexp(Bytes{7}, Bytes{5}, Bytes{7}) == Bytes{0});
    CHECK(crypto::modexp(Bytes{2}, Bytes{}, Bytes{0, 0, 9}) == Bytes{0, 0, 1});
}

TEST_CASE("modexp around machine words and at the longest numbers of EIP-7823") {
    const auto filled = [](size_t size, uint8_t first, uint8_t rest, uint8_t last) {
        Bytes b(size, rest);
        b.front() = first;
        b.back() = last;
        return b;
    };
    for (size_t size : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1023, 1024}) {
        // A power of two, an odd number and an even one with all bits set, one that is zero but for its last byte.
        for (const Bytes& m : {filled(size, 0x80, 0, 0), filled(size, 0xff, 0xff, 0xff), filled(size, 0xff, 0xff, 0xfe),
                               filled(size, 0, 0, 3)}) {
            for (const Bytes& b : {filled(size, 0xff, 0xff, 0xff), filled(size, 0, 0, 2), m}) {
                for (const Bytes& e : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes{0, 0, 3}, Bytes{1, 0, 1}}) {
                    INFO(size << " " << to_hex(e) << " " << int(m.front()) << " " << int(m.back()));
                    REQUIRE(crypto::modexp(b, e, m) == gmp_modexp(b, e, m));
                }
            }
        }
    }
}
