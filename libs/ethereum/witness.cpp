// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/witness.hpp"

#include "libs/ethereum/header.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::ethereum {

void Witness::add_node(Bytes rlp) {
    if (rlp.empty()) return;
    const Bytes32 digest = hash::keccak256(rlp);
    nodes_.emplace_back(digest, std::move(rlp));
    table_.clear();
}

void Witness::add_code(Bytes code) {
    const Bytes32 digest = hash::keccak256(code);
    code.resize(code.size() + evm::CODE_PADDING);
    codes_.emplace_back(digest, std::move(code));
}

void Witness::add_header(Bytes rlp) {
    const Bytes32 digest = hash::keccak256(rlp);
    headers_.emplace_back(digest, std::move(rlp));
}

void Witness::add(Witness&& other) {
    for (auto& n : other.nodes_) nodes_.push_back(std::move(n));
    for (auto& c : other.codes_) codes_.push_back(std::move(c));
    for (auto& h : other.headers_) headers_.push_back(std::move(h));
    table_.clear();
}

size_t Witness::find_node(const uint8_t* digest) const {
    if (table_.empty()) {
        size_t size = 64;
        while (size < 2 * nodes_.size()) size *= 2;
        table_.assign(size, 0);
        for (size_t k = 0; k < nodes_.size(); k++) {
            size_t i = load_le32(nodes_[k].first.data()) & (size - 1);
            while (table_[i]) i = (i + 1) & (size - 1);
            table_[i] = static_cast<uint32_t>(k + 1);
        }
    }
    const size_t mask = table_.size() - 1;
    for (size_t i = load_le32(digest) & mask; table_[i]; i = (i + 1) & mask) {
        const size_t k = table_[i] - 1;
        if (std::memcmp(nodes_[k].first.data(), digest, 32) == 0) return k;
    }
    return nodes_.size();
}

void Witness::fill(CodeStore& codes) const {
    for (const auto& [digest, padded] : codes_) {
        const BytesView code{padded.data(), padded.size() - evm::CODE_PADDING};
        codes.add(digest, evm::Code(evm::Code::Padded{code}));
    }
}

std::vector<BytesView> Witness::ancestors(const Bytes32& parent_hash) const {
    constexpr size_t MAX_DEPTH = 256;
    std::vector<BytesView> out;
    Bytes32 wanted = parent_hash;
    while (out.size() < MAX_DEPTH) {
        const std::pair<Bytes32, Bytes>* found = nullptr;
        for (const auto& h : headers_)
            if (h.first == wanted) found = &h;
        if (!found) break;
        auto header = decode_header(found->second);
        if (!header) break;
        out.push_back(found->second);
        wanted = header->parent_hash;
    }
    return out;
}

}  // namespace ashlar::ethereum
