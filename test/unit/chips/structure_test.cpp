// SPDX-License-Identifier: Apache-2.0
// What each chip is, in one line: a change of any is a change of the proof system, and has to be seen in review.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/iop/structure.hpp"
#include "libs/machine/chip_set.hpp"

using namespace ashlar;

namespace {

struct Pin {
    std::string_view chip;
    size_t main, preprocessed;  // columns
    size_t constraints, interactions;
    uint64_t digest;  // first two elements
};

constexpr Pin PINS[] = {
    {"program", 1, 7, 0, 1, 0x5341680638c45a6e},
    {"range", 1, 2, 0, 1, 0x41efbe227b162cfc},
    {"byte", 2, 3, 0, 2, 0x690b198b672b4ce4},
    {"address", 1, 2, 0, 1, 0x5811521b3bebeaf2},
    {"call_table", 1, 8, 0, 1, 0x34d35cdb34c0c208},
    {"add_sub", 18, 0, 7, 14, 0x00091ab139864ecc},
    {"addi", 15, 0, 3, 11, 0x5d54bcb2145a200b},
    {"bitwise", 25, 0, 4, 16, 0x78efe1402ffc821b},
    {"bitwise_immediate", 22, 0, 4, 13, 0x55541e762b68f18c},
    {"shift_left", 27, 0, 11, 17, 0x75dd91324203db29},
    {"shift_left_immediate", 19, 0, 4, 13, 0x60f749ad78fb0157},
    {"shift_right", 29, 0, 15, 18, 0x34ab54385c247e48},
    {"shift_right_immediate", 21, 0, 8, 14, 0x31edd9250764a34f},
    {"less_than", 20, 0, 9, 16, 0x09ab8ec0450c4636},
    {"less_than_immediate", 17, 0, 7, 12, 0x3e5a256b27608077},
    {"constant", 9, 0, 1, 6, 0x054af5492e9cf546},
    {"discard", 13, 0, 5, 9, 0x56fc7a014649b380},
    {"mul", 21, 0, 1, 20, 0x1e6ca8bb6aab1fe5},
    {"mulh", 28, 0, 9, 28, 0x114204e41893021e},
    {"div_rem", 33, 0, 22, 26, 0x1cde3e8e3f64f1a6},
    {"branch_equal", 16, 0, 6, 9, 0x27b1347052187f09},
    {"branch_less", 19, 0, 12, 13, 0x21a83bb05905acf8},
    {"jal", 11, 0, 3, 6, 0x6a369fe06a6fb87c},
    {"jalr", 18, 0, 5, 11, 0x530dd347408fde02},
    {"load_word", 21, 0, 5, 15, 0x636a5dfb6c404fb8},
    {"load_sub", 30, 0, 17, 17, 0x6984df4a59a600fe},
    {"store_word", 20, 0, 3, 15, 0x7736930a297e4eb8},
    {"store_sub", 27, 0, 10, 17, 0x368464a3725ef3ec},
    {"bump", 7, 0, 1, 5, 0x23fc281b2f95b8cd},
    {"ecall", 21, 0, 7, 16, 0x0c2b748d1856a1e2},
    {"commit", 10, 0, 3, 6, 0x618714fb28d10931},
    {"halt", 14, 0, 1, 9, 0x5bf027ad5c2fa022},
    {"hint_read", 19, 0, 8, 14, 0x01a0e9bf2552932a},
    {"hint_word", 11, 0, 4, 8, 0x538b4e3b625796f7},
    {"memory_leaf", 60, 0, 1, 19, 0x6090e4df493bdd88},
    {"merkle_node", 59, 0, 23, 5, 0x033ef3f9018463e4},
    {"hash", 221, 0, 202, 1, 0x6c872cc51cac5087},
    {"permutation", 241, 0, 217, 1, 0x55132d4470643646},
    {"keccak_permute", 1806, 0, 1601, 205, 0x7bc355c3262090cf},
    {"sha_extend", 70, 0, 1, 70, 0x07e620e306a7a37a},
    {"sha_extend_rounds", 382, 0, 355, 18, 0x6c3377af378b7225},
    {"sha_compress", 91, 0, 34, 59, 0x18d665e375ef0d29},
    {"sha_compress_rounds", 518, 0, 514, 18, 0x2081723771fc5632},
    {"uint256_mul", 313, 0, 82, 249, 0x383409e9656827a8},
    {"secp256k1_add", 477, 0, 146, 399, 0x7a8a376f597f6deb},
    {"secp256k1_double", 409, 0, 146, 329, 0x53eca18e13702545},
    {"secp256k1_decompress", 256, 0, 84, 216, 0x14c74e5519dc089c},
    {"deferred_chain", 209, 0, 19, 139, 0x4f52b5a7460ed703},
    {"poseidon2_permute", 318, 0, 165, 185, 0x1d02e3d01b24c23f},
    {"secp256r1_add", 549, 0, 290, 399, 0x770e8f957e5c4373},
    {"secp256r1_double", 457, 0, 242, 329, 0x7d6cfa6c077a98fc},
    {"secp256r1_decompress", 280, 0, 132, 216, 0x2323d08146acd6ef},
    {"bn254_add", 597, 0, 290, 399, 0x42231e601edb3c62},
    {"bn254_double", 505, 0, 242, 329, 0x6e550da91707cbf6},
    {"bls12381_add", 890, 0, 434, 591, 0x44677d373660fd23},
    {"bls12381_double", 753, 0, 362, 489, 0x36a2408b2b105e1e},
    {"bls12381_decompress", 487, 0, 243, 320, 0x697d5c7e3054231c},
    {"secp256k1_fp", 192, 0, 44, 170, 0x66710fc54eb96a0c},
    {"bn254_fp", 220, 0, 68, 170, 0x12d5595602b590ea},
    {"bls12381_fp", 324, 0, 100, 250, 0x52afbd09491b2719},
    {"bn254_fp2", 428, 0, 132, 331, 0x73adc2a1778b19ad},
    {"bls12381_fp2", 636, 0, 196, 491, 0x0880e7301b2fe82f},
    {"ed25519_add", 758, 0, 297, 588, 0x1ea543ed50053339},
    {"ed25519_decompress", 451, 0, 171, 344, 0x77dbb4de7d25c270},
};

std::string line(const Pin& p) {
    return fmt::format("{{\"{}\", {}, {}, {}, {}, 0x{:016x}}},", p.chip, p.main, p.preprocessed, p.constraints,
                       p.interactions, p.digest);
}

Pin pin_of(const air::ChipStructure& chip) {
    const hash::Digest digest = iop::chip_digest(chip);
    return {chip.name,
            chip.num_main,
            chip.num_prep,
            chip.constraints.size(),
            chip.interactions.size(),
            uint64_t{digest[0].canonical()} << 32 | digest[1].canonical()};
}

}  // namespace

TEST_CASE("every chip is what this list says", "[chips]") {
    const auto chips = air::describe_all<machine::MachineChips>();
    for (size_t i = 0; i < chips.size(); i++) {
        const std::string is = line(pin_of(chips[i]));
        if (i >= std::size(PINS) || is != line(PINS[i]))
            FAIL_CHECK("a chip has changed; if it is meant to, line " << i + 1 << " of PINS is now\n    " << is);
    }
    CHECK(chips.size() == std::size(PINS));
}
