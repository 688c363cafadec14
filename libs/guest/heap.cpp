// SPDX-License-Identifier: Apache-2.0
#include "libs/guest/heap.hpp"

#include <new>

#include "libs/abi/syscalls.hpp"
#include "libs/guest/runtime.hpp"

extern "C" {
extern char _end;
extern char _heap_start;  // what the linker script keeps for an allocator of the application's own begins here
}

namespace ashlar::guest {
namespace {

uint32_t heap_next = 0;

/// Memory that nothing has used, so zero; 8 bytes before a multiple of 16. Ends the program if there is no more.
void* take(uint32_t size) {
    // Less 8, so that blocks end where the next ones begin: 8 bytes before a multiple of 16.
    const uint32_t heap_end = address(&_heap_start) - 8;
    if (heap_next == 0) heap_next = ((address(&_end) + 15) & ~15u) + 8;
    if (size > heap_end - heap_next) panic("out of memory");  // what is left is a multiple of 16: rounding fits
    const uint32_t at = heap_next;
    heap_next = at + ((size + 15) & ~15u);
    return reinterpret_cast<void*>(at);
}

/// Blocks that operator new hands out, by size: multiples of 16 to 1 KiB, then four sizes from each power of two to
/// the next. A freed block waits in the list of its size for the next one of that size. So what a call frame frees the
/// next one uses, and memory is bounded by what is alive at once; and a block used again is a leaf of the memory tree
/// that is touched already.
///
/// A block begins with the index of its size. What is handed out lies behind it, aligned to 16.
class Heap {
  public:
    void* allocate(uint32_t size) {
        uint32_t index, rounded;
        if (size <= SMALL - HEADER) [[likely]] {
            index = (size + HEADER + 15) / 16;
            rounded = 16 * index;
        } else {
            if (size > LARGEST) panic("out of memory");
            uint32_t power = SMALL;
            index = SMALL / 16 + 1;
            for (; size > 2 * power; power *= 2) index += 4;
            const uint32_t step = power / 4, steps = (size - power + step - 1) / step;
            index += steps;
            rounded = power + steps * step + HEADER;  // the header comes on top: tables are powers of two
        }
        if (Block* b = free_[index]) {
            free_[index] = b->next;
            return b;
        }
        auto* header = static_cast<uint32_t*>(take(rounded));
        *header = index;
        return header + HEADER / 4;
    }
    void release(void* p) {
        if (!p) return;
        auto* b = static_cast<Block*>(p);
        const uint32_t index = index_of(p);
        b->next = free_[index];
        free_[index] = b;
    }
    static uint32_t size(const void* p) {
        const uint32_t index = index_of(p);
        if (index <= SMALL / 16) return 16 * index - HEADER;
        const uint32_t above = index - SMALL / 16 - 1, power = SMALL << (above / 4);
        return power + above % 4 * (power / 4);
    }

  private:
    struct Block {
        Block* next;
    };
    static uint32_t index_of(const void* p) { return static_cast<const uint32_t*>(p)[-static_cast<int>(HEADER / 4)]; }
    static constexpr uint32_t SMALL = 1024, HEADER = 8;
    static constexpr uint32_t LARGEST = 0x78000000;  // the memory's end (ABI.md 1.3), so that no sum of sizes wraps
    Block* free_[SMALL / 16 + 2 + 4 * 21] = {};
};
Heap heap;

}  // namespace

void* heap_allocate(uint32_t size) { return heap.allocate(size); }
void heap_release(void* block) { heap.release(block); }
uint32_t heap_size(const void* block) { return Heap::size(block); }

void* fresh_memory(size_t size) { return take(static_cast<uint32_t>(size)); }

uint32_t* quotient_room() {
    constexpr uint32_t PART = 1 << 16;
    static uint32_t *next = nullptr, *end = nullptr, left = QUOTIENT_ROOM;
    if (next == end) [[unlikely]] {
        if (left < PART) return nullptr;
        left -= PART;
        next = static_cast<uint32_t*>(fresh_memory(PART));
        end = next + PART / 4;
    }
    uint32_t* room = next;
    next += 8;
    return room;
}

}  // namespace ashlar::guest

void* operator new(size_t size) { return ashlar::guest::heap.allocate(size); }
void* operator new[](size_t size) { return ashlar::guest::heap.allocate(size); }
void operator delete(void* p) noexcept { ashlar::guest::heap.release(p); }
void operator delete[](void* p) noexcept { ashlar::guest::heap.release(p); }
void operator delete(void* p, size_t) noexcept { ashlar::guest::heap.release(p); }
void operator delete[](void* p, size_t) noexcept { ashlar::guest::heap.release(p); }
