// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/frame.hpp"

#include <cstdlib>
#ifdef __riscv
#include "libs/abi/syscalls.hpp"
#endif

namespace ashlar::evm {
namespace {

/// Guest: room that is enough for nearly every call tree; fresh memory costs nothing until it is touched. Host: what
/// the allocator has handed out before is zeroed by hand, so little is asked for at first.
#ifdef __riscv
constexpr size_t INITIAL_CAPACITY = size_t{4} << 20;
#else
constexpr size_t INITIAL_CAPACITY = size_t{128} << 10;
#endif

/// Fresh zero memory; on the host calloc gets it from the system unwritten.
uint8_t* zeroed(size_t size) {
#ifdef __riscv
    return static_cast<uint8_t*>(guest::fresh_memory(size));
#else
    void* p = std::calloc(size, 1);
    if (!p) std::abort();
    return static_cast<uint8_t*>(p);
#endif
}

}  // namespace

void MemoryArena::Free::operator()(uint8_t* p) const {
#ifdef __riscv
    (void)p;  // all buffers together take less than twice the last one
#else
    std::free(p);
#endif
}

MemoryArena::MemoryArena() : capacity_(INITIAL_CAPACITY) { buffers_.emplace_back(zeroed(capacity_)); }

void MemoryArena::extend(size_t from, size_t to) {
    if (to < from) to = SIZE_MAX;  // the sum wrapped: gas can pay for more than the guest's addresses reach
    if (to > capacity_) {
        capacity_ = std::max(to, 2 * capacity_);
        uint8_t* bigger = zeroed(capacity_);
        std::memcpy(bigger, data(), from);
        buffers_.emplace_back(bigger);
        dirty_ = from;
    } else if (from < dirty_) {
        std::memset(data() + from, 0, std::min(to, dirty_) - from);
    }
    dirty_ = std::max(dirty_, to);
}

void MemoryArena::release() {
    if (buffers_.size() > 1) buffers_.erase(buffers_.begin(), buffers_.end() - 1);
}

bool Frame::refuse_memory(GasRegister g) {
    constexpr uint32_t WORDS = uint32_t{1} << 27;  // the least number that is beyond
    if (total_gas(g) >= memory_gas(WORDS) - memory_gas(memory_size / 32)) host->beyond_memory = true;
    return false;
}

GasRegister Frame::grow_memory(GasRegister g, uint64_t end) {
    if (end > UINT32_MAX - 31) {
        refuse_memory(g);
        return -1;
    }
    const uint32_t size = (static_cast<uint32_t>(end) + 31) & ~31u;
    if (size <= memory_size) return g;
    if (!charge(g, memory_gas(size / 32) - memory_gas(memory_size / 32))) return -1;
    arena->extend(memory_offset + memory_size, memory_offset + size);
    memory = arena->data() + memory_offset;
    memory_size = size;
    return g;
}

}  // namespace ashlar::evm
