// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/rv32/stdin.hpp"
#include "test/support/assembler.hpp"

namespace ashlar::test {

/// Uses every opcode (results to x0 included), with operands from a small generator, `rounds` times; commits a word of
/// what came out and halts.
inline void every_opcode(Assembler& a, uint32_t rounds) {
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
    a.i_type(5, t1, s2, 13);   // srli
    a.i_type(7, t1, t1, 7);    // andi
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
}

/// every_opcode, then COMMIT of the sum as word 3, then HALT(0).
inline rv32::Program every_opcode_program(uint32_t rounds) {
    Assembler a;
    every_opcode(a, rounds);
    a.li(a0, 3);
    a.add(a1, s3, zero);
    a.call(0x10);  // COMMIT
    a.halt(0);
    return a.program();
}

/// Input of every_chip_program: a point of secp256k1 (the generator), as words of x and y; its x alone; an empty
/// buffer.
inline rv32::Stdin every_chip_input() {
    constexpr uint32_t G[16] = {0x16F81798, 0x59F2815B, 0x2DCE28D9, 0x029BFCDB, 0xCE870B07, 0x55A06295,
                                0xF9DCBBAC, 0x79BE667E, 0xFB10D4B8, 0x9C47D08F, 0xA6855419, 0xFD17B448,
                                0x0E1108A8, 0x5DA4FBFC, 0x26A3C465, 0x483ADA77};
    Bytes point(64), x(32);
    for (size_t i = 0; i < 16; i++) store_le32(&point[4 * i], G[i]);
    for (size_t i = 0; i < 8; i++) store_le32(&x[4 * i], G[i]);
    rv32::Stdin in;
    in.buffers = {point, point, x, Bytes{9, 8, 7}, Bytes{}};
    return in;
}

/// Generators, x then y: operands for the calls of every_chip_program, 0x100 bytes each from CURVE_POINTS on.
inline constexpr uint32_t CURVE_POINTS = 0x0300'0000;
inline const std::vector<std::vector<uint32_t>>& curve_points() {
    static const std::vector<std::vector<uint32_t>> points = {
        // secp256r1
        {0xD898C296, 0xF4A13945, 0x2DEB33A0, 0x77037D81, 0x63A440F2, 0xF8BCE6E5, 0xE12C4247, 0x6B17D1F2, 0x37BF51F5,
         0xCBB64068, 0x6B315ECE, 0x2BCE3357, 0x7C0F9E16, 0x8EE7EB4A, 0xFE1A7F9B, 0x4FE342E2},
        // bn254
        {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0},
        // BLS12-381
        {0xDB22C6BB, 0xFB3AF00A, 0xF97A1AEF, 0x6C55E83F, 0x171BAC58, 0xA14E3A3F, 0x9774B905, 0xC3688C4F,
         0x4FA9AC0F, 0x2695638C, 0x3197D794, 0x17F1D3A7, 0x46C5E7E1, 0x0CAA2329, 0xA2888AE4, 0xD03CC744,
         0x2C04B3ED, 0x00DB18CB, 0xD5D00AF6, 0xFCF5E095, 0x741D8AE4, 0xA09E30ED, 0xE3AAA0F1, 0x08B3F481},
        // ed25519
        {0x8F25D51A, 0xC9562D60, 0x9525A7B2, 0x692CC760, 0xFDD6DC5C, 0xC0A4E231, 0xCD6E53FE, 0x216936D3, 0x66666658,
         0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666, 0x66666666}};
    return points;
}

/// Two operands of 24 words whose words are all below 2^28: of every size reduced.
inline constexpr uint32_t FIELD_OPERANDS = 0x0300'0800;

/// Calls of all precompiles over other fields than secp256k1's, and Poseidon2.
inline void other_precompile_calls(Assembler& a) {
    const auto call = [&](uint32_t word, uint32_t x, uint32_t y) {
        a.li(a0, x);
        a.li(a1, y);
        a.call(word);
    };
    // Two copies of each generator: one is doubled, then the other is added to it.
    const auto point = [](uint32_t curve, uint32_t copy) { return CURVE_POINTS + 0x200 * curve + 0x100 * copy; };
    call(0x0000'0131, point(0, 0), 0);            // SECP256R1_DOUBLE
    call(0x0001'0130, point(0, 0), point(0, 1));  // SECP256R1_ADD
    call(0x0000'010f, point(1, 0), 0);            // BN254_DOUBLE
    call(0x0001'010e, point(1, 0), point(1, 1));  // BN254_ADD
    call(0x0000'011f, point(2, 0), 0);            // BLS12381_DOUBLE
    call(0x0001'011e, point(2, 0), point(2, 1));  // BLS12381_ADD
    call(0x0001'0107, point(3, 0), point(3, 1));  // ED_ADD
    // Decompression into the half before x (before y for ed25519).
    call(0x0000'0132, point(0, 1) - 32, 1);  // SECP256R1_DECOMPRESS
    call(0x0000'011c, point(2, 1) - 48, 0);  // BLS12381_DECOMPRESS
    call(0x0000'0108, point(3, 1), 0);       // ED_DECOMPRESS
    const uint32_t x = FIELD_OPERANDS, y = FIELD_OPERANDS + 0x100;
    for (uint32_t id = 0x20; id <= 0x2e; id++) call(0x0001'0100 | id, x, y);  // Fp and Fp2: add, sub, mul
    call(0x0001'012f, y, x);                                                  // POSEIDON2_PERMUTE
}

/// Uses every opcode and every call of the ABI; long enough that registers lie idle for 2^16 ticks.
inline rv32::Program every_chip_program(uint32_t rounds) {
    Assembler a;
    every_opcode(a, rounds);
    const auto hint = [&](uint32_t address, uint32_t bytes) {
        a.call(0xf0);
        a.li(a0, address);
        a.li(a1, bytes);
        a.call(0xf1);
    };
    const uint32_t p = 0x0200'0000, q = 0x0200'0100, r = 0x0200'0200;
    hint(p, 64);
    hint(q, 64);
    hint(r + 32, 32);
    hint(0x0200'0300, 3);
    hint(0x0200'0400, 0);
    a.li(a0, p);
    a.li(a1, 0);
    a.call(0x0000'010b);  // SECP256K1_DOUBLE: p = 2 G
    a.li(a1, q);
    a.call(0x0001'010a);  // SECP256K1_ADD: p = 3 G
    a.li(a0, r);
    a.li(a1, 1);
    a.call(0x0000'010c);  // SECP256K1_DECOMPRESS with odd y
    a.li(a0, p);
    a.li(a1, q);
    a.call(0x0001'011d);  // UINT256_MUL
    a.li(a0, 0x0210'0000);
    a.li(a1, 0);
    a.call(0x0001'0109);  // KECCAK_PERMUTE
    a.li(a0, 0x0220'0000);
    a.li(a1, 0);
    a.call(0x0030'0105);  // SHA_EXTEND
    a.li(a1, 0x0220'0200);
    a.call(0x0001'0106);  // SHA_COMPRESS
    a.li(a0, p);
    a.li(a1, q);
    a.call(0x0000'001b);  // VERIFY_PICO_PROOF
    other_precompile_calls(a);
    a.call(3);
    a.b_type(0, t0, zero, 12);
    a.li(t0, 4);
    a.ecall();
    a.li(a0, 3);
    a.add(a1, s3, zero);
    a.call(0x10);
    a.li(a0, 5);
    a.call(0x1a);
    a.halt(0);
    rv32::Program program = a.program();
    for (uint32_t curve = 0; curve < 4; curve++)
        for (uint32_t copy = 0; copy < 2; copy++)
            for (uint32_t i = 0; i < curve_points()[curve].size(); i++)
                if (curve_points()[curve][i] != 0)
                    program.image.push_back(
                        {(CURVE_POINTS + 0x200 * curve + 0x100 * copy) / 4 + i, curve_points()[curve][i]});
    for (uint32_t operand = 0; operand < 2; operand++)
        for (uint32_t i = 0; i < 24; i++)
            program.image.push_back(
                {FIELD_OPERANDS / 4 + 0x40 * operand + i, 1 + (i + 31 * operand + 1) * 0x9e37'79b9 % 0x0fff'ffff});
    return program;
}

}  // namespace ashlar::test
