// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/iop/keys.hpp"

namespace ashlar::iop {

/// Opened leaves of one tree.
struct TreeOpening {
    uint32_t num_rows = 0;
    std::vector<F> rows;  // num_rows times the tree's leaf width, by ascending index
    std::vector<Digest> siblings;
};

struct FractionLayer {
    std::vector<std::array<Ext, 3>> polys;  // g(0), g(2), g(3) of each round
    std::array<Ext, 4> ends;                // p0, p1, q0, q1
};

struct WhirRound {
    std::vector<std::array<Ext, 2>> polys;  // g(0), g(2)
    std::vector<F> nonces;                  // of each folding challenge, if there is proof of work
    Digest root{};                          // of the next oracle; not in the last round
    std::vector<Ext> final;                 // the folded vector; only in the last round
    std::vector<Ext> ood;                   // answers that bind the next oracle
    F nonce = F::ZERO;                      // before the queries
    std::vector<TreeOpening> openings;      // one for each tree of the oracle
};

/// A decoded proof. Every length follows from key and heights (walk in proof_codec.hpp).
struct Proof {
    std::vector<uint32_t> heights;
    Digest root{};
    std::vector<Ext> ood;
    F logup_nonce = F::ZERO;
    std::vector<std::array<Ext, 2>> top;  // numerator, denominator
    std::vector<FractionLayer> fraction_layers;
    std::vector<std::vector<Ext>> layered;      // messages of the layered argument, for each table of Shape::layered
    std::vector<std::array<Ext, 4>> zerocheck;  // g(0), g(2), g(3), g(4)
    std::vector<Ext> claims;
    std::vector<WhirRound> whir;
    std::vector<std::array<Ext, 2>> last;
};

/// 32-bit little-endian words, each < p, in transcript order.
Bytes encode(const VerifyingKey& vk, const Proof& proof);

struct DecodedProof {
    Proof proof;
    Shape shape;
};
/// Total on any bytes.
Result<DecodedProof, VerifyError> decode(const VerifyingKey& vk, BytesView bytes);

}  // namespace ashlar::iop
