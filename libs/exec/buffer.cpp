// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/buffer.hpp"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

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

}  // namespace

void* allocate_aligned(size_t bytes) {
    if (bytes == 0) return nullptr;
    if (bytes < MAP_THRESHOLD) {
        void* p = std::aligned_alloc(64, (bytes + 63) & ~size_t{63});
        if (p == nullptr) out_of_memory(bytes);
        return p;
    }
    void* p = std::aligned_alloc(HUGE_PAGE, rounded(bytes));
    if (p == nullptr) out_of_memory(bytes);
    (void)madvise(p, rounded(bytes), MADV_HUGEPAGE);  // advice only: without huge pages it is merely slower
    return p;
}

void free_aligned(void* p, size_t) { std::free(p); }

}  // namespace ashlar::exec
