// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/rv32/assembler.hpp"

using namespace ashlar;
using namespace ashlar::rv32;

namespace {

Bytes small_text() { return words_to_bytes({0x00000013, 0x00000073}); }  // nop, ecall

Bytes valid() { return make_elf({{TEXT_BASE, small_text(), 8, 5}}, TEXT_BASE); }

void expect_error(const Bytes& elf, const std::string& code) {
    const auto r = load_elf(elf);
    REQUIRE_FALSE(r);
    INFO(r.error().message);
    CHECK(r.error().code == code);
}

Bytes with_byte(Bytes b, size_t at, uint8_t v) {
    b[at] = v;
    return b;
}

uint32_t value_at(const Program& p, uint32_t address) {
    for (const ImageWord& w : p.image)
        if (w.word == address / 4) return w.value;
    return 0;
}

}  // namespace

TEST_CASE("loads a plain program") {
    const auto p = load_elf(valid());
    REQUIRE(p);
    CHECK(p->entry == TEXT_BASE);
    CHECK(p->pc_base == TEXT_BASE);
    REQUIRE(p->instructions.size() == 2);
    CHECK(p->instructions[1].op == Opcode::ecall);
    CHECK(value_at(*p, TEXT_BASE) == 0x13);
    CHECK(p->image.size() == 2);
}

TEST_CASE("refuses files that are not ELF32 RISC-V executables") {
    const Bytes elf = valid();
    for (size_t n = 0; n < 52; n++)
        expect_error(Bytes(elf.begin(), elf.begin() + static_cast<ptrdiff_t>(n)), "elf_truncated");
    expect_error(with_byte(elf, 0, 0), "elf_not_elf32");
    expect_error(with_byte(elf, 4, 2), "elf_not_elf32");
    expect_error(with_byte(elf, 5, 2), "elf_not_elf32");
    expect_error(with_byte(elf, 18, 62), "elf_not_riscv");
    expect_error(with_byte(elf, 16, 3), "elf_not_executable");
    expect_error(Bytes(elf.begin(), elf.begin() + 60), "elf_truncated");
    expect_error(Bytes(elf.begin(), elf.end() - 1), "elf_truncated");
}

TEST_CASE("checks the entry") {
    const auto with_entry = [](uint32_t entry) { return make_elf({{TEXT_BASE, small_text(), 8, 5}}, entry); };
    for (const uint32_t entry : {TEXT_BASE + 2, UINT32_MAX, TEXT_BASE - 4, TEXT_BASE + 8, 0u})
        expect_error(with_entry(entry), "elf_entry");
    CHECK(load_elf(with_entry(TEXT_BASE + 4)));
}

TEST_CASE("checks program headers") {
    Bytes elf = valid();
    elf[44] = 1, elf[45] = 1;  // 257
    expect_error(elf, "elf_program_headers");
    expect_error(with_byte(valid(), 42, 31), "elf_program_headers");
    expect_error(with_byte(valid(), 31, 0x7F), "elf_truncated");  // table offset far away
}

TEST_CASE("checks segment addresses and sizes") {
    const ElfSegment text{TEXT_BASE, small_text(), 8, 5};
    const auto with_data = [&](uint32_t address, uint32_t size) {
        return make_elf({text, {address, {}, size, 6}}, TEXT_BASE);
    };
    expect_error(with_data(0x7C, 8), "elf_segment_address");
    expect_error(with_data(0x77FF'FFFC, 8), "elf_segment_address");
    expect_error(with_data(0x77FF'FFFC, 5), "elf_segment_address");
    expect_error(with_data(0x7800'0000, 4), "elf_segment_address");
    expect_error(with_data(0xFFFF'FFF0, 0x20), "elf_segment_address");
    expect_error(with_data(DATA_BASE + 2, 8), "elf_segment_address");
    expect_error(with_data(DATA_BASE, UINT32_MAX), "elf_segment_size");
    expect_error(make_elf({text, {DATA_BASE, {1, 2, 3, 4}, 3, 6}}, TEXT_BASE), "elf_segment_size");
    CHECK(load_elf(with_data(0x80, 4)));
    CHECK(load_elf(with_data(0x77FF'FFFC, 4)));
    CHECK(load_elf(with_data(0, 0)));
    // Two gigabytes of zeros cost nothing.
    const auto huge = load_elf(with_data(DATA_BASE, 0x7800'0000 - DATA_BASE));
    REQUIRE(huge);
    CHECK(huge->image.size() == 2);
}

TEST_CASE("checks the text") {
    expect_error(make_elf({{DATA_BASE, {1, 2, 3, 4}, 4, 6}}, DATA_BASE), "elf_text");
    expect_error(make_elf({}, 0), "elf_text");
    const Bytes text = small_text();
    // Executable segments must follow one another.
    expect_error(make_elf({{TEXT_BASE, text, 8, 5}, {TEXT_BASE + 12, text, 8, 5}}, TEXT_BASE), "elf_text");
    expect_error(make_elf({{TEXT_BASE, text, 8, 5}, {TEXT_BASE + 4, text, 8, 5}}, TEXT_BASE), "elf_text");
    expect_error(make_elf({{TEXT_BASE + 8, text, 8, 5}, {TEXT_BASE, text, 8, 5}}, TEXT_BASE), "elf_text");
    const auto two = load_elf(make_elf({{TEXT_BASE, text, 8, 5}, {TEXT_BASE + 8, text, 8, 5}}, TEXT_BASE + 12));
    REQUIRE(two);
    CHECK(two->instructions.size() == 4);
}

TEST_CASE("a word that is no instruction makes the load fail and names its pc") {
    // zero, compressed, amoadd.w, fence.i, flw, sret, reserved funct7 of add, slli with bit 25, ecall with rd, mret
    // with rs1
    for (const uint32_t word : {0u, 0x00004501u, 0x0000202fu, 0x0000100fu, 0x00002007u, 0x10200073u, 0x04000033u,
                                0x02001013u, 0x000000f3u, 0x30208073u, 0x0000406fu & ~0x7fu, 0x00003003u, 0x00003023u,
                                0x00002063u, 0x00001067u, 0x00004073u, 0x42000033u, 0x40001033u}) {
        INFO("word " << word);
        const auto r = load_elf(make_elf({{TEXT_BASE, words_to_bytes({0x13, word}), 8, 5}}, TEXT_BASE));
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "elf_instruction");
        CHECK(r.error().message.find("0x200804") != std::string::npos);
    }
}

TEST_CASE("an executable segment that holds more than code is named, with the linker's flags") {
    const auto hint_of = [](const Bytes& elf) {
        const auto r = load_elf(elf);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "elf_instruction");
        CHECK(r.error().message.find("program header 1 (vaddr ") != std::string::npos);
        for (const char* part : {"program header 1", "-Wl,-T,libs/guest/link.ld",
                                 "-Wl,-N,--section-start=.rodata=0x400000", "-fuse-ld=lld"})
            CHECK(r.error().hint.find(part) != std::string::npos);
        return r.error().hint;
    };
    const ElfSegment data{DATA_BASE, {1, 2, 3, 4}, 4, 6}, text{TEXT_BASE, small_text(), 8, 5};
    // GNU ld's layout: the segment begins with the file's headers.
    Bytes elf = make_elf({data, text}, TEXT_BASE);
    uint8_t* header = &elf[52 + 32];
    store_le32(header + 4, 0);                    // offset
    store_le32(header + 8, TEXT_BASE & ~0xfffu);  // address
    store_le32(header + 16, 0x1000), store_le32(header + 20, 0x1000);
    CHECK(hint_of(elf).starts_with("that is the file's ELF header, which GNU ld puts there by default"));
    // A constant behind the code, or code of another machine.
    const std::string hint =
        hint_of(make_elf({data, {TEXT_BASE, words_to_bytes({0x13, 0x73, 0x6c6c6568}), 12, 5}}, TEXT_BASE));
    CHECK(hint.starts_with("if that is code: build for rv32im"));
    CHECK(hint.find("-march=rv32im -mabi=ilp32") != std::string::npos);
}

TEST_CASE("fence, CSR, mret, wfi and ebreak load") {
    const std::vector<uint32_t> words = {0x0ff0000f, 0x8330000f, 0xc0001073, 0x30002373,
                                         0x300fd073, 0x30200073, 0x10500073, 0x00100073};
    const auto p = load_elf(make_elf({{TEXT_BASE, words_to_bytes(words), 32, 5}}, TEXT_BASE));
    REQUIRE(p);
    for (size_t i = 0; i < 7; i++) CHECK(p->instructions[i].op == Opcode::unimp);
    CHECK(p->instructions[7].op == Opcode::ebreak);
}

TEST_CASE("later segments win where they overlap, zero tails too") {
    const auto p = load_elf(make_elf({{TEXT_BASE, small_text(), 8, 5},
                                      {DATA_BASE, words_to_bytes({1, 2, 3, 4}), 16, 6},
                                      {DATA_BASE + 4, words_to_bytes({9}), 8, 6},
                                      {TEXT_BASE + 4, words_to_bytes({7}), 4, 6}},
                                     TEXT_BASE));
    REQUIRE(p);
    CHECK(value_at(*p, DATA_BASE) == 1);
    CHECK(value_at(*p, DATA_BASE + 4) == 9);
    CHECK(value_at(*p, DATA_BASE + 8) == 0);
    CHECK(value_at(*p, DATA_BASE + 12) == 4);
    // Data over text changes what is read, not what runs.
    CHECK(value_at(*p, TEXT_BASE + 4) == 7);
    CHECK(p->instructions[1].op == Opcode::ecall);
    for (size_t i = 1; i < p->image.size(); i++) CHECK(p->image[i - 1].word < p->image[i].word);
}

TEST_CASE("the last file word of a segment is zero-padded") {
    const auto p =
        load_elf(make_elf({{TEXT_BASE, small_text(), 8, 5}, {DATA_BASE, {1, 2, 3, 4, 5, 6}, 12, 6}}, TEXT_BASE));
    REQUIRE(p);
    CHECK(value_at(*p, DATA_BASE + 4) == 0x0605);
}
