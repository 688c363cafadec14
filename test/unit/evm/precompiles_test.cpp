// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/precompiles.hpp"

#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/evm/uint256.hpp"

using namespace ashlar;
using namespace ashlar::evm;

namespace {

/// Gas that a call takes; UINT64_MAX if it fails with plenty.
uint64_t price(Revision r, unsigned number, BytesView input) {
    constexpr uint64_t PLENTY = uint64_t{1} << 62;
    const auto result = run_precompile(r, number, input, PLENTY);
    return result.ok ? PLENTY - result.gas_left : UINT64_MAX;
}
Bytes modexp_input(uint64_t base, uint64_t exponent, uint64_t modulus, uint8_t fill = 0xff) {
    Bytes in;
    for (uint64_t size : {base, exponent, modulus}) {
        const Bytes32 w = uint256{size}.to_bytes32();
        in.insert(in.end(), w.begin(), w.end());
    }
    in.resize(96 + base + exponent + modulus, fill);
    return in;
}
Address at(unsigned n) {
    Address a;
    a[18] = static_cast<uint8_t>(n >> 8);
    a[19] = static_cast<uint8_t>(n);
    return a;
}

}  // namespace

TEST_CASE("precompiled contracts exist from their fork on") {
    const size_t counts[REVISION_COUNT] = {9, 9, 10, 17, 18, 18};
    for (unsigned i = 0; i < REVISION_COUNT; i++) {
        const auto r = static_cast<Revision>(i);
        CHECK(precompile_addresses(r).size() == counts[i]);
        for (const auto& a : precompile_addresses(r)) CHECK(precompile_at(r, a) != 0);
        for (unsigned n = 0; n < 0x200; n++) {
            const bool expected = (n >= 1 && n <= 9) || (n == 10 && r >= Revision::cancun) ||
                                  (n >= 11 && n <= 17 && r >= Revision::prague) || (n == 0x100 && r >= Revision::osaka);
            CHECK((precompile_at(r, at(n)) != 0) == expected);
        }
        Address far = at(1);
        far[0] = 1;
        CHECK(precompile_at(r, far) == 0);
    }
}

TEST_CASE("prices that do not depend on the fork") {
    const auto r = Revision::osaka;
    CHECK(price(r, 1, {}) == 3000);
    CHECK(price(r, 2, {}) == 60);
    CHECK(price(r, 2, Bytes(33)) == 84);
    CHECK(price(r, 3, Bytes(33)) == 840);
    CHECK(price(r, 4, Bytes(33)) == 21);
    CHECK(price(r, 6, {}) == 150);
    CHECK(price(r, 7, {}) == 6000);
    CHECK(price(r, 8, {}) == 45000);
    CHECK(price(r, 8, Bytes(384)) == 45000 + 2 * 34000);
    CHECK(price(r, 0x100, {}) == 6900);
    CHECK(price(r, 11, Bytes(256)) == 375);
    CHECK(price(r, 12, Bytes(160)) == 12000);
    CHECK(price(r, 12, Bytes(320)) == 2 * 12000 * 949 / 1000);
    CHECK(price(r, 12, Bytes(160 * 200)) == 200 * 12000 * uint64_t{519} / 1000);
    CHECK(price(r, 13, Bytes(512)) == 600);
    CHECK(price(r, 14, Bytes(288 * 3)) == 3 * 22500 * 923 / 1000);
    CHECK(price(r, 15, Bytes(384 * 2)) == 37700 + 2 * 32600);
    CHECK(price(r, 16, Bytes(64)) == 5500);
    CHECK(price(r, 17, Bytes(128)) == 23800);
}

TEST_CASE("modexp prices of EIP-2565 and EIP-7883, bounds of EIP-7823") {
    // Source of the pairs: the named cases of both EIPs (nagydani-*-square, -qube, -pow0x10001), exponents 2, 3, 65537.
    auto input = [](uint64_t size, uint64_t exponent) {
        Bytes in = modexp_input(size, exponent > 255 ? 3 : 1, size);
        if (exponent > 255) {
            in[96 + size] = 1;
            in[96 + size + 1] = 0;
            in[96 + size + 2] = 1;
        } else {
            in[96 + size] = static_cast<uint8_t>(exponent);
        }
        return in;
    };
    struct Case {
        uint64_t size, exponent, eip2565, eip7883;
    };
    for (const auto& c :
         {Case{64, 2, 200, 500}, Case{64, 3, 200, 500}, Case{64, 65537, 341, 2048}, Case{128, 2, 200, 512},
          Case{128, 65537, 1365, 8192}, Case{256, 2, 341, 2048}, Case{256, 65537, 5461, 32768},
          Case{512, 2, 1365, 8192}, Case{1024, 2, 5461, 32768}, Case{1024, 65537, 87381, 524288}}) {
        CAPTURE(c.size, c.exponent);
        CHECK(price(Revision::prague, 5, input(c.size, c.exponent)) == c.eip2565);
        CHECK(price(Revision::osaka, 5, input(c.size, c.exponent)) == c.eip7883);
    }
    CHECK(price(Revision::prague, 5, modexp_input(1025, 1, 1)) != UINT64_MAX);
    for (auto [b, e, m] : {std::tuple{1025, 1, 1}, std::tuple{1, 1025, 1}, std::tuple{1, 1, 1025}})
        CHECK(price(Revision::osaka, 5, modexp_input(b, e, m)) == UINT64_MAX);
    CHECK(price(Revision::prague, 5, {}) == 200);
    CHECK(price(Revision::osaka, 5, {}) == 500);
    CHECK(run_precompile(Revision::prague, 5, {}, 1000).output.empty());
    // Lengths no one can pay for.
    Bytes huge = modexp_input(0, 0, 0);
    huge[64] = 0xff;
    CHECK(price(Revision::prague, 5, huge) == UINT64_MAX);
    // An empty base and modulus hide any exponent length before EIP-7823.
    Bytes hidden = modexp_input(0, 0, 0);
    hidden[32] = 0xff;
    CHECK(price(Revision::prague, 5, hidden) == 200);
    CHECK(price(Revision::osaka, 5, hidden) == UINT64_MAX);
    // EIP-198, first example: 3^(p - 1) mod p.
    const std::string p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2";
    const std::string lengths = std::string(63, '0') + "1" + std::string(62, '0') + "20" + std::string(62, '0') + "20";
    const Bytes fermat = *from_hex(lengths + "03" + p + "e" + p + "f");
    const auto r = run_precompile(Revision::paris, 5, fermat, 100000);
    CHECK(to_hex(r.output) == std::string(63, '0') + "1");
    CHECK(100000 - r.gas_left == 1360);
}

TEST_CASE("modexp operands that gas could pay for and no address reaches are no failure of the call") {
    constexpr uint64_t FAR = uint64_t{1} << 32, PRICE = 8 * (FAR - 32) / 3;
    const auto run = [](Revision r, uint64_t base, uint64_t exponent, uint64_t modulus, uint64_t gas) {
        Bytes in;
        for (uint64_t size : {base, exponent, modulus}) {
            const Bytes32 w = uint256{size}.to_bytes32();
            in.insert(in.end(), w.begin(), w.end());
        }
        return run_precompile(r, 5, in, gas);
    };
    CHECK(run(Revision::prague, 1, FAR, 1, PRICE).beyond_memory);
    CHECK(run(Revision::prague, FAR, 1, 1, UINT64_MAX).beyond_memory);
    CHECK(run(Revision::prague, 1, 1, FAR, UINT64_MAX).beyond_memory);
    CHECK(run(Revision::prague, FAR, 1, 0, UINT64_MAX).beyond_memory);
    CHECK(run(Revision::prague, 0, 1, FAR, UINT64_MAX).beyond_memory);
    for (const auto& result :
         {run(Revision::prague, 1, FAR, 1, PRICE - 1), run(Revision::osaka, 1, FAR, 1, UINT64_MAX)}) {
        CHECK_FALSE(result.beyond_memory);
        CHECK_FALSE(result.ok);
    }
    const auto empty = run(Revision::prague, 0, FAR, 0, PRICE);
    CHECK(empty.ok);
    CHECK_FALSE(empty.beyond_memory);
}

TEST_CASE("a modexp price that takes more than 64 bits is no small one") {
    // Complexity 2^40, and 8 (2^21 - 1) + 7 iterations: the last product that fits. One iteration more makes 2^64.
    constexpr uint64_t BASE = uint64_t{1} << 23, EXPONENT = (uint64_t{1} << 21) + 31;
    Bytes in = modexp_input(0, 0, 0);
    uint256{BASE}.store(in.data());
    uint256{EXPONENT}.store(in.data() + 32);
    in.resize(96 + BASE + 32);
    in[96 + BASE + 31] = 1 << 7;
    const auto most = run_precompile(Revision::prague, 5, in, UINT64_MAX);
    CHECK(most.ok);
    CHECK(UINT64_MAX - most.gas_left == (UINT64_MAX - (uint64_t{1} << 40) + 1) / 3);
    in[96 + BASE + 30] = 1;
    CHECK_FALSE(run_precompile(Revision::prague, 5, in, UINT64_MAX).ok);
}

TEST_CASE("what is no point is a failure") {
    CHECK_FALSE(run_precompile(Revision::osaka, 11, Bytes(255), 1'000'000).ok);
    CHECK_FALSE(run_precompile(Revision::osaka, 11, Bytes(256, 0xff), 1'000'000).ok);
    CHECK_FALSE(run_precompile(Revision::osaka, 6, Bytes(128, 0xff), 1'000'000).ok);
    CHECK_FALSE(run_precompile(Revision::osaka, 7, Bytes(96, 0xff), 1'000'000).ok);
    CHECK_FALSE(run_precompile(Revision::osaka, 8, Bytes(192, 0xff), 1'000'000).ok);
    CHECK_FALSE(run_precompile(Revision::osaka, 8, Bytes(191, 0), 1'000'000).ok);
    CHECK(run_precompile(Revision::osaka, 8, Bytes(192, 0), 1'000'000).ok);
}

TEST_CASE("too little gas is a failure, just enough is none") {
    CHECK_FALSE(run_precompile(Revision::osaka, 1, {}, 2999).ok);
    const auto r = run_precompile(Revision::osaka, 1, {}, 3000);
    CHECK(r.ok);
    CHECK(r.gas_left == 0);
    CHECK(r.output.empty());
}

TEST_CASE("ecrecover ignores what does not fit and pads short input") {
    Bytes in = *from_hex(
        "18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c0000000000000000000000000000000000000000000000"
        "00000000000000001c73b1693892219d736c"
        "aba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c454"
        "9");
    auto out = [&] { return to_hex(run_precompile(Revision::osaka, 1, in, 3000).output); };
    CHECK(out() == "000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
    in.push_back(7);
    CHECK(out() == "000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
    in[63] = 29;
    CHECK(out().empty());
    in[63] = 28;
    in[40] = 1;
    CHECK(out().empty());
}

TEST_CASE("blake2f of EIP-152") {
    const std::string state =
        "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
        "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
    const std::string message = "616263" + std::string(250, '0'), counters = "03" + std::string(30, '0');
    const Bytes in = *from_hex("0000000c" + state + message + counters + "01");
    const auto r = run_precompile(Revision::paris, 9, in, 12);
    CHECK(r.ok);
    CHECK(to_hex(r.output) ==
          "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
          "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    CHECK_FALSE(run_precompile(Revision::paris, 9, in, 11).ok);
    CHECK_FALSE(run_precompile(Revision::paris, 9, BytesView{in}.first(212), 100).ok);
    CHECK_FALSE(run_precompile(Revision::paris, 9, {}, 100).ok);
    const Bytes longer(214, 0);
    CHECK_FALSE(run_precompile(Revision::paris, 9, longer, 100).ok);
    Bytes flag = in;
    flag[212] = 2;
    CHECK_FALSE(run_precompile(Revision::paris, 9, flag, 100).ok);
}

TEST_CASE("point evaluation binds the versioned hash") {
    Bytes in = *from_hex(
        "01e798154708fe7789429634053cbf9f99b619f9f084048927333fce637f549b564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf"
        "96e206da11a5d3630624d25032e67a7e6a"
        "4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a18f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcc"
        "a25f26936857bc3a7c2539ea8ec3a952b7"
        "873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a");
    const auto r = run_precompile(Revision::cancun, 10, in, 50000);
    CHECK(r.ok);
    CHECK(to_hex(r.output) ==
          "000000000000000000000000000000000000000000000000000000000000100073eda753299d7d483339d80809a1d80553bda402fffe"
          "5bfeffffffff00000001");
    CHECK_FALSE(run_precompile(Revision::cancun, 10, in, 49999).ok);
    in[0] = 2;
    CHECK_FALSE(run_precompile(Revision::cancun, 10, in, 50000).ok);
    in[0] = 1;
    in[95] ^= 1;  // another value of the polynomial
    CHECK_FALSE(run_precompile(Revision::cancun, 10, in, 50000).ok);
    in[95] ^= 1;
    in.push_back(0);
    CHECK_FALSE(run_precompile(Revision::cancun, 10, in, 50000).ok);
}
