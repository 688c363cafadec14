// SPDX-License-Identifier: Apache-2.0
#include "daemons/ctl/builtin_program.hpp"

namespace ashlar::ctl {

namespace {

constexpr uint32_t TEXT = 0x0020'0000, DATA = 0x0030'0000;
enum Register : uint32_t {
    ZERO = 0,
    T0 = 5,
    T1 = 6,
    T2 = 7,
    S0 = 8,
    S1 = 9,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A3 = 13,
    A4 = 14
};

/// rv32im encodings (RISC-V unprivileged specification, chapter 24).
struct Assembler {
    std::vector<uint32_t> words;
    void r(uint32_t f7, uint32_t f3, Register d, Register a, Register b) {
        words.push_back(f7 << 25 | b << 20 | a << 15 | f3 << 12 | d << 7 | 0x33);
    }
    void addi(Register d, Register a, int32_t imm) {
        words.push_back(static_cast<uint32_t>(imm) << 20 | a << 15 | d << 7 | 0x13);
    }
    void lui(Register d, uint32_t high) { words.push_back(high << 12 | d << 7 | 0x37); }
    void lw(Register d, Register a, uint32_t imm) { words.push_back(imm << 20 | a << 15 | 2 << 12 | d << 7 | 0x03); }
    void sw(Register b, Register a, uint32_t imm) {
        words.push_back((imm >> 5) << 25 | b << 20 | a << 15 | 2 << 12 | (imm & 31) << 7 | 0x23);
    }
    void bne(Register a, Register b, int32_t offset) {
        const auto o = static_cast<uint32_t>(offset);
        words.push_back((o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | b << 20 | a << 15 | 1 << 12 | (o >> 1 & 15) << 8 |
                        (o >> 11 & 1) << 7 | 0x63);
    }
    void li(Register d, uint32_t value) {
        const uint32_t high = (value + 0x800) >> 12;
        lui(d, high & 0xFFFFF);
        addi(d, d, static_cast<int32_t>(value << 20) >> 20);
    }
    void ecall() { words.push_back(0x73); }
};

/// SHA-256 of nothing: what a program that commits nothing must commit (guest-abi section 7).
constexpr uint32_t EMPTY_DIGEST[8] = {0x42c4b0e3, 0x141cfc98, 0xc8f4fb9a, 0x24b96f99,
                                      0xe441ae27, 0x4c939b64, 0x1b9995a4, 0x55b85278};
constexpr uint32_t COMMIT = 0x0000'0010, HALT = 0;

}  // namespace

Bytes builtin_program(uint32_t loops) {
    Assembler a;
    a.li(S0, loops);
    a.li(S1, DATA);
    a.li(A0, 12345);
    a.li(A1, 0x9E3779B9);
    const size_t loop = a.words.size();
    a.r(1, 0, A2, A0, A1);  // mul
    a.r(0, 4, A2, A2, A0);  // xor
    a.addi(A0, A2, 77);
    a.sw(A0, S1, 0);
    a.r(1, 3, A3, A0, A1);   // mulhu
    a.r(32, 0, A3, A3, A2);  // sub
    a.sw(A3, S1, 4);
    a.r(0, 1, A4, A0, A3);  // sll
    a.lw(T1, S1, 0);
    a.r(0, 7, A4, A4, T1);  // and
    a.r(0, 3, T2, A4, A0);  // sltu
    a.r(0, 0, A0, A0, T2);  // add
    a.lw(T2, S1, 4);
    a.r(1, 5, T2, T2, A1);  // divu
    a.addi(S0, S0, -1);
    a.bne(S0, ZERO, -4 * static_cast<int32_t>(a.words.size() - loop));
    for (uint32_t i = 0; i < 8; i++) {
        a.li(T0, COMMIT);
        a.li(A0, i);
        a.li(A1, EMPTY_DIGEST[i]);
        a.ecall();
    }
    a.li(T0, HALT);
    a.li(A0, 0);
    a.ecall();

    const auto text_bytes = static_cast<uint32_t>(4 * a.words.size());
    constexpr uint32_t HEADER = 52 + 32;
    Bytes elf(HEADER + text_bytes);
    const auto put32 = [&](size_t at, uint32_t v) { store_le32(elf.data() + at, v); };
    const auto put16 = [&](size_t at, uint32_t v) {
        elf[at] = static_cast<uint8_t>(v), elf[at + 1] = static_cast<uint8_t>(v >> 8);
    };
    put32(0, 0x464C457F);
    elf[4] = 1, elf[5] = 1, elf[6] = 1;  // 32 bits, little-endian, version
    put16(16, 2), put16(18, 243);        // executable, RISC-V
    put32(20, 1), put32(24, TEXT), put32(28, 52);
    put16(40, 52), put16(42, 32), put16(44, 1), put16(46, 40);
    const uint32_t segment[8] = {1, HEADER, TEXT, TEXT, text_bytes, text_bytes, 5, 4};
    for (size_t i = 0; i < 8; i++) put32(52 + 4 * i, segment[i]);
    for (size_t i = 0; i < a.words.size(); i++) put32(HEADER + 4 * i, a.words[i]);
    return elf;
}

}  // namespace ashlar::ctl
