// SPDX-License-Identifier: Apache-2.0
#include "libs/abi/syscalls.hpp"
#include "libs/evm/frame.hpp"
#include "libs/evm/precompiles.hpp"
#include "libs/evm/uint256.hpp"
#include "libs/guest/runtime.hpp"
#include "libs/hash/keccak256.hpp"
#include "test/unit/evm/guest_work.hpp"

using namespace ashlar;

namespace {

/// Grows the memory of a frame that has all the gas it needs, and writes its ends.
void grow_memory(BytesView data) {
    const uint32_t begin = load_le32(data.data()), size = load_le32(data.data() + 4);
    evm::MemoryArena arena;
    arena.extend(0, begin);
    evm::Frame f;
    f.parameters = &evm::GAS_PARAMETERS[static_cast<unsigned>(evm::LATEST_REVISION)];
    f.arena = &arena;
    f.memory_offset = begin;
    if (f.grow_memory(f.split_gas(uint64_t{1} << 60), size) < 0) guest::panic("out of gas");
    f.memory[0] = f.memory[size - 1] = 1;
}

}  // namespace

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
        } else if (number == evm::GROWN_MEMORY) {
            grow_memory(in.subspan(at + 8, size));
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
