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

}  // namespace ashlar::ethereum
