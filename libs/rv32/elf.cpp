// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "libs/rv32/decode.hpp"
#include "libs/rv32/program.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::rv32 {
namespace {

constexpr size_t FILE_HEADER_BYTES = 52;
constexpr size_t PROGRAM_HEADER_BYTES = 32;
constexpr uint32_t MAX_PROGRAM_HEADERS = 256;
constexpr uint16_t TYPE_EXECUTABLE = 2;
constexpr uint16_t MACHINE_RISCV = 243;
constexpr uint32_t SEGMENT_LOAD = 1;
constexpr uint32_t FLAG_EXECUTABLE = 1;
constexpr size_t MAX_TEXT_WORDS = size_t{1} << 26;  // the interpreter's jump distances are 32-bit byte counts

uint16_t load_le16(const uint8_t* p) { return static_cast<uint16_t>(p[0] | p[1] << 8); }

struct Segment {
    uint32_t header;  ///< index of its program header
    uint32_t offset, vaddr, file_size, memory_size, flags;
    uint64_t end() const { return uint64_t{vaddr} + memory_size; }
    /// End of the words that come from the file; the last one is zero-padded.
    uint64_t file_end() const { return uint64_t{vaddr} + (uint64_t{file_size} + 3) / 4 * 4; }
    std::string name() const {
        return fmt::format("program header {} (vaddr {:#x}, filesz {:#x}, memsz {:#x})", header, vaddr, file_size,
                           memory_size);
    }
};

/// The word at `address` of a segment's file part, zero-padded past file_size.
uint32_t file_word(BytesView file, const Segment& s, uint32_t i) {
    uint8_t b[4] = {};
    const size_t n = std::min<size_t>(4, s.file_size - i);
    std::copy_n(file.data() + s.offset + i, n, b);
    return load_le32(b);
}

HostResult<std::vector<Segment>> read_segments(BytesView file) {
    const uint32_t table = load_le32(&file[28]);
    const uint32_t entry_size = load_le16(&file[42]);
    const uint32_t count = load_le16(&file[44]);
    if (count > MAX_PROGRAM_HEADERS)
        return fail("elf_program_headers", fmt::format("{} program headers; at most {}", count, MAX_PROGRAM_HEADERS));
    if (count > 0 && entry_size != PROGRAM_HEADER_BYTES)
        return fail("elf_program_headers", fmt::format("program header size {} is not 32", entry_size));
    if (uint64_t{table} + uint64_t{count} * PROGRAM_HEADER_BYTES > file.size())
        return fail("elf_truncated", "the program header table reaches past the end of the file");
    std::vector<Segment> segments;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t* p = &file[table + i * PROGRAM_HEADER_BYTES];
        if (load_le32(p) != SEGMENT_LOAD) continue;
        const Segment s{i, load_le32(p + 4), load_le32(p + 8), load_le32(p + 16), load_le32(p + 20), load_le32(p + 24)};
        const std::string where = s.name();
        if (s.file_size == UINT32_MAX || s.memory_size == UINT32_MAX)
            return fail("elf_segment_size", where + ": size 0xffffffff");
        if (s.file_size > s.memory_size)
            return fail("elf_segment_size", where + ": the file part is larger than memory");
        if (s.vaddr % 4 != 0)
            return fail("elf_segment_address", where + ": the address is not a multiple of 4",
                        "align the segment's first section by 4, as -Wl,-T,libs/guest/link.ld does");
        // The last word counts whole: a segment ending inside a word still occupies it.
        if (s.memory_size > 0 && (s.vaddr < MEMORY_BEGIN || (s.end() + 3) / 4 * 4 > MEMORY_END))
            return fail("elf_segment_address", where + ": outside guest memory [0x80, 0x78000000)",
                        "link the guest at the default text base 0x00200800");
        if (uint64_t{s.offset} + s.file_size > file.size())
            return fail("elf_truncated", where + ": the segment reaches past the end of the file");
        segments.push_back(s);
    }
    return segments;
}

/// What to do about a word of an executable segment that is no instruction. GNU ld's default layout puts the ELF header
/// and constants before and behind the code, into one segment; its -z separate-code does nothing for bare RISC-V.
std::string instruction_hint(const Segment& s, uint32_t at) {
    const std::string separate = fmt::format(
        "the segment of program header {}, which is executable, must hold nothing but code: link with "
        "-Wl,-T,libs/guest/link.ld, with -Wl,-N,--section-start=.rodata=0x400000, or with lld (-fuse-ld=lld)",
        s.header);
    if (uint64_t{s.offset} + at < FILE_HEADER_BYTES)
        return "that is the file's ELF header, which GNU ld puts there by default: " + separate;
    return "if that is code: build for rv32im without compressed, atomic or float instructions (-march=rv32im "
           "-mabi=ilp32); if it is a constant: " +
           separate;
}

/// Appends the file words of executable segments; they must follow one another without gap or overlap, so that each pc
/// has one instruction.
HostResult<Program> read_text(BytesView file, const std::vector<Segment>& segments) {
    Program program;
    uint64_t next = 0;
    for (const Segment& s : segments) {
        if (!(s.flags & FLAG_EXECUTABLE) || s.file_size == 0) continue;
        if (program.instructions.empty()) {
            program.pc_base = s.vaddr;
        } else if (s.vaddr != next) {
            return fail("elf_text",
                        fmt::format("executable segment at {:#x} does not follow the previous one, which ends at {:#x}",
                                    s.vaddr, next),
                        "link all code into one executable segment");
        }
        next = s.file_end();
        if ((next - program.pc_base) / 4 > MAX_TEXT_WORDS)
            return fail("elf_text", fmt::format("more than {} instructions", MAX_TEXT_WORDS));
        for (uint32_t i = 0; i < s.file_size; i += 4) {
            const uint32_t word = file_word(file, s, i);
            const auto instruction = decode(word);
            if (!instruction)
                return fail(
                    "elf_instruction",
                    fmt::format("no rv32im instruction: word {:#010x} at pc {:#x}, in {}", word, s.vaddr + i, s.name()),
                    instruction_hint(s, i));
            program.instructions.push_back(*instruction);
        }
    }
    if (program.instructions.empty()) return fail("elf_text", "no executable segment with code");
    return program;
}

/// Initial memory: later segments win where they overlap, their zero tails included.
std::vector<ImageWord> read_image(BytesView file, const std::vector<Segment>& segments) {
    std::vector<ImageWord> image;
    for (auto s = segments.rbegin(); s != segments.rend(); ++s) {
        const auto hidden = [&](uint32_t address) {
            return std::any_of(segments.rbegin(), s, [&](const Segment& later) {
                return address >= later.vaddr && address < (later.end() + 3) / 4 * 4 && later.memory_size > 0;
            });
        };
        for (uint32_t i = 0; i < s->file_size; i += 4) {
            const uint32_t value = file_word(file, *s, i);
            if (value != 0 && !hidden(s->vaddr + i)) image.push_back({(s->vaddr + i) / 4, value});
        }
    }
    std::sort(image.begin(), image.end(), [](const ImageWord& a, const ImageWord& b) { return a.word < b.word; });
    return image;
}

}  // namespace

HostResult<Program> load_elf(BytesView file) {
    if (file.size() < FILE_HEADER_BYTES) return fail("elf_truncated", "shorter than an ELF header");
    constexpr uint8_t MAGIC[4] = {0x7F, 'E', 'L', 'F'};
    if (!std::equal(MAGIC, MAGIC + 4, file.begin())) return fail("elf_not_elf32", "not an ELF file");
    if (file[4] != 1 || file[5] != 1)
        return fail("elf_not_elf32", "not a 32-bit little-endian ELF file", "build the guest for riscv32");
    if (load_le16(&file[18]) != MACHINE_RISCV)
        return fail("elf_not_riscv", fmt::format("machine {} is not RISC-V (243)", load_le16(&file[18])));
    if (load_le16(&file[16]) != TYPE_EXECUTABLE)
        return fail("elf_not_executable", fmt::format("type {} is not ET_EXEC (2)", load_le16(&file[16])),
                    "link the guest statically and without -pie");
    const uint32_t entry = load_le32(&file[24]);
    if (entry == UINT32_MAX || entry % 4 != 0)
        return fail("elf_entry", fmt::format("entry {:#x} is not a multiple of 4", entry));

    ASHLAR_ASSIGN(const auto segments, read_segments(file));
    ASHLAR_ASSIGN(Program program, read_text(file, segments));
    if (!program.contains(entry)) return fail("elf_entry", fmt::format("entry {:#x} is not inside the text", entry));
    program.entry = entry;
    program.image = read_image(file, segments);
    return program;
}

}  // namespace ashlar::rv32
