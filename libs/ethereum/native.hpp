// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/block_access_list.hpp"
#include "libs/ethereum/witness.hpp"

namespace ashlar::ethereum {

/// The input of one subblock's proof, and what it must commit.
struct SubblockInput {
    Bytes environment, state, codes;  ///< the three buffers of run_subblock
    SubblockClaim claim;
    Bytes accesses;  ///< its fragment of the access list, items
    uint64_t gas() const { return claim.gas_after - claim.gas_before; }
};

/// The inputs of all proofs of a block.
struct BlockInputs {
    std::vector<SubblockInput> subblocks;
    /// The aggregator's two buffers; the digest of the subblock program is put in by `aggregator_claims`.
    Bytes aggregator_block;
    BlockClaim claim;  ///< what the aggregator must commit; subblock_vk is zero here

    /// The aggregator's first buffer for a subblock program.
    Bytes aggregator_claims(const Bytes32& subblock_vk) const;
    /// The second buffer, with which the aggregator commits the result that EIP-8025 names.
    Bytes aggregator_block_for_result() const;
    /// Cumulative gas and state root at each boundary stand in the claims.
};

/// Processor time of this thread in the stages of a native execution, in seconds.
struct StageTimes {
    double decode = 0;   ///< decoding, rules that need no state; the witness's index if it was not there yet
    double keys = 0;     ///< recovery of all signers
    double execute = 0;  ///< transactions and system calls
    double commit = 0;   ///< post-state root
    double check = 0;    ///< receipts, bloom, roots of lists, requests
    double total() const { return decode + keys + execute + commit + check; }
};

struct BlockResult {
    Header header;  ///< extra_data points into the block's RLP
    evm::Revision revision = evm::Revision::paris;
    uint64_t gas_used = 0;
    Progress progress;  ///< sums of the whole block
    Bytes32 state_root, receipts_root;
    std::vector<uint64_t> transaction_gas;
    Bytes receipts;          ///< items
    Bytes requests;          ///< items, those of the system calls
    AccessList access_list;  ///< from Amsterdam on
    StageTimes times;
};

/// Executes a block on its witness and checks everything the aggregator will check, parent included: the parent's
/// header must be in the witness. Whatever a result depends on and the witness lacks is missing_node, missing_code or
/// missing_header. Host only.
/// @param next  receives what the block adds to the witness: new nodes, deployed codes and its header. May be null. A
/// witness that
///              holds a whole state so becomes that of the state after the block.
Outcome<BlockResult> execute_block(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                   Witness* next = nullptr);

/// Executes a block and writes the inputs of its proofs, cut into subblocks of at most `subblock_gas` gas where
/// transactions allow: one that takes more is a subblock of its own, and a cut that would need nodes which the block
/// itself does not need moves. `result` receives what execute_block returns.
Outcome<BlockInputs> make_inputs(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                 uint64_t subblock_gas, BlockResult* result = nullptr);

/// The same from the block's access list alone, from Amsterdam on: each range is run from the parent's state and the
/// list (items), whatever the others do. Nothing is compared with the header: a wrong list gives inputs that no proof
/// comes of, or none.
/// @param cuts  as cut_by_gas gives them. Errors: also subblock_range.
Outcome<BlockInputs> make_inputs_from_list(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                           BytesView list, const std::vector<size_t>& cuts);

/// Ranges [cuts[i], cuts[i + 1]) of transactions for these gas amounts; the first is 0, the last the number of
/// transactions.
std::vector<size_t> cut_by_gas(std::span<const uint64_t> transaction_gas, uint64_t subblock_gas);

}  // namespace ashlar::ethereum
