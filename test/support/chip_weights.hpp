// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <set>
#include <string>

#include "libs/air/integers.hpp"
#include "libs/chips/precompiles/all.hpp"

namespace ashlar::test {

/// How the machine's chips declare equations with weights. Core chips declare every one. Precompile chips may also have
/// some that the analyser finds sound by itself. Hash chips mean their constraints in F alone.
inline air::Weights chip_weights(const std::string& chip) {
    static const std::set<std::string> hashes = {"hash", "permutation", "poseidon2_permute"};
    static const auto precompiles = chips::PrecompileChips::names();
    if (hashes.contains(chip)) return air::Weights::field;
    return std::find(precompiles.begin(), precompiles.end(), chip) != precompiles.end() ? air::Weights::shown
                                                                                        : air::Weights::declared;
}

}  // namespace ashlar::test
