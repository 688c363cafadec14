// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/rv32/assembler.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::test {

/// Uses every opcode (results to x0 included), with operands from a small generator, `rounds` times; leaves a word of
/// what came out in s3.
inline void every_opcode(rv32::Assembler& a, uint32_t rounds) {
    using enum rv32::Opcode;
    using namespace rv32::registers;
    a.li(S0, 0x0100'0000);  // memory
    a.li(S1, rounds);
    a.li(S2, 0x1234'5679);  // state of the generator
    a.li(S3, 0);            // sum
    a.li(S4, 1664525);
    a.li(S5, 1013904223);
    const auto loop = a.label_here(), done = a.label();
    // x, y: sometimes equal, zero or extreme
    for (uint8_t operand : {A2, A3}) {
        a.op(mul, S2, S2, S4);
        a.op(add, S2, S2, S5);
        a.op(add, operand, S2, ZERO);
    }
    const auto not_0 = a.label(), not_1 = a.label(), not_2 = a.label();
    a.immediate(srli, T1, S2, 13);
    a.immediate(andi, T1, T1, 7);
    a.branch(bne, T1, ZERO, not_0);  // t1 = 0 -> y := x
    a.op(add, A3, A2, ZERO);
    a.bind(not_0);
    a.immediate(addi, T2, T1, -1);
    a.branch(bne, T2, ZERO, not_1);  // t1 = 1 -> y := 0
    a.li(A3, 0);
    a.bind(not_1);
    a.immediate(addi, T2, T1, -2);
    a.branch(bne, T2, ZERO, not_2);  // t1 = 2 -> x := INT_MIN, y := -1
    a.li(A2, 0x8000'0000);
    a.li(A3, 0xffff'ffff);
    a.bind(not_2);
    const auto take = [&] { a.op(add, S3, S3, A4); };
    for (uint8_t rd : {A4, ZERO}) {
        for (rv32::Opcode o :
             {add, mul, sll, mulh, slt, mulhsu, sltu, mulhu, xor_, div, srl, divu, or_, rem, and_, remu, sub, sra}) {
            a.op(o, rd, A2, A3);
            take();
        }
        for (rv32::Opcode o : {addi, slti, sltiu, xori, ori, andi})
            for (int32_t imm : {-2048, -1, 0, 37, 2047}) {
                a.immediate(o, rd, A2, imm);
                take();
            }
        for (int32_t amount : {0, 1, 7, 15, 16, 23, 31})
            for (rv32::Opcode o : {slli, srli, srai}) {
                a.immediate(o, rd, A2, amount);
                take();
            }
        a.upper(lui, rd, 0xdead'b000);
        take();
        a.upper(auipc, rd, 0xbeef'0000);
        take();
        // memory: words, halves, bytes at every offset
        a.immediate(andi, T1, S2, 60);  // 0, 4, .., 60
        a.op(add, T1, T1, S0);
        a.store(sw, A2, T1, 0);
        a.store(sw, A3, T1, -4);
        a.load(lw, rd, T1, 0);
        take();
        for (int32_t offset : {0, 2}) {
            a.store(sh, A3, T1, offset);
            a.load(lh, rd, T1, 2 - offset);
            take();
            a.load(lhu, rd, T1, offset);
            take();
        }
        for (int32_t offset = 0; offset < 4; offset++) {
            a.store(sb, A2, T1, offset);
            a.load(lb, rd, T1, 3 - offset);
            take();
            a.load(lbu, rd, T1, offset);
            take();
        }
        // branches, taken or not, and jumps over one instruction each
        for (rv32::Opcode o : {beq, bne, blt, bge, bltu, bgeu}) {
            a.branch(o, A2, A3, 8);
            a.immediate(addi, S3, S3, 3);
            a.branch(o, A3, A2, 8);
            a.immediate(addi, S3, S3, 5);
        }
        a.jal(rd, 8);
        a.immediate(addi, S3, S3, 7);
        take();
        a.upper(auipc, T1, 0);
        a.immediate(jalr, rd, T1, 16);  // over two
        a.immediate(addi, S3, S3, 9);
        a.immediate(addi, S3, S3, 11);
        take();
    }
    a.immediate(addi, S1, S1, -1);
    a.branch(beq, S1, ZERO, done);
    a.jal(ZERO, loop);
    a.bind(done);
}

/// every_opcode, then COMMIT of the sum as word 3, then HALT(0).
inline rv32::Program every_opcode_program(uint32_t rounds) {
    using namespace rv32::registers;
    rv32::Assembler a;
    every_opcode(a, rounds);
    a.li(A0, 3);
    a.op(rv32::Opcode::add, A1, S3, ZERO);
    a.call(rv32::Syscall::COMMIT);
    a.halt();
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
inline void other_precompile_calls(rv32::Assembler& a) {
    using enum rv32::Syscall;
    // Two copies of each generator: one is doubled, then the other is added to it.
    const auto point = [](uint32_t curve, uint32_t copy) { return CURVE_POINTS + 0x200 * curve + 0x100 * copy; };
    a.call(SECP256R1_DOUBLE, point(0, 0));
    a.call(SECP256R1_ADD, point(0, 0), point(0, 1));
    a.call(BN254_DOUBLE, point(1, 0));
    a.call(BN254_ADD, point(1, 0), point(1, 1));
    a.call(BLS12381_DOUBLE, point(2, 0));
    a.call(BLS12381_ADD, point(2, 0), point(2, 1));
    a.call(ED_ADD, point(3, 0), point(3, 1));
    // Decompression into the half before x (before y for ed25519).
    a.call(SECP256R1_DECOMPRESS, point(0, 1) - 32, 1);
    a.call(BLS12381_DECOMPRESS, point(2, 1) - 48, 0);
    a.call(ED_DECOMPRESS, point(3, 1), 0);
    const uint32_t x = FIELD_OPERANDS, y = FIELD_OPERANDS + 0x100;
    for (rv32::Syscall c : {BLS12381_FP_ADD, BLS12381_FP_SUB, BLS12381_FP_MUL, BLS12381_FP2_ADD, BLS12381_FP2_SUB,
                            BLS12381_FP2_MUL, BN254_FP_ADD, BN254_FP_SUB, BN254_FP_MUL, BN254_FP2_ADD, BN254_FP2_SUB,
                            BN254_FP2_MUL, SECP256K1_FP_ADD, SECP256K1_FP_SUB, SECP256K1_FP_MUL})
        a.call(c, x, y);
    a.call(POSEIDON2_PERMUTE, y, x);
}

/// Uses every opcode and every call of the ABI; long enough that registers lie idle for 2^16 ticks.
inline rv32::Program every_chip_program(uint32_t rounds) {
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    every_opcode(a, rounds);
    const auto hint = [&](uint32_t address, uint32_t bytes) {
        a.call(HINT_LEN);
        a.call(HINT_READ, address, bytes);
    };
    const uint32_t p = 0x0200'0000, q = 0x0200'0100, r = 0x0200'0200;
    hint(p, 64);
    hint(q, 64);
    hint(r + 32, 32);
    hint(0x0200'0300, 3);
    hint(0x0200'0400, 0);
    a.call(SECP256K1_DOUBLE, p);  // p = 2 G
    a.li(A1, q);
    a.call(SECP256K1_ADD);               // p = 3 G
    a.call(SECP256K1_DECOMPRESS, r, 1);  // with odd y
    a.call(UINT256_MUL, p, q);
    a.call(KECCAK_PERMUTE, 0x0210'0000);
    a.call(SHA_EXTEND, 0x0220'0000);
    a.li(A1, 0x0220'0200);
    a.call(SHA_COMPRESS);
    a.call(VERIFY_PICO_PROOF, p, q);
    other_precompile_calls(a);
    const auto after_block = a.label();
    a.call(ENTER_UNCONSTRAINED);
    a.branch(rv32::Opcode::beq, T0, ZERO, after_block);
    a.call(EXIT_UNCONSTRAINED);
    a.bind(after_block);
    a.li(A0, 3);
    a.op(rv32::Opcode::add, A1, S3, ZERO);
    a.call(COMMIT);
    a.li(A0, 5);
    a.call(COMMIT_DEFERRED_PROOFS);
    a.halt();
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

/// Commits the one word of its input as word 0 and halts.
inline void commit_hinted_word(rv32::Assembler& a) {
    using enum rv32::Syscall;
    using namespace rv32::registers;
    constexpr uint32_t BUFFER = 0x0100'0000;
    a.call(HINT_READ, BUFFER, 4);
    a.li(T1, BUFFER);
    a.load(rv32::Opcode::lw, A1, T1, 0);
    a.li(A0, 0);
    a.call(COMMIT);
    a.halt();
}

}  // namespace ashlar::test
