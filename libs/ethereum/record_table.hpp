// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace ashlar::ethereum {

/// Open addressing over records that live elsewhere and carry their hash: `uint32_t hash`. The caller hashes and
/// compares.
template <class Record>
class RecordTable {
  public:
    /// The record with this hash for which `same(record)` holds; nullptr if there is none.
    template <class Same>
    Record* find(uint32_t hash, Same same) const {
        if (slots_.empty()) return nullptr;
        const size_t mask = slots_.size() - 1;
        for (size_t i = hash & mask; slots_[i]; i = (i + 1) & mask) {
            if (slots_[i]->hash == hash && same(*slots_[i])) return slots_[i];
        }
        return nullptr;
    }
    /// Adds a record that is not there yet.
    void insert(Record* record) {
        if (count_ + 1 > slots_.size() / 4 * (slots_.size() < LARGE ? 2 : 3)) grow();
        place(record);
        count_++;
    }
    void clear() {
        if (count_ == 0) return;
        slots_.assign(slots_.size(), nullptr);
        count_ = 0;
    }

  private:
    /// From here on room counts more than short searches: a transaction that fills a table so far fills memory too.
    static constexpr size_t LARGE = 1 << 15;

    void place(Record* record) {
        const size_t mask = slots_.size() - 1;
        size_t i = record->hash & mask;
        while (slots_[i]) i = (i + 1) & mask;
        slots_[i] = record;
    }
    void grow() {
        const std::vector<Record*> old = std::move(slots_);
        slots_.assign(old.empty() ? 256 : 2 * old.size(), nullptr);
        for (Record* r : old)
            if (r) place(r);
    }
    std::vector<Record*> slots_;
    size_t count_ = 0;
};

}  // namespace ashlar::ethereum
