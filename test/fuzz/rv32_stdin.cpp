// SPDX-License-Identifier: Apache-2.0
// Any bytes as a builder file: decoding must return, and what decodes must encode to the same bytes.
#include <algorithm>
#include <cstdlib>

#include "libs/rv32/stdin.hpp"
#include "test/support/fuzz_replay.hpp"

using namespace ashlar;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto in = rv32::decode_stdin({data, size});
    if (!in) return 0;
    const Bytes again = rv32::encode_stdin(*in);
    if (!std::equal(again.begin(), again.end(), data, data + size)) std::abort();
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    return {rv32::encode_stdin({}), rv32::encode_stdin({{{1, 2, 3}, {}, Bytes(50, 9)}})};
}
