// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "libs/evm/code.hpp"

namespace ashlar::ethereum {

/// Contract codes by hash, loaded lazily: what a witness carries and what the block deploys.
class CodeStore {
  public:
    struct Entry {
        Bytes32 hash;
        evm::Code code;
        /// Set once an execution asked for it; cleared by `forget_uses`.
        bool used = false;
    };

    /// Adds a code with its hash, which the caller has computed. A second one with the same hash changes nothing.
    const Entry* add(const Bytes32& hash, evm::Code code);
    /// nullptr if there is no such code. Marks it used.
    const evm::Code* find(const Bytes32& hash);
    /// The same, and nobody counts it as a use.
    const evm::Code* peek(const Bytes32& hash) const;

    size_t size() const { return entries_.size(); }
    void forget_uses();
    /// Codes added when there were already `count`.
    std::vector<const Entry*> since(size_t count) const;
    /// Codes in use of the first `count`, in the order they were added.
    std::vector<const Entry*> used(size_t count = SIZE_MAX) const;

  private:
    size_t position(const Bytes32& hash) const;
    void grow();

    std::vector<std::unique_ptr<Entry>> entries_;
    std::vector<uint32_t> table_;  ///< open addressing; index + 1 into entries_, 0 for free
};

}  // namespace ashlar::ethereum
