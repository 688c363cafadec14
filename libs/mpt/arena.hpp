// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "libs/base/bytes.hpp"

namespace ashlar::mpt {

/// Memory that only grows and goes at once: nodes and encodings live as long as their trie store. Addresses are stable.
class Arena {
  public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// `n` bytes, aligned to 8, not initialised.
    uint8_t* bytes(size_t n) {
        n = (n + 7) & ~size_t{7};
        if (n > left_) refill(n);
        uint8_t* p = next_;
        next_ += n;
        left_ -= n;
        return p;
    }
    uint8_t* copy(BytesView v) {
        uint8_t* p = bytes(v.size());
        if (!v.empty()) std::memcpy(p, v.data(), v.size());
        return p;
    }
    template <class T, class... A>
    T* make(A&&... a) {
        static_assert(std::is_trivially_destructible_v<T>, "nothing here is destroyed");
        return new (bytes(sizeof(T))) T{std::forward<A>(a)...};
    }

  private:
    static constexpr size_t BLOCK = size_t{1} << 16;
    [[gnu::noinline]] void refill(size_t n) {
        const size_t size = n > BLOCK ? n : BLOCK;
        blocks_.emplace_back(new uint8_t[size]);
        next_ = blocks_.back().get();
        left_ = size;
    }
    std::vector<std::unique_ptr<uint8_t[]>> blocks_;
    uint8_t* next_ = nullptr;
    size_t left_ = 0;
};

}  // namespace ashlar::mpt
