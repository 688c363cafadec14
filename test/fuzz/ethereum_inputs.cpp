// SPDX-License-Identifier: Apache-2.0
// Any bytes as the guests' inputs. The input is cut where its first bytes say: 2 bytes each for the sizes of the first
// two buffers, the rest is the third.
#include <algorithm>

#include "libs/ethereum/aggregate.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/fuzz_replay.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 4) return 0;
    const size_t left = size - 4;
    const size_t a = std::min<size_t>(left, data[0] | data[1] << 8),
                 b = std::min<size_t>(left - a, data[2] | data[3] << 8);
    const Bytes first(data + 4, data + 4 + a), third(data + 4 + a + b, data + size);
    Bytes second(data + 4 + a, data + 4 + a + b);
    (void)run_subblock(first, second, third);
    (void)run_aggregator(first, second, [](void*, const Bytes32&, const Bytes32&) {}, nullptr);
    (void)SubblockClaim::decode(first);
    (void)BlockClaim::decode(first);
    if (const auto config = ChainConfig::decode(first)) (void)config->revision(1, 2);
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    const auto join = [](const Bytes& a, const Bytes& b, const Bytes& c) {
        Bytes out{static_cast<uint8_t>(a.size()), static_cast<uint8_t>(a.size() >> 8), static_cast<uint8_t>(b.size()),
                  static_cast<uint8_t>(b.size() >> 8)};
        for (const Bytes* part : {&a, &b, &c}) out.insert(out.end(), part->begin(), part->end());
        return out;
    };
    // An empty Shanghai block on an empty state.
    rlp::Writer header;
    header.string(Bytes32{}.view());
    header.string(Bytes32{}.view());
    header.string(Address{}.view());
    for (int i = 0; i < 3; i++) header.string(Bytes32{}.view());
    header.string(Bloom{}.view());
    for (uint64_t v : {0, 1, 30'000'000, 0, 12}) header.u64(v);
    header.string({});
    header.string(Bytes32{}.view());
    header.string(FixedBytes<8>{}.view());
    header.u64(7);
    header.string(Bytes32{}.view());
    header.end_list(0);
    ChainConfig chain = base_config(1);
    chain.shanghai_time = 0;
    const Bytes config = chain.encode(), empty_trie(4), no_codes(4);
    SubblockEnvironment env;
    env.first = env.last = true;
    env.root_before = mpt::EMPTY_ROOT;
    env.config = config;
    env.header = header.out;
    AggregatorBlock block;
    block.config = config;
    block.header = block.parent = header.out;
    block.withdrawals = BytesView{};
    const Bytes claim = SubblockClaim{}.encode();
    AggregatorClaims claims;
    claims.subblocks = {claim};
    return {join(env.encode(), empty_trie, no_codes), join(claims.encode(), block.encode(), {}), join(claim, {}, {}),
            join(config, {}, {})};
}
