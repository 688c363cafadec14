// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/block.hpp"
#include "libs/ethereum/executor.hpp"

namespace ashlar::ethereum {

/// What a subblock proof claims: transactions [begin, end) of a block lead from one state root to another. From
/// Amsterdam on they start from the parent's root and the header's access list, and lead to no root; another kind of
/// claim
/// (`root`) says to what root the list leads.
struct SubblockClaim {
    static constexpr uint32_t VERSION = 2;
    static constexpr size_t SIZE = 4 + 2 * 32 + 2 * 8 + 4 + 2 * 32 + 8 * 8 + 5 * 32;

    Bytes32 block_hash, config_digest;
    uint64_t begin = 0, end = 0;
    bool first = false, last = false, root = false;
    Bytes32 transactions_digest, receipts_digest;  ///< list_digest of the range's
    uint64_t gas_before = 0, gas_after = 0;
    uint64_t blob_gas_before = 0, blob_gas_after = 0;
    uint64_t state_gas_before = 0, state_gas_after = 0;
    uint64_t paid_gas_before = 0, paid_gas_after = 0;
    Bytes32 root_before, root_after;
    Bytes32 withdrawals_digest, requests_digest;  ///< list_digest; of the empty list unless last
    Bytes32 accesses_digest;  ///< list_digest of the range's fragment of the access list; empty before Amsterdam

    Progress before() const { return {begin, gas_before, state_gas_before, paid_gas_before, blob_gas_before}; }
    void set_before(const Progress& p);
    Progress after() const { return {end, gas_after, state_gas_after, paid_gas_after, blob_gas_after}; }
    void set_after(const Progress& p);

    /// The claim that the block's access list leads from one state root to another.
    static SubblockClaim of_root(const Bytes32& block_hash, const Bytes32& config_digest, const Bytes32& before,
                                 const Bytes32& after);

    /// The committed bytes: fields in the order above, codec.hpp, version in front, the flags as one u32.
    Bytes encode() const;
    static std::optional<SubblockClaim> decode(BytesView committed);
    friend bool operator==(const SubblockClaim&, const SubblockClaim&) = default;
};

/// A subblock's environment: the first input buffer. Views, for the writer and for the reader.
struct SubblockEnvironment {
    static constexpr uint32_t VERSION = 2;

    uint64_t begin = 0;
    bool first = false, last = false;
    bool root = false;  ///< runs nothing: applies the access list and gives the state root
    uint64_t gas_before = 0, blob_gas_before = 0, state_gas_before = 0, paid_gas_before = 0;
    Bytes32 root_before;
    BytesView config;                  ///< ChainConfig::encode
    BytesView header;                  ///< RLP
    std::vector<BytesView> ancestors;  ///< RLP of the parent, its parent, ..., as many as BLOCKHASH needs
    BytesView transactions;            ///< items of the range
    BytesView withdrawals;             ///< items; only if last
    BytesView access_list;             ///< items; from Amsterdam on

    Bytes encode() const;
    static std::optional<SubblockEnvironment> decode(BytesView encoded);
};

/// The second input buffer is the part of the state trie that is looked at (mpt/stream.hpp), the third the codes:
///   u32 count; per code: u32 size, the bytes, zero bytes: at least evm::CODE_PADDING, up to a multiple of 4.
Bytes encode_codes(const std::vector<const CodeStore::Entry*>& codes);
/// Hashes each code into the store; the codes stay views. Error: input_encoding.
Outcome<void> read_codes(BytesView encoded, CodeStore& codes);

/// What running a subblock brings besides its claim.
struct SubblockEffects {
    Bytes receipts;  ///< items
    Bytes requests;  ///< items
    Bytes accesses;  ///< items
};

/// Runs a subblock from its three input buffers. This is what the guest program does, and nothing else is.
/// @param state  written to, and in use until the call returns; aligned to 4 bytes, as `codes` is.
Outcome<SubblockClaim> run_subblock(BytesView environment, std::span<uint8_t> state, BytesView codes,
                                    SubblockEffects* effects = nullptr);

}  // namespace ashlar::ethereum
