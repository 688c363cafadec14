// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/air/debug.hpp"
#include "libs/chips/machine_opcode.hpp"

/// Rows made by hand that say something false and that one check alone refuses: without it they would be accepted. The
/// mutation test (test/mutation) requires of each that everything but one constraint or lookup holds, and counts that
/// check as one with a test.
namespace ashlar::test {

using field::F;

struct Lie {
    std::string_view chip;
    std::string what;      ///< what is false about the row
    std::vector<F> cells;  ///< main columns
    /// The program's instruction at the row's pc, if it is not that of the sample program.
    std::optional<chips::ProgramEntry> entry;
};

template <air::Chip C>
Lie make_lie(std::string what, air::RowOf<C, F> row, std::optional<chips::ProgramEntry> entry = std::nullopt) {
    const auto cells = air::cells<F, C::template Main>(row.main);
    return {C::NAME, std::move(what), {cells.begin(), cells.end()}, entry};
}

/// About instructions that compute and compare.
std::vector<Lie> arithmetic_lies();
/// About loads, stores, calls that write memory, and the memory's tree.
std::vector<Lie> memory_lies();
/// Of all chips: words read from the future.
std::vector<Lie> time_lies();
/// About identities over limbs.
std::vector<Lie> limb_lies();
/// About calls of Keccak.
std::vector<Lie> keccak_lies();
/// Of SHA-256.
std::vector<Lie> sha_lies();

/// All about instructions, calls and memory.
std::vector<Lie> core_lies();
/// All about the rows of precompile calls.
std::vector<Lie> precompile_lies();

}  // namespace ashlar::test
