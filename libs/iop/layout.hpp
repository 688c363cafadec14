// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/base/result.hpp"
#include "libs/iop/error.hpp"
#include "libs/iop/profile.hpp"

/// Heights, blocks, stack (PROTOCOL.md 3). Everything is a pure function of the profile and the heights.
namespace ashlar::iop {

/// h': h rounded up to a multiple of 2^e, e = max(bit length of h - (3 if tall else 1), min_block). 0 stays 0.
uint64_t stored_height(const Profile& profile, uint64_t h);
/// n_T: the least n with 2^n >= h'. Only for h > 0.
uint32_t nominal_log(const Profile& profile, uint64_t h);

/// Blocks of all columns of one table for the same rows: they follow each other in the stack, column by column.
struct BlockGroup {
    uint32_t log;       // 2^log rows, never more than a slice
    uint32_t table;     //
    uint64_t row;       // first row, a multiple of 2^log
    uint32_t columns;   // number of blocks
    uint64_t position;  // of column 0's block in the stack; column c is at position + c 2^log
};

/// The stack of some columns of all tables.
struct Layout {
    std::vector<BlockGroup> groups;  // by size descending, then table, then row
    uint64_t cells = 0;              // without the fill of the last slice
    uint64_t slices = 0;

    struct Table {
        uint64_t height;
        uint32_t columns;
    };
    Layout() = default;
    Layout(const Profile& profile, const std::vector<Table>& tables);
    /// Number of slices alone; what a verifier checks before it builds the groups.
    static uint64_t count_slices(const Profile& profile, const std::vector<Table>& tables);
};

}  // namespace ashlar::iop
