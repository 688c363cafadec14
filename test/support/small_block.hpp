// SPDX-License-Identifier: Apache-2.0
// Real proofs of small programs in the places of the guests, for tests of who is believed: what the block says does
// not count there.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "libs/ethereum/aggregate.hpp"
#include "libs/machine/verifying_key.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::test {

/// A block proof of small programs with any claims, and the parts it is made of.
struct SmallBlock {
    SmallBlock();

    std::unique_ptr<prover::Prover> machine_prover = prover::make_prover();
    prover::BlockPrograms programs;
    machine::VerifyingKey subblock_key, aggregator_key;
    Bytes subblock;              ///< proof of the subblock program
    ethereum::BlockClaim claim;  ///< what `file` claims
    Bytes file;                  ///< the block proof

    /// The program commits to the last buffer; the aggregator program's first one is what it demands (64 bytes).
    Bytes prove(const Bytes& elf, std::vector<Bytes> buffers) const;
    /// A block proof whose aggregator commits to these bytes and demands the subblock.
    Bytes block(const Bytes& committed) const;
};

/// One for all cases of a test program: proving takes seconds.
const SmallBlock& small_block();

}  // namespace ashlar::test
