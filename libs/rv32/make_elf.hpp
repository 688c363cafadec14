// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "libs/base/bytes.hpp"

namespace ashlar::rv32 {

/// A loadable segment, by any values: load_elf() and its tests are about the wrong ones, too.
struct ElfSegment {
    uint32_t address;
    Bytes bytes;           ///< the part that the file holds
    uint32_t memory_size;  ///< bytes; zeros follow the file's part
    uint32_t flags;        ///< 1 executable, 2 writable, 4 readable
};

/// An ELF32 RISC-V executable with these segments in this order; Linux emulators can map it if load_elf() accepts it.
Bytes make_elf(const std::vector<ElfSegment>& segments, uint32_t entry);

/// The words, little-endian.
Bytes words_to_bytes(const std::vector<uint32_t>& words);

}  // namespace ashlar::rv32
