// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/keys.hpp"
#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"

/// What prover and verifier compute alike (PROTOCOL.md 5.1-5.4).
namespace ashlar::iop {

using field::Ext;
using field::F;
using poly::Point;
using poly::PointView;

/// Absorbs the statement, which ends with the root of the main stack.
void absorb_statement(Transcript& tr, const VerifyingKey& vk, std::span<const F> public_values,
                      std::span<const uint32_t> heights, const Digest& root);

/// alpha and the weights w = eq(b, .): fingerprint = alpha + w_0 bus + sum_i w_i v_i (i from 1).
struct Fingerprint {
    Ext alpha;
    std::vector<Ext> w;

    template <class T>
    Ext operator()(uint32_t bus, std::span<const T> values) const {
        Ext d = alpha + w[0] * F::from_canonical(bus);
        for (size_t i = 0; i < values.size(); i++) d += w[i + 1] * values[i];
        return d;
    }
};

/// Sum of the fractions of the public messages; public_zero_denominator if one has denominator 0.
Result<Ext, VerifyError> public_sum(const VerifyingKey& vk, const Fingerprint& fingerprint,
                                    std::span<const F> public_values);

/// Weights of the expression that the joint zerocheck sums.
struct Combined {
    Combined(const VerifyingKey& vk, const Shape& shape, const Fingerprint& fingerprint, PointView xi, const Ext& mu,
             const Ext& lambda);
    RowWeights of_table(uint32_t t) const;

    const Fingerprint& fingerprint;
    Ext mu;
    std::vector<Ext> lambda_powers;        // of live tables; exponents count all constraints
    std::vector<std::vector<Ext>> prefix;  // [table][interaction]
    Ext tail;                              // what the fractions outside all blocks add to Q

  private:
    std::vector<uint32_t> first_, count_;
};

}  // namespace ashlar::iop
