// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "libs/field/koala_bear.hpp"

namespace ashlar::chips {

/// Sorts inputs of a function's lookups by content and merges equal ones: the rows of the chip that answers.
template <class Chip, size_t N>
std::vector<typename Chip::Request> merge_requests(std::vector<std::array<field::F, N>> asked) {
    const auto key_less = [](const std::array<field::F, N>& a, const std::array<field::F, N>& b) {
        return std::memcmp(a.data(), b.data(), sizeof a) < 0;
    };
    std::sort(asked.begin(), asked.end(), key_less);
    std::vector<typename Chip::Request> requests;
    for (const auto& input : asked) {
        if (requests.empty() || requests.back().input != input) requests.push_back({input, 0});
        requests.back().multiplicity++;
    }
    return requests;
}

}  // namespace ashlar::chips
