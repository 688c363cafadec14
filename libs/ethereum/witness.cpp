// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/witness.hpp"

#include "libs/ethereum/header.hpp"
#include "libs/hash/keccak256_batch.hpp"

namespace ashlar::ethereum {

void Witness::add_node(Bytes rlp) {
    if (!rlp.empty()) nodes_.items.push_back(std::move(rlp));
}

void Witness::add_code(Bytes code) {
    code.resize(code.size() + evm::CODE_PADDING);
    codes_.items.push_back(std::move(code));
}

void Witness::add_header(Bytes rlp) { headers_.items.push_back(std::move(rlp)); }

void Witness::Hashed::add(Hashed&& other) {
    for (Bytes& b : other.items) items.push_back(std::move(b));
}

void Witness::add(Witness&& other) {
    nodes_.add(std::move(other.nodes_));
    codes_.add(std::move(other.codes_));
    headers_.add(std::move(other.headers_));
}

void Witness::Hashed::hash_new(size_t padding) const {
    const size_t known = digests.size();
    if (known == items.size()) return;
    std::vector<BytesView> views;
    views.reserve(items.size() - known);
    for (size_t i = known; i < items.size(); i++) views.emplace_back(items[i].data(), items[i].size() - padding);
    digests.resize(items.size());
    hash::keccak256_batch(views, digests.data() + known);
}

void Witness::index() const {
    codes_.hash_new(evm::CODE_PADDING);
    headers_.hash_new(0);
    const size_t known = nodes_.digests.size(), count = nodes_.items.size();
    if (known == count && !table_.empty()) return;
    nodes_.hash_new(0);
    size_t size = table_.size(), from = known;
    if (size < 2 * count || size == 0) {
        size = 64;
        while (size < 2 * count) size *= 2;
        table_.assign(size, 0);
        from = 0;
    }
    for (size_t k = from; k < count; k++) {
        size_t i = load_le32(nodes_.digests[k].data()) & (size - 1);
        while (table_[i]) i = (i + 1) & (size - 1);
        table_[i] = static_cast<uint32_t>(k + 1);
    }
}

size_t Witness::find_node(const uint8_t* digest) const {
    if (table_.empty() || nodes_.digests.size() != nodes_.items.size()) index();
    const size_t mask = table_.size() - 1;
    for (size_t i = load_le32(digest) & mask; table_[i]; i = (i + 1) & mask) {
        const size_t k = table_[i] - 1;
        if (std::memcmp(nodes_.digests[k].data(), digest, 32) == 0) return k;
    }
    return nodes_.items.size();
}

void Witness::fill(CodeStore& codes) const {
    index();
    for (size_t i = 0; i < codes_.items.size(); i++)
        codes.add(codes_.digests[i], evm::Code(evm::Code::Padded{code(i)}));
}

std::vector<BytesView> Witness::ancestors(const Bytes32& parent_hash) const {
    constexpr size_t MAX_DEPTH = 256;
    headers_.hash_new(0);
    std::vector<BytesView> out;
    Bytes32 wanted = parent_hash;
    while (out.size() < MAX_DEPTH) {
        const Bytes* found = nullptr;
        for (size_t i = 0; i < headers_.items.size(); i++)
            if (headers_.digests[i] == wanted) found = &headers_.items[i];
        if (!found) break;
        auto header = decode_header(*found);
        if (!header) break;
        out.push_back(*found);
        wanted = header->parent_hash;
    }
    return out;
}

}  // namespace ashlar::ethereum
