// SPDX-License-Identifier: Apache-2.0
#include "libs/base/suggest.hpp"

#include <algorithm>
#include <cstdint>

namespace ashlar {

namespace {

/// Further apart is not a slip of the finger.
constexpr size_t NEAR = 3;
/// Names come from outside: the distance costs the product of the lengths.
constexpr size_t LONGEST = 64;

/// Levenshtein's distance.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++) row[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            const size_t keep = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = keep;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates,
                         std::string_view otherwise) {
    std::string_view nearest;
    size_t best = NEAR + 1;
    if (name.size() <= LONGEST)
        for (const std::string_view c : candidates)
            if (const size_t d = distance(name, c); d < best) best = d, nearest = c;
    return nearest.empty() ? std::string(otherwise) : "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace ashlar
