// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/describe.hpp"

#include "libs/base/hex.hpp"

namespace ashlar::ethereum {

std::string describe(const Error& e) {
    std::string out(to_string(e.code));
    if (e.transaction != Error::NO_INDEX) out += " in transaction " + std::to_string(e.transaction);
    if (!e.detail.is_zero()) out += " " + to_hex0x(e.detail.view());
    if (e.place) {
        const StatePlace& p = *e.place;
        const std::string nibbles = to_hex(p.path.view()).substr(0, p.depth);
        out += (nibbles.empty() ? " at the root" : " at path 0x" + nibbles) +
               (p.in_storage ? " of the storage trie" : " of the account trie") + ", account " +
               to_hex0x(p.account.view());
        if (p.in_storage) out += ", slot " + to_hex0x(p.slot.view());
    }
    return out;
}

std::string_view remedy(ErrorCode code) {
    switch (code) {
        case ErrorCode::missing_node:
            return "add the trie node with this digest to `state` of witness.json: fetch the witness from a node that "
                   "also gives the siblings of deleted keys, or take the node from eth_getProof of the parent block";
        case ErrorCode::missing_code:
            return "add the code with this hash to `codes` of witness.json: fetch the witness again, or take the code "
                   "from eth_getCode at the parent block";
        case ErrorCode::missing_header:
            return "add the RLP of the header with this hash to `headers` of witness.json: the parent's, and those of "
                   "older blocks that BLOCKHASH asks for, without a gap (debug_getRawHeader)";
        case ErrorCode::malformed_node:
        case ErrorCode::wrong_digest:
            return "the witness is damaged: fetch it again";
        case ErrorCode::memory_limit:
            return "the block has gas for 4 GiB of memory or operands at once, which the guest cannot address: "
                   "it cannot be proven";
        case ErrorCode::fork_not_supported:
            return "Paris to Amsterdam are supported; if the block is of one of them, check --chain";
        default:
            return {};
    }
}

}  // namespace ashlar::ethereum
