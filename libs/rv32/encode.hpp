// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/rv32/instruction.hpp"

namespace ashlar::rv32 {

/// The machine word of an instruction: decode() undoes it if the immediate fits the opcode (and is even for branches
/// and jal, a multiple of 4096 for lui and auipc); bits that do not fit are dropped, fields the opcode does not have
/// are ignored. Of the words that decode to unimp this is `unimp` of the GNU assembler. Source: RISC-V unprivileged
/// specification, "RV32/64G instruction set listings".
uint32_t encode(const Instruction& in);

}  // namespace ashlar::rv32
