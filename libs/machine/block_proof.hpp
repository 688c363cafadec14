// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/machine/run_proof.hpp"

namespace ashlar::machine {

/// Proof of a block without folding: the aggregator's run and the subblocks' runs that it demands, in its order.
struct BlockProof {
    Bytes aggregator;              ///< encoded RunProof
    std::vector<Bytes> subblocks;  ///< the same
};

struct BlockClaims {
    RunClaims aggregator;              ///< its committed digest is the block's statement
    std::vector<RunClaims> subblocks;  ///< in order
};

/// Versioned container. Error: too_long, if a run's proof has 4 GiB or more.
Result<Bytes, VerifyFailure> encode(const BlockProof& proof);
/// Total on any bytes.
Result<BlockProof, VerifyFailure> decode_block_proof(BytesView bytes);

/// Checks all runs, and that the aggregator's deferred chain is the one that these subblocks give: (digest of the
/// subblock key, committed digest) in order. Subblock runs demand no proofs themselves. Total on any bytes.
Result<BlockClaims, VerifyFailure> verify_block(const VerifyingKey& aggregator, const VerifyingKey& subblock,
                                                BytesView proof, const VerifyOptions& options = {});

}  // namespace ashlar::machine
