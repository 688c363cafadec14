// SPDX-License-Identifier: Apache-2.0
// Asks for memory as the input says: by operator new or not, how many bytes below the end are left before (~0: all),
// the size. Commits "good" if it gets a block that exists; the heap must say "out of memory" otherwise.
#include "libs/abi/syscalls.hpp"
#include "libs/guest/runtime.hpp"

using namespace ashlar;

int guest::program() {
    const BytesView in = read_input();
    const uint32_t by_new = load_le32(in.data()), left = load_le32(in.data() + 4), size = load_le32(in.data() + 8);
    constexpr uint32_t END = 0x78000000;
    if (left != ~0u) fresh_memory(END - left - address(fresh_memory(0)));
    auto* p = static_cast<uint8_t*>(by_new ? operator new(size) : fresh_memory(size));
    asm volatile("" : "+r"(p) : : "memory");
    const uint32_t begin = address(p);
    if (begin > END || size > END - begin) panic("a block that is not there");
    commit(as_bytes("good"));
    return 0;
}
