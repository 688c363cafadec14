// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "test/support/assembler.hpp"

namespace ashlar::test {

/// Uses every opcode (results to x0 included), with operands from a small generator, `rounds` times; commits a word of
/// what came out and halts.
inline rv32::Program every_opcode_program(uint32_t rounds) {
    Assembler a;
    a.li(s0, 0x0100'0000);  // memory
    a.li(s1, rounds);
    a.li(s2, 0x1234'5679);  // state of the generator
    a.li(s3, 0);            // sum
    a.li(s4, 1664525);
    a.li(s5, 1013904223);
    const uint32_t loop = a.pc();
    // x, y: sometimes equal, zero or extreme
    a.r_type(1, 0, s2, s2, s4);
    a.add(s2, s2, s5);
    a.add(a2, s2, zero);
    a.r_type(1, 0, s2, s2, s4);
    a.add(s2, s2, s5);
    a.add(a3, s2, zero);
    a.i_type(7, t1, s2, 7);    // andi
    a.b_type(1, t1, zero, 8);  // bne: t1 = 0 -> y := x
    a.add(a3, a2, zero);
    a.addi(t2, t1, -1);
    a.b_type(1, t2, zero, 8);  // t1 = 1 -> y := 0
    a.addi(a3, zero, 0);
    a.addi(t2, t1, -2);
    a.b_type(1, t2, zero, 12);  // t1 = 2 -> x := INT_MIN, y := -1
    a.lui(a2, 0x8000'0000);
    a.addi(a3, zero, -1);
    const auto take = [&] { a.add(s3, s3, a4); };
    for (uint32_t rd : {uint32_t{a4}, uint32_t{zero}}) {
        for (uint32_t funct3 = 0; funct3 < 8; funct3++) {
            a.r_type(0, funct3, rd, a2, a3);  // add sll slt sltu xor srl or and
            take();
            a.r_type(1, funct3, rd, a2, a3);  // mul mulh mulhsu mulhu div divu rem remu
            take();
        }
        a.r_type(0x20, 0, rd, a2, a3);  // sub
        take();
        a.r_type(0x20, 5, rd, a2, a3);  // sra
        take();
        for (uint32_t funct3 : {0u, 2u, 3u, 4u, 6u, 7u})
            for (int32_t imm : {-2048, -1, 0, 37, 2047}) {
                a.i_type(funct3, rd, a2, imm);
                take();
            }
        for (int32_t amount : {0, 1, 7, 15, 16, 23, 31}) {
            a.i_type(1, rd, a2, amount);  // slli
            take();
            a.i_type(5, rd, a2, amount);  // srli
            take();
            a.i_type(5, rd, a2, amount | 0x400);  // srai
            take();
        }
        a.lui(rd, 0xdead'b000);
        take();
        a.auipc(rd, 0xbeef'0000);
        take();
        // memory: words, halves, bytes at every offset
        a.i_type(7, t1, s2, 60);  // 0, 4, .., 60
        a.add(t1, t1, s0);
        a.sw(a2, t1, 0);
        a.sw(a3, t1, -4);
        a.lw(rd, t1, 0);
        take();
        for (int32_t offset : {0, 2}) {
            a.s_type(1, a3, t1, offset);            // sh
            a.i_type(1, rd, t1, 2 - offset, 0x03);  // lh
            take();
            a.i_type(5, rd, t1, offset, 0x03);  // lhu
            take();
        }
        for (int32_t offset = 0; offset < 4; offset++) {
            a.s_type(0, a2, t1, offset);            // sb
            a.i_type(0, rd, t1, 3 - offset, 0x03);  // lb
            take();
            a.i_type(4, rd, t1, offset, 0x03);  // lbu
            take();
        }
        // branches, taken or not
        for (uint32_t funct3 : {0u, 1u, 4u, 5u, 6u, 7u}) {
            a.b_type(funct3, a2, a3, 8);
            a.addi(s3, s3, 3);
            a.b_type(funct3, a3, a2, 8);
            a.addi(s3, s3, 5);
        }
        a.jal(rd, 8);
        a.addi(s3, s3, 7);
        take();
        a.auipc(t1, 0);
        a.jalr(rd, t1, 16);
        a.addi(s3, s3, 9);
        a.addi(s3, s3, 11);
        take();
    }
    a.addi(s1, s1, -1);
    a.b_type(0, s1, zero, 8);
    a.jal(zero, static_cast<int32_t>(loop) - static_cast<int32_t>(a.pc()));
    a.li(a0, 3);
    a.add(a1, s3, zero);
    a.call(0x10);  // COMMIT
    a.halt(0);
    return a.program();
}

}  // namespace ashlar::test
