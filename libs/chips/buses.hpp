// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

/// Every bus of the machine: its id (part of each message's fingerprint, never 0), its message, and who stands on which
/// side. "Sent" adds the multiplicity, "received" subtracts it; per message the sum over all tables and the verifier's
/// own messages is 0. Lookup buses: users send with their row's flag, the fixed table receives with its free
/// multiplicity column (or the answering chip with a multiplicity column of its own).
///
/// Words are word addresses (byte address / 4; registers are words 0..31). A 32-bit value is two 16-bit limbs, low
/// first.
namespace ashlar::chips {

// clang-format off
enum Bus : uint32_t {
    /// (pc, t). An instruction receives its own and sends the next one's.
    BUS_STATE = 1,
    /// Lookup: (pc, opcode, rd, rs1, rs2, imm low, imm high), the program table's entry (machine_opcode.hpp).
    BUS_PROGRAM = 2,
    /// (word, t, low, high). An access receives the word's previous message and sends the new one.
    BUS_MEMORY = 3,
    /// Lookup: (bits, value): value < 2^bits, bits 0..16.
    BUS_RANGE = 4,
    /// Lookup: (op, x, y, z) on bytes x, y; op is a ByteOp.
    BUS_BYTE = 5,
    /// Lookup: (high, nonzero): high < 0x7800, and nonzero = (high != 0): the high limb of an address.
    BUS_ADDRESS = 6,
    /// Lookup: (low, high, id, advance, has_chip, returns, free, halts) of a syscall word (call_table.hpp).
    BUS_CALL_TABLE = 7,
    /// (t, id, a0 low, a0 high, a1 low, a1 high), sent once by the ecall row, received once by the call's chip.
    BUS_CALL = 8,
    /// (level, index, digest in [9], digest out [9]) of a node of the memory tree; level 0 are leaves, (26, 0) the root.
    BUS_TREE = 9,
    /// Lookup: (in[0..18), in[23], out[0..9)), one Poseidon2-24 permutation whose elements 18..22 are 0.
    BUS_HASH = 10,
    /// Lookup: (in[24], out[24]), one Poseidon2-24 permutation.
    BUS_PERMUTATION = 11,
    /// (t, word, remaining words): the rows of one HINT_READ.
    BUS_HINT = 12,

    /// Private buses of the precompile chips that take several rows.
    /// (t, step, word of w[0], 16 words of the schedule as limbs).
    BUS_SHA_EXTEND = 33,
    /// (t, step, word of w[0], working variables a .. h as limbs).
    BUS_SHA_COMPRESS = 34,
};

/// Operations of BUS_BYTE.
enum ByteOp : uint32_t {
    BYTE_PAIR = 1,  ///< (x, y, 0): both are bytes
    BYTE_AND = 2,   ///< (x, y, x & y); or = x + y - and, xor = x + y - 2 and
};
// clang-format on

/// Lengths of BUS_HASH's and BUS_PERMUTATION's inputs.
inline constexpr unsigned HASH_INPUTS = 18;
inline constexpr unsigned PERMUTATION_WIDTH = 24;

}  // namespace ashlar::chips
