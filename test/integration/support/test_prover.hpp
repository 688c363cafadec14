// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "libs/prover/prover.hpp"

namespace ashlar::test {

/// A prover for tests of the cluster only: it proves nothing. A "proof" names the hashes of program and input, so that
/// a wrong, swapped or foreign one is noticed; how long it takes and how it fails is written in the input.
///
/// Block folder: block.rlp with the number, and `plan` (or field "plan" of witness.json), lines of `key value`:
/// subblocks N, steps N, step_ms N, invalid 1 (the block breaks a rule). Environment of a daemon:
/// ASHLAR_TEST_FAULT=garbage (returns bytes that are no proof), crash (the engine aborts), fail (an error each time).
std::unique_ptr<prover::Prover> make_test_prover();

/// A test block as a node has it; execution would refuse it.
Bytes test_block_rlp(uint64_t number);
/// The header of every test block's parent. A node serves the block with a witness of that header, to which the test
/// adds "plan".
Bytes test_parent_rlp();

/// Makes such a folder.
void write_test_block(const std::filesystem::path& dir, uint64_t number, const std::string& plan);

}  // namespace ashlar::test
