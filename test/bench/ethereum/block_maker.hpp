// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/ethereum/native.hpp"

/// Valid blocks made to order, for benchmarks: a state, transactions on it, and the header that follows from both.
namespace ashlar::bench {

struct AccountSpec {
    Address address;
    uint64_t nonce = 0;
    bool rich = false;  ///< holds 2^80 wei
    Bytes code = {};
    std::vector<std::pair<uint64_t, uint64_t>> storage = {};  ///< key, value
};

/// A legacy transaction without replay protection. Nobody holds a key: the signature is chosen freely, and whoever it
/// recovers to is the sender, who is given an account. So each transaction has a sender of its own.
struct TransactionSpec {
    Address to;
    uint64_t gas_limit = 0;
    Bytes data;
};

struct MadeBlock {
    ethereum::ChainConfig config;
    Bytes rlp;
    ethereum::Witness witness;
};

/// A block under the rules of Prague or Osaka. Error codes: those of ethereum::to_string, bad_signature.
HostResult<MadeBlock> make_block(bool osaka, std::vector<AccountSpec> accounts,
                                 const std::vector<TransactionSpec>& transactions);

/// The address with this number in its last eight bytes.
Address numbered_address(uint64_t number);

}  // namespace ashlar::bench
