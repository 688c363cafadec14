// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <memory>

#include "libs/rv32/memory.hpp"

namespace ashlar::rv32 {

struct Page {
    std::array<uint32_t, PAGE_WORDS> words;
};

/// An immutable view of guest memory at a cut. Copies share pages: a page stays alive as long as a view needs it. Safe
/// to read from any thread.
class MemorySnapshot {
  public:
    MemorySnapshot() : root_(std::make_shared<Root>()) {}

    /// Page `index` (byte address >> PAGE_SHIFT), or null if all its words are 0.
    const Page* page(uint32_t index) const {
        const auto& middle = (*root_)[index / (FANOUT * FANOUT)];
        if (!middle) return nullptr;
        const auto& leaf = (*middle)[index / FANOUT % FANOUT];
        return leaf ? (*leaf)[index % FANOUT].get() : nullptr;
    }
    uint32_t word(uint32_t word) const {
        const Page* p = page(word / PAGE_WORDS);
        return p ? p->words[word % PAGE_WORDS] : 0;
    }
    /// Calls f(page index, const Page&) for every page present, ascending.
    template <class F>
    void for_each_page(F&& f) const {
        for (uint32_t i = 0; i < root_->size(); i++)
            if (const auto& middle = (*root_)[i])
                for (uint32_t j = 0; j < FANOUT; j++)
                    if (const auto& leaf = (*middle)[j])
                        for (uint32_t k = 0; k < FANOUT; k++)
                            if (const auto& page = (*leaf)[k]) f((i * FANOUT + j) * FANOUT + k, *page);
    }

    /// The view after replacing the pages that `memory` marks as dirty; clears the marks. Shares the rest with this
    /// one.
    MemorySnapshot advance(GuestMemory& memory) const;

  private:
    static constexpr uint32_t FANOUT = 128;
    static_assert(NUM_PAGES % (FANOUT * FANOUT) == 0);
    using Leaf = std::array<std::shared_ptr<const Page>, FANOUT>;
    using Middle = std::array<std::shared_ptr<const Leaf>, FANOUT>;
    using Root = std::array<std::shared_ptr<const Middle>, NUM_PAGES / (FANOUT * FANOUT)>;
    std::shared_ptr<const Root> root_;
};

}  // namespace ashlar::rv32
