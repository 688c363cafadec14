// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/rv32/instruction.hpp"

namespace ashlar::rv32 {

/// Decodes one word by ABI.md 1.2; nullopt for a word that makes the load fail (compressed, atomics, floats,
/// fence.i, zero, unknown SYSTEM words, reserved funct bits).
std::optional<Instruction> decode(uint32_t word);

}  // namespace ashlar::rv32
