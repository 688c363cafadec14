// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/chips/precompiles/all.hpp"

using namespace ashlar;
using namespace ashlar::chips;

TEST_CASE("precompile chips keep the rules of chips and buses") {
    for (const air::Violation& v : air::check_rules(air::describe_all<PrecompileChips>(), nullptr)) FAIL_CHECK(v.text);
}

TEST_CASE("precompile chips have the columns and interactions that the README states") {
    struct Shape {
        std::string name;
        uint32_t columns;
        size_t interactions;
        bool operator==(const Shape&) const = default;
    };
    std::vector<Shape> shapes;
    for (const air::ChipStructure& s : air::describe_all<PrecompileChips>())
        shapes.push_back({s.name, s.num_main, s.interactions.size()});
    const std::vector<Shape> stated = {{"keccak_permute", 1806, 205},
                                       {"sha_extend", 70, 70},
                                       {"sha_extend_rounds", 382, 18},
                                       {"sha_compress", 91, 59},
                                       {"sha_compress_rounds", 518, 18},
                                       {"uint256_mul", 313, 249},
                                       {"secp256k1_add", 477, 399},
                                       {"secp256k1_double", 409, 329},
                                       {"secp256k1_decompress", 256, 216},
                                       {"deferred_chain", 209, 139},
                                       {"poseidon2_permute", 318, 185},
                                       {"secp256r1_add", 549, 399},
                                       {"secp256r1_double", 457, 329},
                                       {"secp256r1_decompress", 280, 216},
                                       {"bn254_add", 597, 399},
                                       {"bn254_double", 505, 329},
                                       {"bls12381_add", 890, 591},
                                       {"bls12381_double", 753, 489},
                                       {"bls12381_decompress", 487, 320},
                                       {"secp256k1_fp", 192, 170},
                                       {"bn254_fp", 220, 170},
                                       {"bls12381_fp", 324, 250},
                                       {"bn254_fp2", 428, 331},
                                       {"bls12381_fp2", 636, 491},
                                       {"ed25519_add", 758, 588},
                                       {"ed25519_decompress", 451, 344}};
    for (size_t i = 0; i < stated.size(); i++) {
        INFO(shapes.at(i).name << " " << shapes[i].columns << " " << shapes[i].interactions);
        CHECK(shapes[i] == stated[i]);
    }
    CHECK(shapes.size() == stated.size());
}

TEST_CASE("each call of a precompile chip is answered by the chips that say so") {
    CHECK(answers<KeccakPermuteChip>(0x00010109));
    CHECK_FALSE(answers<KeccakPermuteChip>(0x00000109));
    CHECK(answers<FieldOperationChip<Secp256k1Fp>>(0x0001012d));
    CHECK_FALSE(answers<FieldOperationChip<Secp256k1Fp>>(0x0001012f));
}
