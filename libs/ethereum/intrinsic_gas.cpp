// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "libs/ethereum/transaction.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;

/// Prices of what is known before execution. Yellow Paper 6.2 g0; EIP-2028, EIP-2930.
struct Prices {
    uint32_t base = 21000, creation = 32000, initcode_word = 0;
    uint32_t zero_byte = 4, other_byte = 16;
    uint32_t access_address = 2400, access_key = 1900;
    uint32_t authorization = 25000;             // EIP-7702
    uint32_t recipient = 0, value = 0;          // EIP-2780: of another account than the sender's
    uint32_t floor_zero = 0, floor_other = 0;   // EIP-7623: a byte of data; no floor if zero
    uint32_t floor_address = 0, floor_key = 0;  // EIP-7981: data of an access list, priced twice
};

constexpr std::array<Prices, evm::REVISION_COUNT> PRICES = [] {
    std::array<Prices, evm::REVISION_COUNT> t{};
    t[1] = t[0];
    t[1].initcode_word = 2;  // EIP-3860
    t[2] = t[1];
    t[3] = t[2];
    t[3].floor_zero = 10;
    t[3].floor_other = 40;
    t[4] = t[3];
    t[5] = t[4];
    Prices& amsterdam = t[5];
    amsterdam.base = amsterdam.creation = 12000;  // EIP-2780
    amsterdam.recipient = 3000;
    amsterdam.value = 6000;
    amsterdam.authorization = 7816;                        // EIP-8037
    amsterdam.access_address = 2900;                       // EIP-8038
    amsterdam.access_key = 2000;                           // EIP-8038
    amsterdam.floor_zero = amsterdam.floor_other = 64;     // EIP-7976
    amsterdam.floor_address = 20 * amsterdam.floor_other;  // EIP-7981
    amsterdam.floor_key = 32 * amsterdam.floor_other;
    return t;
}();

}  // namespace

IntrinsicGas intrinsic_gas(const Transaction& t, Revision revision, const std::optional<Address>& sender) {
    const Prices& p = PRICES[static_cast<unsigned>(revision)];
    uint64_t zeros = 0;
    for (uint8_t b : t.data) zeros += b == 0;
    const uint64_t others = t.data.size() - zeros;
    uint64_t base = p.base;
    if (t.is_creation())
        base += p.creation;
    else if (t.to != sender)
        base += p.recipient + (t.value.is_zero() ? 0 : p.value);
    uint64_t keys = 0;
    for (const AccessEntry& e : t.access_list) keys += e.keys.size();
    const uint64_t list_data = p.floor_address * uint64_t{t.access_list.size()} + p.floor_key * keys;

    IntrinsicGas gas{base + zeros * p.zero_byte + others * p.other_byte, 0};
    if (t.is_creation()) gas.cost += (t.data.size() + 31) / 32 * p.initcode_word;
    gas.cost += p.access_address * uint64_t{t.access_list.size()} + p.access_key * keys + list_data;
    gas.cost += p.authorization * uint64_t{t.authorizations.size()};
    if (p.floor_other) {
        // Before EIP-2780 the floor leaves out what a creation costs.
        const uint64_t floor_base = p.recipient ? base : p.base;
        gas.floor = floor_base + zeros * p.floor_zero + others * p.floor_other + list_data;
    }
    return gas;
}

}  // namespace ashlar::ethereum
