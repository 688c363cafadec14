// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "test/support/block_maker.hpp"

namespace ashlar::bench {

/// A kind of block that does nothing but one thing, as much of it as `gas` allows: what whoever wants to slow a prover
/// down would send.
struct Family {
    std::string name;
    bool osaka = true;
    std::vector<test::AccountSpec> accounts;
    std::vector<test::TransactionSpec> transactions;
};

/// Every precompiled contract, the costly instructions, and state access. @param gas  of each block, about.
/// @param vectors  folder of test/vectors/crypto, where points and proofs come from.
/// @param only  builds only families whose name contains this.
HostResult<std::vector<Family>> worst_families(uint64_t gas, const std::string& vectors, const std::string& only);

}  // namespace ashlar::bench
