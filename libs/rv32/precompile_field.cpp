// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/precompiles.hpp"
#include "libs/rv32/prime_fields.hpp"

namespace ashlar::rv32::precompile {
namespace {

enum class Operation { add, sub, mul };

/// (a op b) mod p on plain integers below 2^(64 N).
template <const auto& FIELD, Operation OP, size_t N>
Limbs<N> apply(Limbs<N> a, Limbs<N> b) {
    if constexpr (OP == Operation::mul) {
        return FIELD.mul(FIELD.encode(a), b);  // a R b / R
    } else {
        if (!FIELD.is_reduced(a)) a = bigint::remainder<N, N>(a, FIELD.modulus());
        if (!FIELD.is_reduced(b)) b = bigint::remainder<N, N>(b, FIELD.modulus());
        return OP == Operation::add ? FIELD.add(a, b) : FIELD.sub(a, b);
    }
}

template <const auto& FIELD, Operation OP>
const char* fp(const CallOperands& o) {
    constexpr size_t N = sizeof(FIELD.modulus()) / 8;
    bigint::to_words<N>(apply<FIELD, OP, N>(bigint::from_words<N>(o.out), bigint::from_words<N>(o.in)), o.out);
    return nullptr;
}

/// b > a + p, where the ABI's subtraction goes below zero.
template <size_t N>
bool subtraction_underflows(Limbs<N> a, const Limbs<N>& b, const Limbs<N>& p) {
    return !bigint::add_to(a, p) && bigint::less(a, b);
}

template <const auto& FIELD, Operation OP>
const char* fp2(const CallOperands& o) {
    constexpr size_t N = sizeof(FIELD.modulus()) / 8;
    const auto a0 = bigint::from_words<N>(o.out), a1 = bigint::from_words<N>(o.out + 2 * N);
    const auto b0 = bigint::from_words<N>(o.in), b1 = bigint::from_words<N>(o.in + 2 * N);
    Limbs<N> c0, c1;
    if constexpr (OP == Operation::mul) {
        const auto x0 = FIELD.encode(a0), x1 = FIELD.encode(a1);
        c0 = FIELD.sub(FIELD.mul(x0, b0), FIELD.mul(x1, b1));
        c1 = FIELD.add(FIELD.mul(x0, b1), FIELD.mul(x1, b0));
    } else {
        if constexpr (OP == Operation::sub)
            if (subtraction_underflows(a0, b0, FIELD.modulus()) || subtraction_underflows(a1, b1, FIELD.modulus()))
                return "Fp2 subtraction of an operand above a + p";
        c0 = apply<FIELD, OP, N>(a0, b0);
        c1 = apply<FIELD, OP, N>(a1, b1);
    }
    bigint::to_words<N>(c0, o.out);
    bigint::to_words<N>(c1, o.out + 2 * N);
    return nullptr;
}

}  // namespace

const char* uint256_mul(const CallOperands& o) {
    const auto product = bigint::multiply<4>(bigint::from_words<4>(o.out), bigint::from_words<4>(o.in));
    const auto modulus = bigint::from_words<4>(o.in + 8);
    Limbs<4> r;
    if (bigint::is_zero(modulus)) {
        r = {product[0], product[1], product[2], product[3]};
    } else {
        r = bigint::remainder<8, 4>(product, modulus);
    }
    bigint::to_words<4>(r, o.out);
    return nullptr;
}

using enum Operation;

const char* secp256k1_fp_add(const CallOperands& o) { return fp<SECP256K1_FIELD, add>(o); }
const char* secp256k1_fp_sub(const CallOperands& o) { return fp<SECP256K1_FIELD, sub>(o); }
const char* secp256k1_fp_mul(const CallOperands& o) { return fp<SECP256K1_FIELD, mul>(o); }
const char* bn254_fp_add(const CallOperands& o) { return fp<BN254_FIELD, add>(o); }
const char* bn254_fp_sub(const CallOperands& o) { return fp<BN254_FIELD, sub>(o); }
const char* bn254_fp_mul(const CallOperands& o) { return fp<BN254_FIELD, mul>(o); }
const char* bn254_fp2_add(const CallOperands& o) { return fp2<BN254_FIELD, add>(o); }
const char* bn254_fp2_sub(const CallOperands& o) { return fp2<BN254_FIELD, sub>(o); }
const char* bn254_fp2_mul(const CallOperands& o) { return fp2<BN254_FIELD, mul>(o); }
const char* bls12381_fp_add(const CallOperands& o) { return fp<BLS12381_FIELD, add>(o); }
const char* bls12381_fp_sub(const CallOperands& o) { return fp<BLS12381_FIELD, sub>(o); }
const char* bls12381_fp_mul(const CallOperands& o) { return fp<BLS12381_FIELD, mul>(o); }
const char* bls12381_fp2_add(const CallOperands& o) { return fp2<BLS12381_FIELD, add>(o); }
const char* bls12381_fp2_sub(const CallOperands& o) { return fp2<BLS12381_FIELD, sub>(o); }
const char* bls12381_fp2_mul(const CallOperands& o) { return fp2<BLS12381_FIELD, mul>(o); }

}  // namespace ashlar::rv32::precompile
