// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/header.hpp"

namespace ashlar::ethereum {

/// Hashes of the blocks before one, as far as they are known, for BLOCKHASH.
class Ancestors {
  public:
    Ancestors() = default;
    /// @param header   the block; its parent's hash is known from it.
    /// @param parents  RLP of the parent, its parent, and so on, newest first, at most 256.
    /// @return block_rlp and the like; missing_header if the chain of hashes or numbers is broken.
    static Outcome<Ancestors> make(const Header& header, std::span<const BytesView> parents);

    /// Hash of block `number`; nullopt if it is not known.
    std::optional<Bytes32> hash(uint64_t number);
    /// How many parents' headers the answers so far needed.
    size_t depth_used() const { return depth_used_; }
    void forget_uses() { depth_used_ = 0; }

  private:
    uint64_t number_ = 0;
    std::vector<Bytes32> hashes_;  ///< [k] is the hash of block number_ - 1 - k
    size_t depth_used_ = 0;
};

}  // namespace ashlar::ethereum
