// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace ashlar::mutation {

/// What is known of a chip: the kernel of each sample row (see rank.hpp), and how many constraints and lookups nothing
/// in this test notices the loss of. These may only fall: a new check comes with what notices that it is gone.
struct Pin {
    std::string_view chip;
    std::vector<uint32_t> kernels;
    size_t constraints, lookups;
};

// `test_mutation_chips "[quick]"` prints the lines. Of wide chips only what takes no search is counted as noticed.
inline const Pin PINS[] = {
    {"add_sub", {0, 0}, 0, 0},
    {"addi", {0}, 0, 0},
    {"bitwise", {8, 8, 8}, 0, 0},
    {"bitwise_immediate", {7, 7, 7}, 0, 0},
    {"shift_left", {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 2, 2}, 0, 0},
    {"shift_left_immediate", {2, 0}, 0, 0},
    {"shift_right", {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 0, 0},
    {"shift_right_immediate", {2, 2, 0, 0, 0, 0}, 0, 0},
    {"less_than", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 0},
    {"less_than_immediate", {0, 0, 0, 0, 0, 0, 0}, 0, 0},
    {"constant", {0}, 0, 0},
    {"discard", {6, 3, 0}, 0, 0},
    {"mul", {6}, 0, 0},
    {"mulh", {9, 9, 9, 9, 9, 9, 9}, 0, 0},
    {"div_rem", {8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7}, 0, 0},
    {"branch_equal", {2, 1}, 0, 0},
    {"branch_less", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 0},
    {"jal", {3, 0}, 0, 0},
    {"jalr", {3, 0}, 0, 0},
    {"load_word", {4, 1}, 0, 0},
    {"load_sub", {5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 5, 5, 5}, 0, 0},
    {"store_word", {1}, 0, 0},
    {"store_sub", {3, 3, 3, 3, 3, 3}, 0, 0},
    {"bump", {3}, 0, 0},
    {"ecall", {0, 2}, 0, 0},
    {"commit", {1, 1}, 0, 0},
    {"halt", {2}, 0, 0},
    {"hint_read", {6, 6, 6}, 0, 0},  // limbs of which words it writes: all of them are free words
    {"hint_word", {3, 3}, 0, 0},
    {"memory_leaf", {0}, 0, 0},
    {"merkle_node", {0, 0, 0}, 0, 0},
    {"hash", {1}, 1, 0},         // is_real is a boolean: a row where it is not 1 answers nothing
    {"permutation", {1}, 1, 0},  // is_real is a boolean: a row where it is not 1 answers nothing
    {"keccak_permute", {151}, 0, 3},
    {"sha_extend", {17}, 0, 0},
    {"sha_extend_rounds", {4, 4, 4, 4, 4}, 31, 0},
    {"sha_compress", {10}, 0, 0},
    {"sha_compress_rounds", {4, 4, 4, 4}, 21, 0},
    {"uint256_mul", {169}, 33, 103},
    {"secp256k1_add", {252}, 42, 268},
    {"secp256k1_double", {225}, 28, 263},
    {"secp256k1_decompress", {129}, 16, 150},
    {"deferred_chain", {36}, 0, 33},
    {"poseidon2_permute", {50}, 0, 54},
    {"secp256r1_add", {252}, 186, 268},
    {"secp256r1_double", {225}, 124, 263},
    {"secp256r1_decompress", {129}, 64, 150},
    {"bn254_add", {300}, 186, 268},
    {"bn254_double", {273}, 124, 263},
    {"bls12381_add", {449}, 282, 396},
    {"bls12381_double", {409}, 188, 391},
    {"bls12381_decompress", {241}, 143, 222},
    {"secp256k1_fp", {98, 98, 98}, 8, 71},
    {"bn254_fp", {114, 114, 114}, 5, 71},
    {"bls12381_fp", {170, 170, 170}, 12, 103},
    {"bn254_fp2", {226, 226, 226}, 65, 200},
    {"bls12381_fp2", {338, 338, 338}, 97, 296},
    {"ed25519_add", {406}, 93, 457},
    {"ed25519_decompress", {245}, 33, 278},
};

}  // namespace ashlar::mutation
