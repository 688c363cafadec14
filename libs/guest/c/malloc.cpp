// SPDX-License-Identifier: Apache-2.0
// C's allocation functions. An application that brings its own is linked with those and not with this file.
#include <cstddef>
#include <cstring>

#include "libs/guest/heap.hpp"

using namespace ashlar::guest;

extern "C" {

void* malloc(size_t size) { return heap_allocate(size); }
void free(void* block) { heap_release(block); }
void* calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
    void* block = heap_allocate(bytes);
    std::memset(block, 0, bytes);  // it may have been used before
    return block;
}
void* realloc(void* block, size_t size) {
    if (block && size <= heap_size(block)) return block;
    void* larger = heap_allocate(size);
    if (block) {
        std::memcpy(larger, block, heap_size(block));
        heap_release(block);
    }
    return larger;
}
void* aligned_alloc(size_t alignment, size_t size) {
    constexpr size_t EVERY_BLOCK = 16;
    if (alignment <= EVERY_BLOCK) return heap_allocate(size);
    return nullptr;  // free could not find the block's beginning
}

}  // extern "C"
