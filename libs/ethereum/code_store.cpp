// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/code_store.hpp"

#include <algorithm>

namespace ashlar::ethereum {

// Keys are hashes: their bytes are uniform.
size_t CodeStore::position(const Bytes32& hash) const {
    const size_t mask = table_.size() - 1;
    size_t i = load_le32(hash.data()) & mask;
    while (table_[i] && entries_[table_[i] - 1]->hash != hash) i = (i + 1) & mask;
    return i;
}

void CodeStore::grow() {
    table_.assign(table_.empty() ? 64 : 2 * table_.size(), 0);
    for (size_t k = 0; k < entries_.size(); k++) table_[position(entries_[k]->hash)] = static_cast<uint32_t>(k + 1);
}

const CodeStore::Entry* CodeStore::add(const Bytes32& hash, evm::Code code) {
    if (2 * (entries_.size() + 1) > table_.size()) grow();
    const size_t i = position(hash);
    if (!table_[i]) {
        entries_.push_back(std::make_unique<Entry>(Entry{hash, std::move(code)}));
        table_[i] = static_cast<uint32_t>(entries_.size());
    }
    return entries_[table_[i] - 1].get();
}

const evm::Code* CodeStore::find(const Bytes32& hash) {
    if (table_.empty()) return nullptr;
    const uint32_t k = table_[position(hash)];
    if (!k) return nullptr;
    entries_[k - 1]->used = true;
    return &entries_[k - 1]->code;
}

const evm::Code* CodeStore::peek(const Bytes32& hash) const {
    if (table_.empty()) return nullptr;
    const uint32_t k = table_[position(hash)];
    return k ? &entries_[k - 1]->code : nullptr;
}

void CodeStore::forget_uses() {
    for (const auto& e : entries_) e->used = false;
}

std::vector<const CodeStore::Entry*> CodeStore::used(size_t count) const {
    std::vector<const Entry*> out;
    for (size_t i = 0; i < std::min(count, entries_.size()); i++)
        if (entries_[i]->used) out.push_back(entries_[i].get());
    return out;
}

std::vector<const CodeStore::Entry*> CodeStore::since(size_t count) const {
    std::vector<const Entry*> out;
    for (size_t i = count; i < entries_.size(); i++) out.push_back(entries_[i].get());
    return out;
}

}  // namespace ashlar::ethereum
