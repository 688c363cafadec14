// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/commitment.hpp"

#include <algorithm>
#include <cstring>

namespace ashlar::pcs {

CpuStack::CpuStack(const StackColumns& from, uint32_t log, exec::ThreadPool& pool)
    : count(from.slices), log_slice(log), cells(from.slices << log) {
    struct Piece {
        const F* from;
        uint64_t to, count, have;
    };
    std::vector<Piece> pieces;
    for (const iop::BlockGroup& g : from.layout.groups) {
        const uint64_t size = uint64_t{1} << g.log;
        const uint64_t have = from.rows[g.table] > g.row ? std::min(size, from.rows[g.table] - g.row) : 0;
        for (uint32_t c = 0; c < g.columns; c++)
            pieces.push_back({have ? from.columns[g.table][c] + g.row : nullptr, g.position + c * size, size, have});
    }
    pieces.push_back({nullptr, from.layout.cells, cells.size() - from.layout.cells, 0});
    pool.parallel_for(pieces.size(), 4, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) {
            const Piece& p = pieces[i];
            if (p.have) std::memcpy(static_cast<void*>(cells.data() + p.to), p.from, p.have * sizeof(F));
            std::memset(static_cast<void*>(cells.data() + p.to + p.have), 0, (p.count - p.have) * sizeof(F));
        }
    });
}

CpuOracle::CpuOracle(size_t width, uint32_t log_domain) {
    // An odd number of cache lines between columns: hashing reads all columns at the same row.
    const size_t stride = (size_t{1} << log_domain) + 16;
    data = exec::Buffer<F>(stride * width);
    leaves = {data.data(), stride, width, log_domain, true};
}

HostResult<iop::TreeOpening> CpuOracle::open(std::span<const uint32_t> indices) const {
    iop::TreeOpening o;
    o.num_rows = static_cast<uint32_t>(indices.size());
    o.rows.resize(indices.size() * leaves.width);
    for (size_t i = 0; i < indices.size(); i++) leaves.read_row(indices[i], o.rows.data() + i * leaves.width);
    o.siblings = tree.siblings(indices);
    return o;
}

}  // namespace ashlar::pcs
