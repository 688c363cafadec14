// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/openings.hpp"

#include <map>

#include "libs/hash/merkle.hpp"

namespace ashlar::recursion {

std::optional<std::vector<Opening>> expand_opening(unsigned depth, std::span<const uint32_t> indices, size_t width,
                                                   std::span<const F> rows, std::span<const hash::Digest> siblings) {
    if (rows.size() != indices.size() * width || hash::sibling_count(depth, indices) != siblings.size())
        return std::nullopt;
    std::vector<Opening> out(indices.size());
    std::map<uint32_t, hash::Digest> level;
    for (size_t i = 0; i < indices.size(); i++) {
        const auto row = rows.subspan(i * width, width);
        out[i].row.assign(row.begin(), row.end());
        level[indices[i]] = hash::hash_elements(row, hash::Domain::leaf);
    }
    size_t used = 0;
    for (unsigned l = 0; l < depth; l++) {
        std::map<uint32_t, hash::Digest> above;
        const auto known = level;
        for (const auto& [i, digest] : known)
            if (!level.contains(i ^ 1)) level[i ^ 1] = siblings[used++];
        for (const auto& [i, digest] : level)
            if (i % 2 == 0) above[i / 2] = hash::hash_node(digest, level.at(i + 1));
        for (size_t k = 0; k < indices.size(); k++) out[k].path.push_back(level.at((indices[k] >> l) ^ 1));
        level = std::move(above);
    }
    return out;
}

}  // namespace ashlar::recursion
