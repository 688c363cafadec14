// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "libs/rv32/instruction.hpp"

/// What each opcode computes: one definition for the interpreter and the recorder.
namespace ashlar::rv32 {

/// Result of a register or immediate ALU opcode on its two operands.
template <Opcode OP>
constexpr uint32_t alu(uint32_t a, uint32_t b) {
    using enum Opcode;
    const auto left = static_cast<int32_t>(a), right = static_cast<int32_t>(b);
    const bool overflow = a == 0x8000'0000 && b == UINT32_MAX;
    const auto u = [](auto v) { return static_cast<uint32_t>(v); };
    if constexpr (OP == add || OP == addi) return a + b;
    if constexpr (OP == sub) return a - b;
    if constexpr (OP == and_ || OP == andi) return a & b;
    if constexpr (OP == or_ || OP == ori) return a | b;
    if constexpr (OP == xor_ || OP == xori) return a ^ b;
    if constexpr (OP == sll || OP == slli) return a << (b & 31);
    if constexpr (OP == srl || OP == srli) return a >> (b & 31);
    if constexpr (OP == sra || OP == srai) return u(left >> (b & 31));
    if constexpr (OP == slt || OP == slti) return left < right;
    if constexpr (OP == sltu || OP == sltiu) return a < b;
    if constexpr (OP == mul) return a * b;
    if constexpr (OP == mulh) return u(int64_t{left} * right >> 32);
    if constexpr (OP == mulhsu) return u(int64_t{left} * int64_t{b} >> 32);
    if constexpr (OP == mulhu) return u(uint64_t{a} * b >> 32);
    if constexpr (OP == div) return b == 0 ? UINT32_MAX : overflow ? a : u(left / right);
    if constexpr (OP == divu) return b == 0 ? UINT32_MAX : a / b;
    if constexpr (OP == rem) return b == 0 ? a : overflow ? 0 : u(left % right);
    if constexpr (OP == remu) return b == 0 ? a : a % b;
}

/// Whether a branch is taken.
template <Opcode OP>
constexpr bool branch_taken(uint32_t a, uint32_t b) {
    using enum Opcode;
    const auto left = static_cast<int32_t>(a), right = static_cast<int32_t>(b);
    if constexpr (OP == beq) return a == b;
    if constexpr (OP == bne) return a != b;
    if constexpr (OP == blt) return left < right;
    if constexpr (OP == bge) return left >= right;
    if constexpr (OP == bltu) return a < b;
    if constexpr (OP == bgeu) return a >= b;
}

/// Value a load puts into rd, from the memory word that holds its address.
template <Opcode OP>
constexpr uint32_t loaded(uint32_t word, uint32_t address) {
    using enum Opcode;
    const uint32_t shifted = word >> (8 * (address & 3));
    if constexpr (OP == lw) return word;
    if constexpr (OP == lb) return static_cast<uint32_t>(static_cast<int8_t>(shifted));
    if constexpr (OP == lbu) return shifted & 0xFF;
    if constexpr (OP == lh) return static_cast<uint32_t>(static_cast<int16_t>(shifted));
    if constexpr (OP == lhu) return shifted & 0xFFFF;
}

/// The memory word after a store.
template <Opcode OP>
constexpr uint32_t stored(uint32_t word, uint32_t address, uint32_t value) {
    using enum Opcode;
    const uint32_t shift = 8 * (address & 3);
    const uint32_t mask = (OP == sb ? 0xFFu : OP == sh ? 0xFFFFu : UINT32_MAX) << shift;
    return (word & ~mask) | (value << shift & mask);
}

/// Bytes a load or store moves.
template <Opcode OP>
inline constexpr uint32_t ACCESS_BYTES = [] {
    using enum Opcode;
    if (OP == lb || OP == lbu || OP == sb) return 1;
    if (OP == lh || OP == lhu || OP == sh) return 2;
    return 4;
}();

}  // namespace ashlar::rv32
