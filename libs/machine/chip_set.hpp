// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/core.hpp"
#include "libs/chips/precompiles/all.hpp"

namespace ashlar::machine {

/// The tables of the machine, in the order of the proof.
using MachineChips = chips::JoinSets<chips::TableChips, chips::AluChips, chips::ControlChips, chips::CallChips,
                                     chips::BoundaryChips, chips::PrecompileChips>;

/// By how much a row of chip C moves the clock of the state bus at most; 0 for chips that are not on it.
template <class C>
constexpr uint32_t max_advance() {
    if constexpr (std::is_same_v<C, chips::EcallChip>)
        return chips::max_call_advance();
    else if constexpr (requires(typename C::template Main<char> m) { m.cpu; })
        return 4;
    else
        return 0;
}

/// Sum of max_advance<T> h'_T over the tables may not exceed this (MACHINE.md 5): timestamps stay below
/// 2^29 and the state bus has no closed cycle off the path.
inline constexpr uint64_t MAX_TOTAL_ADVANCE = (uint64_t{1} << 29) - 4;

}  // namespace ashlar::machine
