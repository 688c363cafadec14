// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/ethereum/native.hpp"

/// Blocks made to order: a state, transactions on it, and the header that follows from both.
namespace ashlar::test {

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

/// A block under the rules of Shanghai or a later fork, valid if `adjust` leaves its header alone. Error codes: those
/// of ethereum::to_string, bad_signature. @param adjust_parent  changes the parent before anything is made of it.
HostResult<MadeBlock> make_block(evm::Revision revision, std::vector<AccountSpec> accounts,
                                 const std::vector<TransactionSpec>& transactions,
                                 const std::function<void(ethereum::Header&)>& adjust = {},
                                 const std::function<void(ethereum::Header&)>& adjust_parent = {});

/// RLP of a header with the fields of the fork.
Bytes encode_header(const ethereum::Header& header, evm::Revision revision);

/// The address with this number in its last eight bytes.
Address numbered_address(uint64_t number);

}  // namespace ashlar::test
