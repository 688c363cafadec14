// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layout.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace ashlar::iop {

uint64_t stored_height(const Profile& profile, uint64_t h) {
    const int length = std::bit_width(h);
    const int e = std::max(length - (h >> profile.tall ? 3 : 1), static_cast<int>(profile.min_block));
    return ((h + (uint64_t{1} << e) - 1) >> e) << e;
}

uint32_t nominal_log(const Profile& profile, uint64_t h) {
    return static_cast<uint32_t>(std::bit_width(stored_height(profile, h) - 1));
}

Layout::Layout(const Profile& profile, const std::vector<Table>& tables) {
    for (uint32_t t = 0; t < tables.size(); t++) {
        if (tables[t].columns == 0) continue;
        const uint64_t h = stored_height(profile, tables[t].height);
        for (uint64_t row = 0; row < h;) {
            // Binary digits of h' from the top, cut at a slice.
            const uint32_t log = std::min<uint32_t>(static_cast<uint32_t>(std::bit_width(h - row)) - 1, profile.s);
            groups.push_back({log, t, row, tables[t].columns, 0});
            row += uint64_t{1} << log;
        }
    }
    std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
        return std::tuple(b.log, a.table, a.row) < std::tuple(a.log, b.table, b.row);
    });
    for (BlockGroup& g : groups) {
        g.position = cells;
        cells += uint64_t{g.columns} << g.log;
    }
    slices = (cells + (uint64_t{1} << profile.s) - 1) >> profile.s;
}

uint64_t Layout::count_slices(const Profile& profile, const std::vector<Table>& tables) {
    uint64_t sum = 0;
    for (const Table& t : tables) sum += stored_height(profile, t.height) * t.columns;
    return (sum + (uint64_t{1} << profile.s) - 1) >> profile.s;
}

}  // namespace ashlar::iop
