// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/ethereum/chain_config.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::prover {

/// The block in the dump folder block<N>/gas<G>. The aggregator program's checks are made natively, so that inputs
/// which do not fit together, to the chain or to the subblock program (digest of its key: `subblock_vk`) are refused
/// before anything is proven. Codes: those of ethereum::read_dump_folder, dump_of_other_program, dump_of_other_chain,
/// block_invalid.
HostResult<PreparedBlock> prepare_dump(const std::filesystem::path& folder, const ethereum::ChainConfig& chain,
                                       const Bytes32& subblock_vk);

/// Runs both guests on a block's inputs: each subblock must commit what the aggregator's input says of it, the
/// aggregator the block. Codes: emulation_differs, those of rv32::load_elf and rv32::execute.
HostResult<void> emulate_block(const BlockPrograms& programs, const PreparedBlock& block);

}  // namespace ashlar::prover
