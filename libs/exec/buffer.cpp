// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/buffer.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#if !defined(__has_feature)
#define __has_feature(x) 0
#endif

namespace ashlar::exec {
namespace {

constexpr size_t HUGE_PAGE = size_t{2} << 20;
// From here on whole pages are mapped: page faults on 4 KiB pages would cost more than the first pass over the data.
constexpr size_t MAP_THRESHOLD = HUGE_PAGE;

size_t rounded(size_t bytes) { return (bytes + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1); }

[[noreturn]] void out_of_memory(size_t bytes) {
    std::fprintf(stderr, "ashlar: out of memory (%zu bytes)\n", bytes);
    std::abort();
}

/// Large blocks, cut from one reserved range of addresses and kept when freed: clearing pages anew took a third of a
/// chunk proof's time. Free neighbours are joined and the lowest fitting block is taken, so that the pages in use stay
/// as few as the highest demand so far.
class Arena {
  public:
    Arena() {
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
        // As many addresses as there is memory: more could not be in use, and some systems (emulators) pay for each
        // page.
        const size_t reserved =
            rounded(static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE)));
        void* p = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) return;
        base_ = reinterpret_cast<uint8_t*>(rounded(reinterpret_cast<uintptr_t>(p)));
        end_ = reserved - HUGE_PAGE;
        (void)madvise(base_, end_, MADV_HUGEPAGE);  // advice only: without huge pages it is merely slower
#endif
    }

    /// nullptr if the range is used up or could not be reserved.
    void* allocate(size_t size) {
        const std::lock_guard lock(mutex_);
        for (auto it = free_.begin(); it != free_.end(); ++it) {
            if (it->second < size) continue;
            const auto [at, have] = *it;
            free_.erase(it);
            if (have > size) free_.emplace(at + size, have - size);
            return base_ + at;
        }
        size_t at = top_;
        if (!free_.empty() && free_.rbegin()->first + free_.rbegin()->second == top_) at = free_.rbegin()->first;
        if (end_ < size || at > end_ - size) return nullptr;
        if (at != top_) free_.erase(at);
        top_ = at + size;
        return base_ + at;
    }

    bool owns(const void* p) const { return base_ && p >= base_ && p < base_ + end_; }

    void free(void* p, size_t size) {
        const std::lock_guard lock(mutex_);
        auto it = free_.emplace(static_cast<size_t>(static_cast<uint8_t*>(p) - base_), size).first;
        if (const auto next = std::next(it); next != free_.end() && it->first + it->second == next->first) {
            it->second += next->second;
            free_.erase(next);
        }
        if (it != free_.begin()) {
            const auto before = std::prev(it);
            if (before->first + before->second == it->first) {
                before->second += it->second;
                free_.erase(it);
            }
        }
    }

  private:
    std::mutex mutex_;
    uint8_t* base_ = nullptr;
    size_t end_ = 0, top_ = 0;
    std::map<size_t, size_t> free_;  // offset -> size
};

/// Never destroyed: buffers with static storage may be freed after it would be.
Arena& arena() {
    static Arena& a = *new Arena;
    return a;
}

}  // namespace

void* allocate_aligned(size_t bytes) {
    if (bytes == 0) return nullptr;
    if (bytes < MAP_THRESHOLD) {
        void* p = std::aligned_alloc(64, (bytes + 63) & ~size_t{63});
        if (p == nullptr) out_of_memory(bytes);
        return p;
    }
    if (void* p = arena().allocate(rounded(bytes))) return p;
    void* p = std::aligned_alloc(HUGE_PAGE, rounded(bytes));
    if (p == nullptr) out_of_memory(bytes);
    (void)madvise(p, rounded(bytes), MADV_HUGEPAGE);
    return p;
}

void free_aligned(void* p, size_t bytes) {
    if (p != nullptr && bytes >= MAP_THRESHOLD && arena().owns(p))
        arena().free(p, rounded(bytes));
    else
        std::free(p);
}

}  // namespace ashlar::exec
