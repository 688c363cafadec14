// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/withdrawal.hpp"

#include "libs/rlp/decode.hpp"

namespace ashlar::ethereum {

namespace {

rlp::Decoded<Withdrawal> read(rlp::Reader& list) {
    ASHLAR_ASSIGN(rlp::Item item, list.next());
    if (!item.is_list) return Fail{rlp::Error::expected_list};
    rlp::Reader fields(item.payload);
    Withdrawal w;
    w.raw = item.raw;
    ASHLAR_ASSIGN(w.index, fields.u64());
    ASHLAR_ASSIGN(w.validator, fields.u64());
    ASHLAR_ASSIGN(w.address, fields.fixed<20>());
    ASHLAR_ASSIGN(w.amount, fields.u64());
    ASHLAR_TRY(fields.finish());
    return w;
}

}  // namespace

Outcome<std::vector<Withdrawal>> decode_withdrawals(BytesView items) {
    std::vector<Withdrawal> out;
    rlp::Reader list(items);
    while (!list.empty()) {
        auto w = read(list);
        if (!w) {
            const bool overflow = w.error() == rlp::Error::integer_too_large;
            return Fail{overflow ? ErrorCode::block_rlp_overflow : ErrorCode::block_rlp};
        }
        out.push_back(*w);
    }
    return out;
}

}  // namespace ashlar::ethereum
