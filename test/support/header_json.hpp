// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/header.hpp"

namespace ashlar::test {

/// An Osaka header as geth's JSON has it.
inline boost::json::object header_json(BytesView rlp) {
    const ethereum::Header h = ethereum::decode_header(rlp).value();
    const auto number = [](uint64_t v) { return fmt::format("0x{:x}", v); };
    const auto hex = [](const auto& bytes) { return to_hex0x(bytes.view()); };
    return {{"parentHash", hex(h.parent_hash)},
            {"sha3Uncles", hex(h.ommers_hash)},
            {"miner", hex(h.coinbase)},
            {"stateRoot", hex(h.state_root)},
            {"transactionsRoot", hex(h.transactions_root)},
            {"receiptsRoot", hex(h.receipts_root)},
            {"logsBloom", hex(h.logs_bloom)},
            {"difficulty", number(h.difficulty.low64())},
            {"number", number(h.number)},
            {"gasLimit", number(h.gas_limit)},
            {"gasUsed", number(h.gas_used)},
            {"timestamp", number(h.timestamp)},
            {"extraData", to_hex0x(h.extra_data)},
            {"mixHash", hex(h.prev_randao)},
            {"nonce", hex(h.nonce)},
            {"baseFeePerGas", number(h.base_fee)},
            {"withdrawalsRoot", hex(h.withdrawals_root)},
            {"blobGasUsed", number(h.blob_gas_used)},
            {"excessBlobGas", number(h.excess_blob_gas)},
            {"parentBeaconBlockRoot", hex(h.parent_beacon_root)},
            {"requestsHash", hex(h.requests_hash)},
            {"hash", hex(h.hash)}};
}

}  // namespace ashlar::test
