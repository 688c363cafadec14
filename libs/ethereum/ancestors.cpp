// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/ancestors.hpp"

#include <algorithm>

namespace ashlar::ethereum {

[[gnu::noinline]] Outcome<Ancestors> Ancestors::make(const Header& header, std::span<const BytesView> parents) {
    constexpr size_t MAX_DEPTH = 256;
    if (parents.size() > MAX_DEPTH) return Fail{ErrorCode::missing_header};
    Ancestors a;
    a.number_ = header.number;
    a.hashes_.push_back(header.parent_hash);
    for (size_t k = 0; k < parents.size(); k++) {
        ASHLAR_ASSIGN(Header parent, decode_header(parents[k]));
        if (parent.hash != a.hashes_.back() || header.number < k + 1 || parent.number != header.number - 1 - k)
            return Fail{Error{ErrorCode::missing_header, a.hashes_.back()}};
        a.hashes_.push_back(parent.parent_hash);
    }
    return a;
}

std::optional<Bytes32> Ancestors::hash(uint64_t number) {
    if (number >= number_) return std::nullopt;
    const uint64_t k = number_ - 1 - number;
    if (k >= hashes_.size()) return std::nullopt;
    depth_used_ = std::max(depth_used_, static_cast<size_t>(k));
    return hashes_[static_cast<size_t>(k)];
}

}  // namespace ashlar::ethereum
