// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/uint256.hpp"

#include <gmp.h>

#include <catch2/catch.hpp>
#include <random>

using namespace ashlar;
using namespace ashlar::evm;

namespace {

/// A GMP integer that frees itself.
struct Big {
    mpz_t v;
    Big() { mpz_init(v); }
    explicit Big(const Bytes32& b) : Big() { mpz_import(v, 32, 1, 1, 0, 0, b.data()); }
    ~Big() { mpz_clear(v); }
    Big(const Big&) = delete;
    Big& operator=(const Big&) = delete;
    Bytes32 wrapped() {
        mpz_fdiv_r_2exp(v, v, 256);
        Bytes32 r;
        const size_t size = (mpz_sizeinbase(v, 2) + 7) / 8;
        if (mpz_sgn(v)) mpz_export(r.data() + 32 - size, nullptr, 1, 1, 0, 0, v);
        return r;
    }
    /// Reads the value as two's complement.
    void make_signed() {
        if (mpz_tstbit(v, 255)) {
            Big one;
            mpz_set_ui(one.v, 1);
            mpz_mul_2exp(one.v, one.v, 256);
            mpz_sub(v, v, one.v);
        }
    }
};

/// Random numbers of all lengths, with runs of zeros and ones, and the edges.
Bytes32 interesting(std::mt19937_64& rng) {
    Bytes32 b;
    switch (rng() % 6) {
        case 0:
            b[31] = static_cast<uint8_t>(rng());
            break;
        case 1:
            for (size_t i = 32 - rng() % 33; i < 32; i++) b[i] = static_cast<uint8_t>(rng());
            break;
        case 2:
            b.fill(0xff);
            b[rng() % 32] = static_cast<uint8_t>(rng());
            break;
        case 3:
            b[rng() % 32] = static_cast<uint8_t>(1u << rng() % 8);
            break;
        case 4:
            for (size_t i = 0; i < 32; i += 4) {
                const uint8_t fill = rng() % 3 == 0 ? 0xff : rng() % 2 ? 0 : static_cast<uint8_t>(rng());
                std::fill(b.begin() + i, b.begin() + i + 4, fill);
            }
            break;
        default:
            for (auto& x : b) x = static_cast<uint8_t>(rng());
    }
    return b;
}

template <class W>
void check_against_gmp() {
    using U = BasicUint256<W>;
    std::mt19937_64 rng(42);
    for (int i = 0; i < 20000; i++) {
        const Bytes32 ab = interesting(rng), bb = interesting(rng), cb = interesting(rng);
        const U a = U::from(ab), b = U::from(bb), c = U::from(cb);
        const Big A(ab), B(bb), C(cb);
        Big r;
        auto same = [&r](const U& got) { return got.to_bytes32() == r.wrapped(); };
        REQUIRE(a.to_bytes32() == ab);
        mpz_add(r.v, A.v, B.v);
        REQUIRE(same(a + b));
        mpz_sub(r.v, A.v, B.v);
        REQUIRE(same(a - b));
        mpz_mul(r.v, A.v, B.v);
        REQUIRE(same(a * b));
        if (mpz_sgn(B.v))
            mpz_tdiv_q(r.v, A.v, B.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(a / b));
        if (!b.is_zero()) REQUIRE(same(U::quotient_by_inverse(a, b)));
        if (mpz_sgn(B.v))
            mpz_tdiv_r(r.v, A.v, B.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(a % b));
        mpz_add(r.v, A.v, B.v);
        if (mpz_sgn(C.v))
            mpz_mod(r.v, r.v, C.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(addmod(a, b, c)));
        mpz_mul(r.v, A.v, B.v);
        if (mpz_sgn(C.v))
            mpz_mod(r.v, r.v, C.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(mulmod(a, b, c)));
        Big SA(ab), SB(bb);
        SA.make_signed();
        SB.make_signed();
        if (mpz_sgn(SB.v))
            mpz_tdiv_q(r.v, SA.v, SB.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(sdiv(a, b)));
        if (mpz_sgn(SB.v))
            mpz_tdiv_r(r.v, SA.v, SB.v);
        else
            mpz_set_ui(r.v, 0);
        REQUIRE(same(smod(a, b)));
        const unsigned n = rng() % 300;
        mpz_mul_2exp(r.v, A.v, n);
        REQUIRE(same(a << n));
        mpz_tdiv_q_2exp(r.v, A.v, n);
        REQUIRE(same(a >> n));
        mpz_fdiv_q_2exp(r.v, SA.v, n);
        REQUIRE(same(shift_right_arithmetic(a, n)));
        REQUIRE((a < b) == (mpz_cmp(A.v, B.v) < 0));
        REQUIRE((a == b) == (mpz_cmp(A.v, B.v) == 0));
        REQUIRE(signed_less(a, b) == (mpz_cmp(SA.v, SB.v) < 0));
        REQUIRE(a.bit_length() == (mpz_sgn(A.v) ? mpz_sizeinbase(A.v, 2) : 0));
        mpz_and(r.v, A.v, B.v);
        REQUIRE(same(a & b));
        mpz_ior(r.v, A.v, B.v);
        REQUIRE(same(a | b));
        mpz_xor(r.v, A.v, B.v);
        REQUIRE(same(a ^ b));
        mpz_com(r.v, A.v);
        REQUIRE(same(~a));
        const unsigned k = rng() % 40;
        mpz_set_ui(r.v, k < 32 ? ab[k] : 0);
        REQUIRE(same(byte_at(U{k}, a)));
        if (k < 31) {
            Big low;
            mpz_fdiv_r_2exp(low.v, A.v, 8 * (k + 1));
            if (mpz_tstbit(low.v, 8 * k + 7)) {
                Big top;
                mpz_set_ui(top.v, 1);
                mpz_mul_2exp(top.v, top.v, 8 * (k + 1));
                mpz_sub(low.v, low.v, top.v);
            }
            mpz_set(r.v, low.v);
        } else {
            mpz_set(r.v, A.v);
        }
        REQUIRE(same(sign_extend(U{k}, a)));
        if (i % 20 == 0) {
            Big modulus;
            mpz_set_ui(modulus.v, 1);
            mpz_mul_2exp(modulus.v, modulus.v, 256);
            mpz_powm(r.v, A.v, B.v, modulus.v);
            REQUIRE(same(exp(a, b)));
        }
    }
}

}  // namespace

TEST_CASE("uint256 on 64-bit limbs agrees with GMP") { check_against_gmp<uint64_t>(); }
TEST_CASE("uint256 on 32-bit limbs agrees with GMP") { check_against_gmp<uint32_t>(); }

TEST_CASE("uint256 edge values") {
    CHECK(sdiv(uint256::power_of_2(255), uint256::max()) == uint256::power_of_2(255));
    CHECK(exp(uint256{}, uint256{}) == uint256{1});
    CHECK(exp(uint256{2}, uint256{255}) == uint256::power_of_2(255));
    CHECK(exp(uint256{2}, uint256::power_of_2(200)) == uint256{});
    CHECK(sign_extend(uint256::max(), uint256{0xff}) == uint256{0xff});
    CHECK(byte_at(uint256::max(), uint256::max()) == uint256{});
    CHECK((uint256{1} << 256).is_zero());
    CHECK((uint256::max() >> 256).is_zero());
    CHECK(shift_right_arithmetic(uint256::max(), 256) == uint256::max());
    CHECK(addmod(uint256::max(), uint256::max(), uint256::max()).is_zero());
    CHECK(mulmod(uint256::max(), uint256::max(), uint256{}).is_zero());
    const Address a = Address::from(Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    CHECK(uint256::from(a).to_address() == a);
    CHECK(BasicUint256<uint32_t>::from(a).to_address() == a);
}
