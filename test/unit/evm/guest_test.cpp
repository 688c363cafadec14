// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/rv32/executor.hpp"
#include "test/unit/evm/guest_work.hpp"

// The guest's own paths (system calls, hints, 32-bit limbs) against the native ones, in the executor.

using namespace ashlar;

namespace {

const rv32::Program& program() {
    static const rv32::Program p = [] {
        std::ifstream file(ASHLAR_GUEST_RUNNER, std::ios::binary);
        REQUIRE(file);
        auto loaded = rv32::load_elf(Bytes(std::istreambuf_iterator<char>(file), {}));
        REQUIRE(loaded);
        return std::move(*loaded);
    }();
    return p;
}

struct Work {
    uint32_t number;
    Bytes data;
};

/// Runs all work in one guest and natively; returns the guest's cycles.
uint64_t check(const std::vector<Work>& work) {
    Bytes in;
    Bytes32 expected;
    for (const auto& w : work) {
        uint8_t head[8];
        store_le32(head, w.number);
        store_le32(head + 4, static_cast<uint32_t>(w.data.size()));
        in.insert(in.end(), head, head + 8);
        in.insert(in.end(), w.data.begin(), w.data.end());
        in.resize((in.size() + 3) & ~size_t{3});
        if (w.number != evm::NO_QUOTIENT_ROOM) evm::do_guest_work(w.number, w.data, expected);
    }
    rv32::Stdin input;
    input.buffers.push_back(in);
    const auto report = rv32::execute(program(), input);
    REQUIRE(report);
    if (report->fault) FAIL(report->fault->message);
    CHECK(report->exit_code == 0u);
    CHECK(to_hex(report->committed) == to_hex(expected.view()));
    return report->cycles;
}

Bytes random_bytes(std::mt19937_64& rng, size_t size) {
    Bytes b(size);
    for (auto& x : b) x = static_cast<uint8_t>(rng());
    return b;
}
void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

std::vector<Work> from_vectors(const char* name, const std::map<std::string, uint32_t>& numbers) {
    std::ifstream file(std::string("test/vectors/crypto/") + name);
    REQUIRE(file);
    std::vector<Work> work;
    for (std::string operation, input, output; file >> operation >> input >> output;)
        if (const auto it = numbers.find(operation); it != numbers.end())
            work.push_back({it->second, *from_hex(input)});
    return work;
}

}  // namespace

TEST_CASE("256-bit arithmetic in the guest is the native one") {
    std::mt19937_64 rng(1);
    std::vector<Work> work;
    for (int i = 0; i < 500; i++) {
        Bytes data;
        for (int k = 0; k < 3; k++) {
            Bytes x = random_bytes(rng, 32);
            const unsigned kind = rng() % 5;
            if (kind == 0) std::fill(x.begin(), x.end(), 0);
            if (kind == 1) std::fill(x.begin(), x.end(), 0xff);
            if (kind == 2) std::fill(x.begin(), x.begin() + rng() % 33, 0);
            if (kind == 3) std::fill(x.begin() + rng() % 33, x.end(), 0);
            if (kind == 3 && k == 1) x[31] = static_cast<uint8_t>(rng() % 3);
            append(data, x);
        }
        work.push_back({0, data});
    }
    check(work);
    // The same when hints have had all the memory that is theirs.
    work.insert(work.begin(), {evm::NO_QUOTIENT_ROOM, {}});
    check(work);
}

TEST_CASE("a quotient that the host invents ends the guest") {
    using evm::uint256;
    std::mt19937_64 rng(7);
    const auto number = [&](unsigned bits) {
        return uint256::from(Bytes32::from(random_bytes(rng, 32))) >> (256 - bits);
    };
    const auto run = [](const uint256& a, const uint256& b, const uint256& q) {
        Bytes in(8 + 96);
        store_le32(in.data(), evm::FALSE_QUOTIENT);
        store_le32(in.data() + 4, 96);
        a.store(in.data() + 8);
        b.store(in.data() + 40);
        // The guest reads limbs, least significant first.
        for (size_t i = 0; i < 32; i++) in[8 + 64 + i] = q.to_bytes32()[31 - i];
        const auto report = rv32::execute(program(), rv32::Stdin{{in}});
        REQUIRE(report);
        return !report->fault && report->exit_code == 0u;
    };
    for (unsigned twos : {0u, 1u, 5u, 31u, 32u, 33u, 64u, 100u}) {
        for (unsigned bits : {40u, 100u, 128u, 150u}) {
            const uint256 b = (number(bits) | uint256{1}) << twos, a = number(256) | uint256::power_of_2(255),
                          q = a / b;
            CHECK(run(a, b, q));
            CHECK_FALSE(run(a, b, q + uint256{1}));
            CHECK_FALSE(run(a, b, q - uint256{1}));
            CHECK_FALSE(run(a, b, q ^ uint256::power_of_2(255)));
            if (twos) CHECK_FALSE(run(a, b, q + uint256::power_of_2(256 - twos)));
            CHECK_FALSE(run(a, b, number(256)));
        }
    }
}

TEST_CASE("memory that gas can pay and addresses cannot reach ends the guest") {
    const auto verdict = [](uint32_t begin, uint32_t size) -> std::string {
        Bytes in(16);
        store_le32(in.data(), evm::GROWN_MEMORY);
        store_le32(in.data() + 4, 8);
        store_le32(in.data() + 8, begin);
        store_le32(in.data() + 12, size);
        const auto report = rv32::execute(program(), rv32::Stdin{{in}});
        REQUIRE(report);
        if (report->fault) return report->fault->message;
        return "good";
    };
    for (uint32_t begin : {0u, 32u, 1u << 20, 8u << 20}) {
        CAPTURE(begin);
        CHECK(verdict(begin, 1 << 20) == "good");
        CHECK(verdict(begin, 100 << 20) == "good");
        // Counted from where the frame's memory begins, the last ones end at, behind or long after 2^32.
        for (uint32_t size : {0x7800'0000u, 0x8000'0000u, 0u - (16u << 20), 0u - (8u << 20), 0u - (4u << 20),
                              0u - (1u << 20), 0u - 64u, 0u - 32u})
            CHECK(verdict(begin, size) == "guest halted with exit code 1: out of memory");
    }
}

TEST_CASE("key recovery in the guest is the native one") {
    std::mt19937_64 rng(2);
    std::vector<Work> work;
    const Bytes n_minus_1 = *from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140");
    const Bytes gx = *from_hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    for (int i = 0; i < 200; i++) {
        // Half of all abscissas are on the curve; the rest takes the path of the refuted square root.
        Bytes data = random_bytes(rng, 32);
        append(data, Bytes(31));
        data.push_back(27 + i % 2);
        append(data, i % 20 == 7 ? gx : i % 20 == 8 ? n_minus_1 : random_bytes(rng, 32));
        append(data, i % 20 == 9 ? n_minus_1 : random_bytes(rng, 32));
        work.push_back({1, data});
    }
    // The key at infinity, and equal points in the sum (r = x(G), s = z).
    for (uint8_t v : {27, 28}) {
        const Bytes z = random_bytes(rng, 32);
        Bytes data = z;
        append(data, Bytes(31));
        data.push_back(v);
        append(data, gx);
        append(data, z);
        work.push_back({1, data});
    }
    const uint64_t cycles = check(work);
    CHECK(cycles / work.size() < 12000);
}

TEST_CASE("hashes, modexp, blake2f and P-256 in the guest are the native ones") {
    std::mt19937_64 rng(3);
    std::vector<Work> work;
    for (size_t size : {0, 1, 3, 31, 32, 55, 56, 63, 64, 65, 119, 120, 135, 136, 137, 200})
        for (uint32_t number : {2, 3, 4}) work.push_back({number, random_bytes(rng, size)});
    for (int i = 0; i < 60; i++) {
        Bytes data;
        const size_t top = i < 40 ? 40 : 150;
        const size_t sizes[3] = {rng() % top, rng() % 10, rng() % top};
        for (size_t s : sizes)
            append(data, [&] {
                const auto w = evm::uint256{s}.to_bytes32();
                return Bytes(w.begin(), w.end());
            }());
        append(data, random_bytes(rng, sizes[0] + sizes[1] + sizes[2]));
        if (i % 3 == 0 && sizes[2]) data.back() = 0;
        work.push_back({5, data});
    }
    for (int i = 0; i < 10; i++) {
        Bytes data = random_bytes(rng, 213);
        data[0] = data[1] = data[2] = 0;
        data[212] = i % 3 != 0;
        work.push_back({9, data});
    }
    // Source: EIP-7951's test vectors.
    const Bytes p256 = *from_hex(
        "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d5"
        "8468e8fb19086e8cac"
        "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754"
        "204a3bb6060e44eff3"
        "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e");
    for (size_t flip : {size_t{160}, size_t{5}, size_t{40}, size_t{70}, size_t{100}, size_t{130}}) {
        Bytes data = p256;
        if (flip < data.size()) data[flip] ^= 1;
        work.push_back({0x100, data});
    }
    check(work);
}

TEST_CASE("pairing curves in the guest are the native ones") {
    auto bn = from_vectors("bn254.txt", {{"add", 6}, {"mul", 7}, {"pair", 8}});
    bn.resize(24);
    // Doubling, inverse, infinity: what the calls cannot express.
    Bytes g(64);
    g[31] = 1;
    g[63] = 2;
    Bytes pair = g;
    append(pair, g);
    bn.push_back({6, pair});
    bn.push_back({6, Bytes(128)});
    Bytes negative = *from_hex("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45");
    std::copy(negative.begin(), negative.end(), pair.begin() + 96);
    bn.push_back({6, pair});
    check(bn);
    auto bls = from_vectors(
        "bls12_381.txt",
        {{"g1add", 11}, {"g1msm", 12}, {"g2add", 13}, {"g2msm", 14}, {"pair", 15}, {"map1", 16}, {"map2", 17}});
    bls.resize(30);
    bls.push_back({10, *from_hex("01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8"
                                 "acfe0f8245f0ad1347b378fbf96"
                                 "e206da11a5d3630624d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a"
                                 "8d2a1a625a17f3fea0fe5eb8c89"
                                 "6db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7873033e038326e87ed3e1"
                                 "276fd140253fa08e9fc25fb2d9a"
                                 "98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a")});
    check(bls);
}
