// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <random>

#include "libs/rv32/assembler.hpp"

namespace ashlar::test {

/// Size of the memory a random program works on, at rv32::DATA_BASE; its first 32 words receive the registers at the
/// end.
inline constexpr uint32_t RANDOM_DATA_BYTES = 4096;

/// A random program without its ending: every opcode of rv32im, edge operands, loads and stores of every width, forward
/// branches and jumps, an outer loop of `rounds`. It leaves memory and x0..x31 (x2, x3 and x4 are its own) in the data
/// area.
rv32::Assembler random_program(uint64_t seed, size_t body_instructions, uint32_t rounds);

/// Random initial data for it.
std::vector<uint32_t> random_memory(uint64_t seed);

}  // namespace ashlar::test
