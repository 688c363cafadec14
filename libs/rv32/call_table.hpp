// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libs/abi/syscalls.hpp"
#include "libs/rv32/precompiles.hpp"

/// The system calls of ABI.md 3 as data. Index = position in CALLS.
namespace ashlar::rv32 {

using guest::Syscall;

enum class PointerRegister : uint8_t { none, a0, a1 };

/// What a precompile does to memory: `in` is only read (at t); `out` is read and overwritten, or only written, by one
/// access of each word at t + 1. Offsets and lengths in words, from the pointer in a0 or a1.
struct CallShape {
    PointerRegister in_pointer = PointerRegister::none;
    uint8_t in_offset = 0;
    uint8_t in_words = 0;
    PointerRegister out_pointer = PointerRegister::none;
    uint8_t out_offset = 0;
    uint8_t out_words = 0;
    bool out_is_read = false;
    Precompile compute = nullptr;
};

struct CallInfo {
    Syscall word;
    std::string_view name;  ///< as guest-abi spells it
    CallShape shape = {};   ///< compute is null for calls that are no precompiles
    /// Clock advance: 4 + byte 2 of the word.
    constexpr uint32_t advance() const { return 4 + (static_cast<uint32_t>(word) >> 16 & 0xFF); }
    constexpr bool is_precompile() const { return shape.compute != nullptr; }
    constexpr bool returns_value() const {
        return word == Syscall::ENTER_UNCONSTRAINED || word == Syscall::EXIT_UNCONSTRAINED || word == Syscall::HINT_LEN;
    }
};

inline constexpr size_t NUM_CALLS = 42;
inline constexpr size_t MAX_IN_WORDS = 64;
inline constexpr size_t MAX_OUT_WORDS = 50;

extern const std::array<CallInfo, NUM_CALLS> CALLS;

/// Index in CALLS of a syscall word (all four bytes must match); nullopt for an unknown one.
std::optional<size_t> find_call(uint32_t word);

}  // namespace ashlar::rv32
