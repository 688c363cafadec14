// SPDX-License-Identifier: Apache-2.0
#include "libs/abi/syscalls.hpp"
#include "libs/evm/precompiles.hpp"
#include "libs/evm/uint256.hpp"
#include "libs/guest/runtime.hpp"
#include "libs/hash/keccak256.hpp"
#include "test/unit/evm/guest_work.hpp"

using namespace ashlar;

/// Does the work of guest_work.hpp on one input buffer of (number, size, data padded to words) and commits a running
/// hash.
int guest::program() {
    const BytesView in = read_input();
    Bytes32 hash;
    for (size_t at = 0; at + 8 <= in.size();) {
        const uint32_t number = load_le32(in.data() + at), size = load_le32(in.data() + at + 4);
        if (number == evm::NO_QUOTIENT_ROOM) {
            while (quotient_room()) {
            }
        } else if (number == evm::FALSE_QUOTIENT) {
            // What lies in the input stream already is what a division reads as its quotient.
            write(HINT, in.data() + at + 8 + 64, 32);
            evm::do_division(in.subspan(at + 8, size), hash);
        } else {
            evm::do_guest_work(number, in.subspan(at + 8, size), hash);
        }
        at += 8 + ((size + 3) & ~3u);
    }
    commit(hash.view());
    return 0;
}
