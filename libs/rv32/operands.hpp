// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::rv32 {

/// Why `words` words from `pointer` on cannot be an operand of a call; null if they can. words > 0.
constexpr const char* operand_problem(uint32_t pointer, uint32_t words) {
    if (pointer % 4 != 0) return "pointer is not a multiple of 4";
    if (pointer < MEMORY_BEGIN || pointer + uint64_t{words} * 4 > MEMORY_END)
        return "operand outside [0x80, 0x78000000)";
    return nullptr;
}

/// Word i of an input buffer, zero-padded past its end.
constexpr uint32_t hint_word(BytesView buffer, uint32_t i) {
    uint8_t b[4] = {};
    for (size_t k = 0; k < 4 && size_t{i} * 4 + k < buffer.size(); k++) b[k] = buffer[size_t{i} * 4 + k];
    return load_le32(b);
}

}  // namespace ashlar::rv32
