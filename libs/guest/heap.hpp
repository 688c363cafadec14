// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

/// The heap behind operator new and, for programs in C, behind malloc.
namespace ashlar::guest {

/// A block of at least `size` bytes, aligned to 16. Ends the program if there is no more memory.
void* heap_allocate(uint32_t size);
/// Gives a block back; nothing for null.
void heap_release(void* block);
/// The number of bytes that a block holds: at least what was asked for.
uint32_t heap_size(const void* block);

}  // namespace ashlar::guest
