// SPDX-License-Identifier: Apache-2.0
// What each chip is, in one line: a change of any is a change of the proof system, and has to be seen in review.
#include <catch2/catch.hpp>

#include "libs/machine/chip_set.hpp"
#include "test/support/chip_pin.hpp"

using namespace ashlar;
using test::ChipPin;

namespace {

constexpr ChipPin PINS[] = {
    {"program", 1, 7, 0, 1, 0x242caab15af4e742},
    {"range", 1, 2, 0, 1, 0xf503e8d1d66fd358},
    {"byte", 2, 3, 0, 2, 0x43ad44f536dfade0},
    {"address", 1, 2, 0, 1, 0xc482e32d76d65763},
    {"call_table", 1, 8, 0, 1, 0xf4692726fb72804e},
    {"add_sub", 18, 0, 7, 14, 0x1e79f010d15df479},
    {"addi", 15, 0, 3, 11, 0xb42bb6d227e316ef},
    {"bitwise", 25, 0, 4, 16, 0xb2ca4146f991169d},
    {"bitwise_immediate", 22, 0, 4, 13, 0xdc35a69bb05cde8f},
    {"shift_left", 27, 0, 11, 17, 0x754c65c3b33269e1},
    {"shift_left_immediate", 19, 0, 4, 13, 0x918a11f09f96159d},
    {"shift_right", 29, 0, 15, 18, 0x760fd9b4139d17bc},
    {"shift_right_immediate", 21, 0, 8, 14, 0x27fd1f1f579fba19},
    {"less_than", 20, 0, 9, 16, 0xc57b160515e8e534},
    {"less_than_immediate", 17, 0, 7, 12, 0xe2a85022eeb3830e},
    {"constant", 9, 0, 1, 6, 0x3ddddd0f45887e00},
    {"discard", 13, 0, 5, 9, 0x806e18231b14acf8},
    {"mul", 21, 0, 1, 20, 0x10a6e70c567f56a8},
    {"mulh", 28, 0, 9, 28, 0x9d1d2cc298559ec5},
    {"div_rem", 33, 0, 22, 26, 0x11fefe361e219b6e},
    {"branch_equal", 16, 0, 6, 9, 0x94df4b08522eaeb6},
    {"branch_less", 19, 0, 12, 13, 0xca5612856a8a3ef6},
    {"jal", 11, 0, 3, 6, 0x750885edefc49a52},
    {"jalr", 18, 0, 5, 11, 0x73684657412e00fc},
    {"load_word", 21, 0, 5, 15, 0x9d1760997ffaf5ef},
    {"load_sub", 30, 0, 17, 17, 0xd19ee385f09daac4},
    {"store_word", 20, 0, 3, 15, 0x162b02d1b08d5042},
    {"store_sub", 27, 0, 10, 17, 0xc17b7487faee4003},
    {"bump", 7, 0, 1, 5, 0xb4abbe13f7d99ea1},
    {"ecall", 21, 0, 7, 16, 0x3b89022025821f3a},
    {"commit", 10, 0, 3, 6, 0x3fff34e9498bad97},
    {"halt", 14, 0, 1, 9, 0xeb8243e95bd77005},
    {"hint_read", 19, 0, 8, 14, 0x22f0d69c6a605d99},
    {"hint_word", 11, 0, 4, 8, 0x0e1fdf756dff866f},
    {"memory_leaf", 60, 0, 1, 19, 0x2d0de7dc767ed9ee},
    {"merkle_node", 59, 0, 23, 5, 0xf03c2c6e2807fea3},
    {"hash", 229, 0, 210, 1, 0x17bb50a4cd440b27},
    {"permutation", 249, 0, 225, 1, 0x0920542a5915023e},
    {"keccak_permute", 1806, 0, 1601, 205, 0xf7f91ec863f6fe07},
    {"sha_extend", 70, 0, 1, 70, 0x153d1b6ea4e92441},
    {"sha_extend_rounds", 382, 0, 355, 18, 0x9434ff4f3f0e06a1},
    {"sha_compress", 91, 0, 34, 59, 0xc2e51d61f1f8b4dd},
    {"sha_compress_rounds", 518, 0, 514, 18, 0xc887e4b3aaa95037},
    {"uint256_mul", 313, 0, 82, 249, 0x32cd177c1e846754},
    {"secp256k1_add", 477, 0, 146, 399, 0xa066920a816b4a06},
    {"secp256k1_double", 409, 0, 146, 329, 0xb57d06f6bf0a1019},
    {"secp256k1_decompress", 256, 0, 84, 216, 0x5efb14216e2a60b9},
    {"deferred_chain", 209, 0, 19, 139, 0x7b8b5a0781578210},
    {"poseidon2_permute", 318, 0, 165, 185, 0x3bc84454ae9a2699},
    {"secp256r1_add", 549, 0, 290, 399, 0x66f6092c23d1611e},
    {"secp256r1_double", 457, 0, 242, 329, 0xa98dd527b907a4c5},
    {"secp256r1_decompress", 280, 0, 132, 216, 0x7a89c0f8efff2ae6},
    {"bn254_add", 597, 0, 290, 399, 0x8e50f502cf6d5180},
    {"bn254_double", 505, 0, 242, 329, 0x824ba89018bc3e43},
    {"bls12381_add", 890, 0, 434, 591, 0xd1473e58b3e7e8a2},
    {"bls12381_double", 753, 0, 362, 489, 0xb4de642b06648451},
    {"bls12381_decompress", 487, 0, 243, 320, 0xe7933120c93da45a},
    {"secp256k1_fp", 192, 0, 44, 170, 0x6d4592cac1bfd4d2},
    {"bn254_fp", 220, 0, 68, 170, 0x60a694610fa15b3e},
    {"bls12381_fp", 324, 0, 100, 250, 0xb0f2ddab7d6d94ea},
    {"bn254_fp2", 428, 0, 132, 331, 0x4977570635c9a757},
    {"bls12381_fp2", 636, 0, 196, 491, 0x30c2c3cb2122c377},
    {"ed25519_add", 758, 0, 297, 588, 0xf5f0d94ee4598ffe},
    {"ed25519_decompress", 451, 0, 171, 344, 0x4ad0ece4c2ea9211},
};

}  // namespace

TEST_CASE("every chip is what this list says", "[chips]") {
    const auto chips = air::describe_all<machine::MachineChips>();
    for (size_t i = 0; i < chips.size(); i++) {
        const std::string is = line(test::pin_of(chips[i]));
        if (i >= std::size(PINS) || is != line(PINS[i]))
            FAIL_CHECK("a chip has changed; if it is meant to, line " << i + 1 << " of PINS is now\n    " << is);
    }
    CHECK(chips.size() == std::size(PINS));
}
