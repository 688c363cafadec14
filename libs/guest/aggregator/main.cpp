// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/aggregate.hpp"
#include "libs/guest/runtime.hpp"

using namespace ashlar;

namespace {

void demand(void*, const Bytes32& vk, const Bytes32& committed_digest) {
    uint32_t words[8];
    for (size_t i = 0; i < 8; i++) words[i] = load_le32(vk.data() + 4 * i);
    guest::verify_proof(words, committed_digest);
}

}  // namespace

/// Proves a block from its subblocks' claims: reads the two buffers of ethereum::run_aggregator, demands each
/// subblock's proof, commits the block's claim or the result that EIP-8025 names.
int guest::program() {
    const BytesView claims = read_input();
    const BytesView block = read_input();
    Bytes committed;
    const auto claim = ethereum::run_aggregator(claims, block, demand, nullptr, &committed);
    if (!claim) panic(ethereum::to_string(claim.error().code));
    commit(committed);
    return 0;
}
