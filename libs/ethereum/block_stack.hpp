// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

namespace ashlar::ethereum {

/// A stack that grows by blocks: nothing moves, and no outgrown copy is left behind, which in the guest would count
/// against the memory of a transaction.
template <class T>
class BlockStack {
  public:
    size_t size() const { return full_ * BLOCK + static_cast<size_t>(next_ - begin_); }
    void push(const T& value) {
        if (next_ == end_) [[unlikely]]
            open_next();
        *next_++ = value;
    }
    /// Takes the last one off; there must be one.
    T pop() {
        if (next_ == begin_) [[unlikely]] {
            open(full_ - 1);
            next_ = end_;
        }
        return *--next_;
    }
    void clear() {
        if (!blocks_.empty()) open(0);
    }
    /// From the oldest to the newest.
    template <class Visit>
    void for_each(Visit visit) const {
        for (size_t i = 0; i < full_; i++)
            for (const T *p = blocks_[i].get(), *end = p + BLOCK; p != end; p++) visit(*p);
        for (const T* p = begin_; p != next_; p++) visit(*p);
    }

  private:
    static constexpr size_t BLOCK = 64;

    [[gnu::noinline]] void open_next() {
        const size_t index = blocks_.empty() ? 0 : full_ + 1;
        if (index == blocks_.size()) blocks_.emplace_back(new T[BLOCK]);
        open(index);
    }
    void open(size_t index) {
        full_ = index;
        begin_ = next_ = blocks_[index].get();
        end_ = begin_ + BLOCK;
    }

    std::vector<std::unique_ptr<T[]>> blocks_;
    size_t full_ = 0;                                        ///< blocks before the one that is being filled
    T *begin_ = nullptr, *next_ = nullptr, *end_ = nullptr;  ///< of that one
};

}  // namespace ashlar::ethereum
