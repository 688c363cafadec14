// SPDX-License-Identifier: Apache-2.0
// What Verifier promises (prover.hpp), on keys that a prover may share.
#pragma once
#include "libs/prover/keys.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::prover {

HostResult<PreparedBlock> prepare_block(Keys& keys, const std::filesystem::path& dir, const std::string& chain,
                                        uint64_t subblock_gas, const BlockPrograms& programs,
                                        const std::string& profile);
HostResult<ProgramClaims> verify_program(Keys& keys, BytesView elf, BytesView proof, const std::string& profile);
HostResult<BlockClaims> verify_block(Keys& keys, const BlockPrograms& programs, BytesView proof,
                                     const std::string& chain, const std::string& profile);

}  // namespace ashlar::prover
