// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/record.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace ashlar::rv32::detail {

void* allocate_records(size_t& bytes) {
    constexpr size_t HUGE_PAGE = size_t{2} << 20;
    const bool huge = bytes >= HUGE_PAGE;
    const size_t unit = huge ? HUGE_PAGE : 64;
    bytes = (bytes + unit - 1) / unit * unit;
    void* p = std::aligned_alloc(unit, bytes);
    if (!p) throw std::bad_alloc();
    if (huge) madvise(p, bytes, MADV_HUGEPAGE);  // advice only: without huge pages it is slower, not wrong
    return p;
}

void free_records(void* p) { std::free(p); }

}  // namespace ashlar::rv32::detail
