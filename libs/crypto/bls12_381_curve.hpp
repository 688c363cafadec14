// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/pairing.hpp"

/// Field, tower, groups and pairing of BLS12-381; internal to libs/crypto. Source of all numbers: RFC 9380, 8.8 and
/// draft-irtf-cfrg-pairing-friendly-curves, 4.2.1.
namespace ashlar::crypto::bls12_381 {

struct FpParameters {
    static constexpr size_t BITS = 384;
    static constexpr uint64_t MODULUS[6] = {0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624,
                                            0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a};
    using Call = guest::Syscall;
    static constexpr Call ADD = Call::BLS12381_FP_ADD, SUB = Call::BLS12381_FP_SUB, MUL = Call::BLS12381_FP_MUL;
    static constexpr Call FP2_ADD = Call::BLS12381_FP2_ADD, FP2_SUB = Call::BLS12381_FP2_SUB,
                          FP2_MUL = Call::BLS12381_FP2_MUL;
};
using Fp = Field<FpParameters>;
using E = Fp2<Fp>;

/// The order of both groups, as a field of scalars.
struct ScalarParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805,
                                            0x73eda753299d7d48};
};
using Scalar = Field<ScalarParameters>;

struct Tower {
    using Fp = bls12_381::Fp;
    static constexpr Twist TWIST = Twist::multiplies;
    /// xi = 1 + u.
    static E xi() { return {Fp::one(), Fp::one()}; }
    static void multiply_xi(E& a) {
#ifdef __riscv
        static constexpr E XI{Fp::constant({1}), Fp::constant({1})};
        a *= XI;
#else
        a = {a.c0 - a.c1, a.c0 + a.c1};
#endif
    }
};
using F12 = Fp12<Tower>;

/// The curve's parameter is -X.
inline constexpr uint64_t X = 0xd201000000010000;

/// A constant from its 64-bit words, least significant first.
inline Fp constant(const uint64_t (&w)[6]) { return Fp::from_words(limbs::words_of(w)); }

struct G1 {
    using F = Fp;
    static constexpr bool A_IS_ZERO = true;
    static constexpr guest::Syscall ADD = guest::Syscall::BLS12381_ADD, DOUBLE = guest::Syscall::BLS12381_DOUBLE;
    static Fp b() { return Fp::from_u64(4); }
    static Affine<Fp> generator();
};
struct G2 {
    using F = E;
    static constexpr bool A_IS_ZERO = true;
    static constexpr guest::Syscall ADD = NO_CALL, DOUBLE = NO_CALL;
    static E b() { return {Fp::from_u64(4), Fp::from_u64(4)}; }
    static Affine<E> generator();
};

/// Whether a point of the curve has order r.
bool in_subgroup(const Affine<Fp>& p);
bool in_subgroup(const Affine<E>& q);

/// Whether the product of the pairings is one; points of order r, pairs with infinity count as one.
bool pairing_product_is_one(const std::vector<PairingInput<Tower>>& pairs);

}  // namespace ashlar::crypto::bls12_381
