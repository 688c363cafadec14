// SPDX-License-Identifier: Apache-2.0
// A chip in one line of a list in a test: a change of any is a change of the proof system, and has to be seen in
// review.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "libs/air/describe.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::test {

struct ChipPin {
    std::string_view chip;
    size_t main, preprocessed;  // columns
    size_t constraints, interactions;
    uint64_t digest;  // the first 8 bytes of the SHA-256 of the chip's words: the same under every suite of Poseidon2
};

inline ChipPin pin_of(const air::ChipStructure& chip) {
    const std::vector<uint32_t> words = chip.words();
    Bytes bytes(4 * words.size());
    for (size_t i = 0; i < words.size(); i++) store_le32(bytes.data() + 4 * i, words[i]);
    const Bytes32 hash = hash::sha256(bytes);
    return {chip.name,
            chip.num_main,
            chip.num_prep,
            chip.constraints.size(),
            chip.interactions.size(),
            uint64_t{load_le32(hash.data())} << 32 | load_le32(hash.data() + 4)};
}

/// As the list in the test has it.
inline std::string line(const ChipPin& p) {
    return fmt::format("{{\"{}\", {}, {}, {}, {}, 0x{:016x}}},", p.chip, p.main, p.preprocessed, p.constraints,
                       p.interactions, p.digest);
}

}  // namespace ashlar::test
