// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/make_elf.hpp"

#include <algorithm>

namespace ashlar::rv32 {
namespace {

constexpr uint32_t FILE_HEADER_BYTES = 52, PROGRAM_HEADER_BYTES = 32, PAGE_BYTES = 0x1000;

void put16(Bytes& b, size_t at, uint32_t v) {
    b[at] = static_cast<uint8_t>(v);
    b[at + 1] = static_cast<uint8_t>(v >> 8);
}
void put32(Bytes& b, size_t at, uint32_t v) { store_le32(b.data() + at, v); }

}  // namespace

Bytes make_elf(const std::vector<ElfSegment>& segments, uint32_t entry) {
    const auto count = static_cast<uint32_t>(segments.size());
    Bytes b(FILE_HEADER_BYTES + PROGRAM_HEADER_BYTES * count);
    const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};  // 32 bits, little-endian, version 1
    std::copy(std::begin(ident), std::end(ident), b.begin());
    put16(b, 16, 2);    // an executable
    put16(b, 18, 243);  // for RISC-V
    put32(b, 20, 1);    // version
    put32(b, 24, entry);
    put32(b, 28, FILE_HEADER_BYTES);  // where the program headers are
    put16(b, 40, FILE_HEADER_BYTES);
    put16(b, 42, PROGRAM_HEADER_BYTES);
    put16(b, 44, count);
    for (uint32_t i = 0; i < count; i++) {
        const ElfSegment& s = segments[i];
        // Offset and address must agree modulo the page size, or qemu cannot map the file.
        const size_t offset = (b.size() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + s.address % PAGE_BYTES;
        const uint32_t header[] = {1,  // to be loaded
                                   static_cast<uint32_t>(offset),
                                   s.address,
                                   s.address,
                                   static_cast<uint32_t>(s.bytes.size()),
                                   s.memory_size,
                                   s.flags,
                                   PAGE_BYTES};
        for (size_t k = 0; k < std::size(header); k++)
            put32(b, FILE_HEADER_BYTES + PROGRAM_HEADER_BYTES * i + 4 * k, header[k]);
        b.resize(offset);
        b.insert(b.end(), s.bytes.begin(), s.bytes.end());
    }
    return b;
}

Bytes words_to_bytes(const std::vector<uint32_t>& words) {
    Bytes b(words.size() * 4);
    for (size_t i = 0; i < words.size(); i++) put32(b, 4 * i, words[i]);
    return b;
}

}  // namespace ashlar::rv32
