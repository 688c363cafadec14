// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ctime>

#include "libs/ethereum/native.hpp"

/// What native execution and the writing of inputs share. Host only; internal to libs/ethereum.
namespace ashlar::ethereum {

/// Seconds of processor time since the last call, on this thread.
class StageClock {
  public:
    StageClock() { lap(); }
    double lap() {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        const double now = static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
        const double since = now - last_;
        last_ = now;
        return since;
    }

  private:
    double last_ = 0;
};

/// A block, decoded, with its parent: everything that does not need the state has been checked.
struct Prepared {
    Block block;
    Header parent;
    evm::Revision revision;
    std::vector<BytesView> ancestors;
    std::vector<Transaction> transactions;
    /// Why the one behind `transactions` cannot be decoded; told when those before it have run.
    std::optional<Error> undecodable;
    std::vector<Signers> signers;
    std::vector<Withdrawal> withdrawals;
    StageTimes times;

    /// Items of the body.
    BytesView transactions_between(uint64_t begin, uint64_t end) const {
        if (begin == end) return {};
        const BytesView& from = block.items[static_cast<size_t>(begin)];
        const BytesView& to = block.items[static_cast<size_t>(end - 1)];
        return {from.data(), static_cast<size_t>(to.data() + to.size() - from.data())};
    }
};
Outcome<Prepared> prepare(const ChainConfig& config, BytesView block_rlp, const Witness& witness);

/// What a range of transactions that was run claims; the roots are the caller's to set.
/// @param config  ChainConfig::encode. @param accesses  the range's fragment of the access list.
SubblockClaim claim_of(const Prepared& p, BytesView config, const Executor& executor, const Progress& before,
                       const Bytes& accesses);
/// The environment of a subblock that makes this claim. @param ancestors  how many parents' headers it needs.
/// @param access_list  items; empty before Amsterdam.
Bytes environment_of(const Prepared& p, const SubblockClaim& claim, BytesView config, size_t ancestors,
                     BytesView access_list = {});

/// Inputs of the ranges between `cuts`, each run from the parent's state and the list alone, and last that of the
/// state root. Nothing is compared with the list: what the ranges do need not be what it says.
/// @param receipts, requests  receive the block's, items.
Outcome<std::vector<SubblockInput>> inputs_from_list(const ChainConfig& config, const Prepared& p,
                                                     const Witness& witness, BytesView list,
                                                     const std::vector<size_t>& cuts, Bytes* receipts = nullptr,
                                                     Bytes* requests = nullptr);

}  // namespace ashlar::ethereum
