// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "libs/base/hex.hpp"
#include "libs/crypto/bls12_381.hpp"
#include "libs/crypto/bn254.hpp"

using namespace ashlar;

namespace {

struct Vector {
    std::string operation;
    Bytes input;
    std::string output;
};
std::vector<Vector> read_vectors(const char* name) {
    std::ifstream file(std::string("test/vectors/crypto/") + name);
    REQUIRE(file);
    std::vector<Vector> vectors;
    for (std::string operation, input, output; file >> operation >> input >> output;)
        vectors.push_back({operation, *from_hex(input), output});
    return vectors;
}

template <class T>
std::string text(const std::optional<T>& result) {
    if (!result) return "refused";
    return to_hex({result->data(), result->size()});
}
std::string text(std::optional<bool> result) { return result ? *result ? "1" : "0" : "refused"; }

std::string run_bn254(const std::string& operation, BytesView in) {
    if (operation == "add") return text(crypto::bn254::add(in.first(64), in.subspan(64)));
    if (operation == "mul") return text(crypto::bn254::multiply(in.first(64), in.subspan(64)));
    return text(crypto::bn254::pairing_check(in));
}
std::string run_bls(const std::string& operation, BytesView in) {
    using namespace crypto::bls12_381;
    if (operation == "g1add") return text(g1_add(in));
    if (operation == "g2add") return text(g2_add(in));
    if (operation == "g1msm") return text(g1_multiply_sum(in));
    if (operation == "g2msm") return text(g2_multiply_sum(in));
    if (operation == "pair") return text(pairing_check(in));
    if (operation == "map1") return text(map_to_g1(in));
    if (operation == "map2") return text(map_to_g2(in));
    return verify_kzg_proof(in.first(48), in.subspan(48, 32), in.subspan(80, 32), in.subspan(112)) ? "1" : "0";
}

}  // namespace

TEST_CASE("bn254 agrees with an independent implementation") {
    const auto vectors = read_vectors("bn254.txt");
    REQUIRE(vectors.size() == 80);
    for (const auto& v : vectors) CHECK(run_bn254(v.operation, v.input) == v.output);
}

TEST_CASE("bls12-381 agrees with an independent implementation") {
    const auto vectors = read_vectors("bls12_381.txt");
    REQUIRE(vectors.size() == 122);
    for (const auto& v : vectors) CHECK(run_bls(v.operation, v.input) == v.output);
}

TEST_CASE("bn254 multiplication agrees with doubling and adding") {
    using namespace crypto::bn254;
    std::mt19937_64 rng(254);
    Bytes p(64);
    p[31] = 1, p[63] = 2;
    const Bytes order = *from_hex("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
    for (int i = 0; i < 48; i++) {
        Bytes k(32);
        if (i < 8)
            k[31] = static_cast<uint8_t>(i);
        else if (i < 16)
            k.assign(32, 0xff), k[31] = static_cast<uint8_t>(0xff - i);
        else if (i < 24)
            k = order, k[31] = static_cast<uint8_t>(k[31] + i - 20);
        else if (i < 28)
            k[15 + (i & 1)] = 1;
        else
            for (auto& b : k) b = static_cast<uint8_t>(rng());
        Bytes sum(64);
        for (int bit = 0; bit < 256; bit++) {
            const auto twice = add(sum, sum);
            REQUIRE(twice);
            sum.assign(twice->begin(), twice->end());
            if (!(k[static_cast<size_t>(bit / 8)] >> (7 - bit % 8) & 1)) continue;
            const auto plus = add(sum, p);
            REQUIRE(plus);
            sum.assign(plus->begin(), plus->end());
        }
        const auto product = multiply(p, k);
        REQUIRE(product);
        CHECK(std::equal(sum.begin(), sum.end(), product->begin()));
        if (i >= 28) p = sum;
    }
}

TEST_CASE("bn254 refuses malformed points and treats zeros as infinity") {
    using namespace crypto::bn254;
    const Bytes zero(64), p = *from_hex("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47");
    Bytes generator(64);
    generator[31] = 1;
    generator[63] = 2;
    CHECK(text(add(zero, zero)) == to_hex(zero));
    CHECK(text(add(generator, zero)) == to_hex(generator));
    Bytes off = generator;
    off[63] = 3;
    CHECK_FALSE(add(off, generator));
    Bytes unreduced = generator;
    std::copy(p.begin(), p.end(), unreduced.begin());
    CHECK_FALSE(add(unreduced, generator));
    Bytes negative = generator;  // y = p - 2
    std::copy(p.begin(), p.end(), negative.begin() + 32);
    negative[63] -= 2;
    CHECK(text(add(generator, negative)) == to_hex(zero));
    CHECK(text(add(generator, generator)) ==
          "030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd315ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e353"
          "8fc7ff3ebf7a5a18a2c4");
    CHECK(pairing_check({}) == true);
    CHECK(text(pairing_check(Bytes(191))) == "refused");
    CHECK(pairing_check(Bytes(192)) == true);
}

TEST_CASE("bn254 refuses G2 points off the twist") {
    for (const auto& v : read_vectors("bn254.txt")) {
        if (v.operation != "pair") continue;
        Bytes input = v.input;
        input[64 + 127] ^= 1;  // y.c0
        CHECK_FALSE(crypto::bn254::pairing_check(input));
    }
}

TEST_CASE("points on the curve but outside the subgroup are refused, also where an equation would hold with them") {
    const auto vectors = read_vectors("subgroup.txt");
    std::map<std::string, size_t> refused;
    for (const auto& v : vectors) {
        INFO(v.operation << " " << to_hex(v.input));
        const bool bn254 = v.operation == "bn254.pair";
        const std::string got = bn254 ? run_bn254("pair", v.input) : run_bls(v.operation, v.input);
        CHECK(got == v.output);
        refused[v.operation] += v.output == "refused" || (v.operation == "kzg" && v.output == "0");
    }
    for (const char* operation : {"bn254.pair", "g1msm", "g2msm", "pair", "kzg"}) CHECK(refused[operation] >= 8);
}

TEST_CASE("bls12-381 refuses malformed elements, points outside the subgroup and other lengths") {
    using namespace crypto::bls12_381;
    CHECK_FALSE(g1_add(Bytes(255)));
    CHECK_FALSE(g2_add(Bytes(513)));
    CHECK_FALSE(g1_multiply_sum({}));
    CHECK_FALSE(g1_multiply_sum(Bytes(161)));
    CHECK_FALSE(g2_multiply_sum({}));
    CHECK_FALSE(pairing_check({}));
    CHECK_FALSE(pairing_check(Bytes(383)));
    CHECK(pairing_check(Bytes(384)) == true);
    CHECK_FALSE(map_to_g1(Bytes(63)));
    CHECK_FALSE(map_to_g2(Bytes(64)));
    CHECK(text(g1_add(Bytes(256))) == to_hex(Bytes(128)));
    Bytes padding(64);
    padding[0] = 1;
    CHECK_FALSE(map_to_g1(padding));
    const Bytes p =
        *from_hex("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
    Bytes unreduced(64);
    std::copy(p.begin(), p.end(), unreduced.begin() + 16);
    CHECK_FALSE(map_to_g1(unreduced));
    CHECK(map_to_g1(Bytes(64)));  // u = 0 is the exceptional case of the map

    // (0, 2) is on the curve, of order 3.
    Bytes small(128);
    small[127] = 2;
    Bytes twice = small;
    twice.insert(twice.end(), small.begin(), small.end());
    CHECK(g1_add(twice));
    Bytes scaled = small;
    scaled.resize(160);
    scaled[159] = 1;
    CHECK_FALSE(g1_multiply_sum(scaled));
    Bytes paired = small;
    paired.resize(384);
    CHECK_FALSE(pairing_check(paired));
    // Off the curve.
    twice[127] = 3;
    CHECK_FALSE(g1_add(twice));
}

TEST_CASE("kzg accepts the published point evaluation and nothing next to it") {
    using namespace crypto::bls12_381;
    // Source: go-ethereum, core/vm/testdata/precompiles/pointEvaluation.json.
    const Bytes z = *from_hex("564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306");
    const Bytes y = *from_hex("24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1");
    const Bytes c =
        *from_hex("8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7");
    const Bytes proof =
        *from_hex("873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a");
    CHECK(verify_kzg_proof(c, z, y, proof));
    Bytes other = y;
    other[31] ^= 1;
    CHECK_FALSE(verify_kzg_proof(c, z, other, proof));
    CHECK_FALSE(verify_kzg_proof(c, y, z, proof));
    CHECK_FALSE(verify_kzg_proof(proof, z, y, c));
    const Bytes r = *from_hex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
    CHECK_FALSE(verify_kzg_proof(c, r, y, proof));
    CHECK_FALSE(verify_kzg_proof(c, z, r, proof));
    Bytes flags = c;
    flags[0] &= 0x7f;  // not marked as compressed
    CHECK_FALSE(verify_kzg_proof(flags, z, y, proof));
    flags = c;
    flags[0] |= 0x40;  // infinity with an abscissa
    CHECK_FALSE(verify_kzg_proof(flags, z, y, proof));
    flags = c;
    flags[0] ^= 0x20;  // the other root
    CHECK_FALSE(verify_kzg_proof(flags, z, y, proof));
}
