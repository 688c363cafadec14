// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/opening.hpp"

namespace ashlar::pcs {

Result<void, VerifyError> check_opening(const Digest& root, uint32_t depth, std::span<const uint32_t> indices,
                                        size_t width, const iop::TreeOpening& opening) {
    if (opening.num_rows != indices.size()) return Fail{VerifyError::number_of_rows};
    struct Known {
        uint32_t index;
        Digest digest;
    };
    std::vector<Known> known;
    known.reserve(indices.size());
    for (size_t i = 0; i < indices.size(); i++) {
        const auto row = std::span<const field::F>(opening.rows).subspan(i * width, width);
        known.push_back({indices[i], hash::hash_elements(row, hash::Domain::leaf)});
    }
    size_t used = 0;
    for (uint32_t level = 0; level < depth; level++) {
        size_t out = 0;
        for (size_t i = 0; i < known.size(); i++) {
            const Known here = known[i];
            Digest left = here.digest, right;
            if (i + 1 < known.size() && known[i + 1].index == (here.index ^ 1)) {  // here is the left one: ascending
                right = known[++i].digest;
            } else {
                if (used == opening.siblings.size()) return Fail{VerifyError::too_few_siblings};
                right = opening.siblings[used++];
                if (here.index & 1) std::swap(left, right);
            }
            known[out++] = {here.index >> 1, hash::hash_node(left, right)};
        }
        known.resize(out);
    }
    if (used != opening.siblings.size()) return Fail{VerifyError::too_many_siblings};
    if (known.size() != 1 || known[0].digest != root) return Fail{VerifyError::merkle_root};
    return {};
}

}  // namespace ashlar::pcs
