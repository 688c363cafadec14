// SPDX-License-Identifier: Apache-2.0
// Any bytes as RLP: what is accepted encodes to the same bytes, at every depth; and as what blocks are made of.
#include <algorithm>
#include <cstdlib>

#include "libs/ethereum/block.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/mpt/decode.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/fuzz_replay.hpp"

using namespace ashlar;

namespace {

void walk(rlp::Reader reader, unsigned depth) {
    while (!reader.empty()) {
        const auto item = reader.next();
        if (!item) return;
        rlp::Writer w;
        if (item->is_list) {
            w.raw(item->payload);
            w.end_list(0);
            if (depth < 64) walk(rlp::Reader(item->payload), depth + 1);
        } else {
            w.string(item->payload);
        }
        if (!std::equal(w.out.begin(), w.out.end(), item->raw.begin(), item->raw.end())) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const BytesView in{data, size};
    walk(rlp::Reader(in), 0);
    (void)ethereum::decode_block(in);
    (void)ethereum::decode_header(in);
    (void)ethereum::decode_withdrawals(in);
    (void)ethereum::requests_hash({}, in);
    for (unsigned r = 0; r < evm::REVISION_COUNT; r++) {
        const auto t = ethereum::decode_transaction(in, static_cast<evm::Revision>(r));
        if (t) (void)ethereum::intrinsic_gas(*t, static_cast<evm::Revision>(r));
    }
    if (const auto receipts = ethereum::decode_receipts(in)) {
        Bytes deposits;
        (void)ethereum::collect_deposits(*receipts, Address{}, deposits);
    }
    mpt::Arena arena;
    (void)mpt::decode_node(arena, in, 0);
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    std::vector<Bytes> seeds{{0xc0}, {0xc7, 0xc0, 0xc1, 0xc0, 0xc3, 0xc0, 0xc1, 0xc0}};
    // A legacy transaction, one of type 2, a branch, a leaf, a receipt.
    rlp::Writer legacy;
    for (uint64_t v : {9, 20, 21000}) legacy.u64(v);
    legacy.string(Address{}.view());
    for (uint64_t v : {1, 0, 37, 5, 6}) legacy.u64(v);
    legacy.end_list(0);
    seeds.push_back(legacy.out);
    rlp::Writer typed;
    for (uint64_t v : {1, 9, 20, 30, 21000}) typed.u64(v);
    typed.string(Address{}.view());
    typed.u64(7);
    typed.string({});
    typed.out.push_back(0xc0);
    for (uint64_t v : {1, 5, 6}) typed.u64(v);
    typed.end_list(0);
    typed.out.insert(typed.out.begin(), 2);
    typed.end_string(0);
    seeds.push_back(typed.out);
    rlp::Writer branch;
    for (int i = 0; i < 8; i++) branch.string(Bytes(32, static_cast<uint8_t>(i + 1)));
    branch.out.insert(branch.out.end(), 9, 0x80);
    branch.end_list(0);
    seeds.push_back(branch.out);
    Bytes receipt;
    evm::Log log;
    log.topics.resize(2);
    log.data = Bytes(40, 3);
    ethereum::append_receipt(receipt, ethereum::TransactionType::blob, true, 21000, {log});
    seeds.push_back(receipt);
    return seeds;
}
