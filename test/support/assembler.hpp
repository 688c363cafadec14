// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "libs/rv32/decode.hpp"
#include "libs/rv32/program.hpp"

/// Assembles rv32im programs from calls, for tests.
namespace ashlar::test {

enum Register : uint32_t {
    zero,
    ra,
    sp,
    gp,
    tp,
    t0,
    t1,
    t2,
    s0,
    s1,
    a0,
    a1,
    a2,
    a3,
    a4,
    a5,
    a6,
    a7,
    s2,
    s3,
    s4,
    s5,
    s6,
    s7,
    s8,
    s9,
    s10,
    s11,
    t3,
    t4,
    t5,
    t6
};

class Assembler {
  public:
    static constexpr uint32_t BASE = 0x0020'0800;

    uint32_t pc() const { return BASE + 4 * static_cast<uint32_t>(words_.size()); }
    void word(uint32_t w) { words_.push_back(w); }

    void r_type(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2, uint32_t opcode = 0x33) {
        word(funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode);
    }
    void i_type(uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t imm, uint32_t opcode = 0x13) {
        word(static_cast<uint32_t>(imm) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode);
    }
    void s_type(uint32_t funct3, uint32_t rs2, uint32_t rs1, int32_t imm) {
        const uint32_t i = static_cast<uint32_t>(imm);
        word((i >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (i & 31) << 7 | 0x23);
    }
    void b_type(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
        const uint32_t i = static_cast<uint32_t>(offset);
        word((i >> 12 & 1) << 31 | (i >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (i >> 1 & 15) << 8 |
             (i >> 11 & 1) << 7 | 0x63);
    }
    void jal(uint32_t rd, int32_t offset) {
        const uint32_t i = static_cast<uint32_t>(offset);
        word((i >> 20 & 1) << 31 | (i >> 1 & 0x3ff) << 21 | (i >> 11 & 1) << 20 | (i >> 12 & 0xff) << 12 | rd << 7 |
             0x6f);
    }
    void add(uint32_t rd, uint32_t a, uint32_t b) { r_type(0, 0, rd, a, b); }
    void sub(uint32_t rd, uint32_t a, uint32_t b) { r_type(0x20, 0, rd, a, b); }
    void addi(uint32_t rd, uint32_t a, int32_t imm) { i_type(0, rd, a, imm); }
    void lui(uint32_t rd, uint32_t upper) { word((upper & 0xffff'f000) | rd << 7 | 0x37); }
    void auipc(uint32_t rd, uint32_t upper) { word((upper & 0xffff'f000) | rd << 7 | 0x17); }
    void jalr(uint32_t rd, uint32_t a, int32_t imm) { i_type(0, rd, a, imm, 0x67); }
    void lw(uint32_t rd, uint32_t a, int32_t imm) { i_type(2, rd, a, imm, 0x03); }
    void sw(uint32_t b, uint32_t a, int32_t imm) { s_type(2, b, a, imm); }
    void li(uint32_t rd, uint32_t value) {
        const int32_t low = static_cast<int32_t>(value << 20) >> 20;
        const uint32_t high = value - static_cast<uint32_t>(low);
        if (high != 0) lui(rd, high);
        if (high == 0 || low != 0) addi(rd, high ? rd : zero, low);
    }
    void ecall() { word(0x73); }
    /// t0 := word; a0, a1 as they are.
    void call(uint32_t syscall) {
        li(t0, syscall);
        ecall();
    }
    void halt(uint32_t code = 0) {
        li(a0, code);
        call(0);
    }

    /// The program with this text as its whole image; entry at the start. Words that do not decode are the caller's
    /// mistake.
    rv32::Program program() const {
        rv32::Program p;
        p.entry = p.pc_base = BASE;
        for (size_t i = 0; i < words_.size(); i++) {
            p.instructions.push_back(*rv32::decode(words_[i]));
            if (words_[i] != 0) p.image.push_back({BASE / 4 + static_cast<uint32_t>(i), words_[i]});
        }
        return p;
    }

  private:
    std::vector<uint32_t> words_;
};

}  // namespace ashlar::test
