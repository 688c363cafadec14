// SPDX-License-Identifier: Apache-2.0
// Commits every input buffer, sorted by content; a first byte 0xff panics. Exercises the runtime: input, heap, sort,
// commit.
#include <algorithm>
#include <vector>

#include "libs/guest/runtime.hpp"

int ashlar::guest::program() {
    const uint32_t count = load_le32(read_input().data());
    std::vector<BytesView> buffers;
    for (uint32_t i = 0; i < count; i++) buffers.push_back(read_input());
    std::sort(buffers.begin(), buffers.end(), [](BytesView a, BytesView b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    });
    for (const BytesView b : buffers) {
        if (!b.empty() && b[0] == 0xff) panic("0xff refused");
        commit(b);
    }
    print("done");
    return 0;
}
