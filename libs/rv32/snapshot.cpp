// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/snapshot.hpp"

#include <algorithm>
#include <cstring>

namespace ashlar::rv32 {
namespace {

/// True if any of n bytes is not 0.
bool any(const uint8_t* p, size_t n) {
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t v;
        std::memcpy(&v, p + i, 8);
        bits |= v;
    }
    return bits != 0;
}

template <class T>
std::shared_ptr<T> copy_or_new(const std::shared_ptr<const T>& old) {
    return old ? std::make_shared<T>(*old) : std::make_shared<T>();
}

}  // namespace

MemorySnapshot MemorySnapshot::advance(GuestMemory& memory) const {
    auto root = std::make_shared<Root>(*root_);
    uint8_t* dirty = memory.dirty();
    for (uint32_t i = 0; i < root->size(); i++) {
        uint8_t* of_middle = dirty + i * FANOUT * FANOUT;
        if (!any(of_middle, FANOUT * FANOUT)) continue;
        auto middle = copy_or_new<Middle>((*root)[i]);
        for (uint32_t j = 0; j < FANOUT; j++) {
            uint8_t* of_leaf = of_middle + j * FANOUT;
            if (!any(of_leaf, FANOUT)) continue;
            auto leaf = copy_or_new<Leaf>((*middle)[j]);
            for (uint32_t k = 0; k < FANOUT; k++) {
                if (!of_leaf[k]) continue;
                auto page = std::make_shared_for_overwrite<Page>();
                const size_t index = (size_t{i} * FANOUT + j) * FANOUT + k;
                std::memcpy(page->words.data(), memory.bytes() + (index << PAGE_SHIFT), PAGE_BYTES);
                (*leaf)[k] = std::move(page);
            }
            std::memset(of_leaf, 0, FANOUT);
            (*middle)[j] = std::move(leaf);
        }
        (*root)[i] = std::move(middle);
    }
    MemorySnapshot next;
    next.root_ = std::move(root);
    return next;
}

}  // namespace ashlar::rv32
