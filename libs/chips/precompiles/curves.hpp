// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "libs/abi/syscalls.hpp"
#include "libs/chips/precompiles/modulus.hpp"

/// Short Weierstrass curves y^2 = x^3 + A x + B as the chips need them (ABI.md 5.5).
namespace ashlar::chips {

using guest::Syscall;

/// The id of a call as it travels on the call bus: byte 0 of its word.
constexpr uint32_t call_id(Syscall word) { return static_cast<uint32_t>(word) & 0xff; }

struct Secp256k1 {
    using Modulus = Secp256k1Modulus;
    static constexpr int A = 0;
    static constexpr std::array<uint32_t, 8> B = {7};
    static constexpr Syscall ADD = Syscall::SECP256K1_ADD, DOUBLE = Syscall::SECP256K1_DOUBLE,
                             DECOMPRESS = Syscall::SECP256K1_DECOMPRESS;
    static constexpr std::string_view ADD_NAME = "secp256k1_add", DOUBLE_NAME = "secp256k1_double",
                                      DECOMPRESS_NAME = "secp256k1_decompress";
};
struct Secp256r1 {
    using Modulus = Secp256r1Modulus;
    static constexpr int A = -3;
    static constexpr std::array<uint32_t, 8> B = {0x27d2604b, 0x3bce3c3e, 0xcc53b0f6, 0x651d06b0,
                                                  0x769886bc, 0xb3ebbd55, 0xaa3a93e7, 0x5ac635d8};
    static constexpr Syscall ADD = Syscall::SECP256R1_ADD, DOUBLE = Syscall::SECP256R1_DOUBLE,
                             DECOMPRESS = Syscall::SECP256R1_DECOMPRESS;
    static constexpr std::string_view ADD_NAME = "secp256r1_add", DOUBLE_NAME = "secp256r1_double",
                                      DECOMPRESS_NAME = "secp256r1_decompress";
};
struct Bn254 {
    using Modulus = Bn254Modulus;
    static constexpr int A = 0;
    static constexpr Syscall ADD = Syscall::BN254_ADD, DOUBLE = Syscall::BN254_DOUBLE;
    static constexpr std::string_view ADD_NAME = "bn254_add", DOUBLE_NAME = "bn254_double";
};
struct Bls12381 {
    using Modulus = Bls12381Modulus;
    static constexpr int A = 0;
    static constexpr std::array<uint32_t, 12> B = {4};
    static constexpr Syscall ADD = Syscall::BLS12381_ADD, DOUBLE = Syscall::BLS12381_DOUBLE,
                             DECOMPRESS = Syscall::BLS12381_DECOMPRESS;
    static constexpr std::string_view ADD_NAME = "bls12381_add", DOUBLE_NAME = "bls12381_double",
                                      DECOMPRESS_NAME = "bls12381_decompress";
};

}  // namespace ashlar::chips
