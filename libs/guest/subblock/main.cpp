// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/subblock.hpp"
#include "libs/guest/runtime.hpp"

using namespace ashlar;

/// Proves one subblock: reads the three buffers of ethereum::run_subblock, commits the claim.
int guest::program() {
    const BytesView environment = read_input();
    const BytesView state = read_input();
    const BytesView codes = read_input();
    // Input memory is the program's own: the trie is updated where it was read.
    const std::span<uint8_t> nodes{const_cast<uint8_t*>(state.data()), state.size()};
    const auto claim = ethereum::run_subblock(environment, nodes, codes);
    if (!claim) panic(ethereum::to_string(claim.error().code));
    commit(claim->encode());
    return 0;
}
