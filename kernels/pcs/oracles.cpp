// SPDX-License-Identifier: Apache-2.0
#include "kernels/pcs/oracles.hpp"

#include <algorithm>

#include "kernels/hash/hash_kernels.hpp"
#include "kernels/pcs/whir_kernels.hpp"

namespace ashlar::cuda {

HostResult<std::unique_ptr<DeviceStack>> DeviceStack::make(const pcs::StackColumns& from, uint32_t log_slice) {
    auto out = std::make_unique<DeviceStack>();
    out->count = from.slices;
    out->log_slice = log_slice;
    ASHLAR_ASSIGN(out->cells, DeviceBuffer<F>::make(from.slices << log_slice));
    ASHLAR_TRY(clear(out->cells.data(), out->cells.size()));
    for (const iop::BlockGroup& g : from.layout.groups) {
        const uint64_t size = uint64_t{1} << g.log;
        const uint64_t have = from.rows[g.table] > g.row ? std::min(size, from.rows[g.table] - g.row) : 0;
        for (uint32_t c = 0; have && c < g.columns; c++)
            ASHLAR_TRY(copy_to_device(out->cells.data() + g.position + c * size, from.columns[g.table][c] + g.row,
                                      have * sizeof(F)));
    }
    return out;
}

HostResult<DeviceTree> DeviceTree::make(unsigned depth) {
    DeviceTree t;
    t.depth_ = depth;
    ASHLAR_ASSIGN(t.levels_, DeviceBuffer<F>::make(hash::DIGEST_SIZE * ((size_t{2} << depth) - 1)));
    return HostResult<DeviceTree>(std::move(t));
}

Result<void, Error> DeviceTree::hash_levels() {
    for (unsigned level = 1; level <= depth_; level++)
        ASHLAR_TRY(hash_level(levels_.data() + offset(level - 1), size_t{1} << (depth_ - level),
                              levels_.data() + offset(level)));
    return copy_to_host(root_.data(), levels_.data() + offset(depth_), sizeof(root_));
}

HostResult<std::vector<hash::Digest>> DeviceTree::siblings(std::span<const uint32_t> indices) const {
    std::vector<DigestPlace> places;
    for (const hash::NodeIndex& node : hash::sibling_nodes(depth_, indices))
        places.push_back({offset(node.level) + node.i, uint64_t{1} << (depth_ - node.level)});
    std::vector<hash::Digest> out(places.size());
    if (places.empty()) return out;
    ASHLAR_ASSIGN(const auto d_places, DeviceBuffer<DigestPlace>::from_host(places.data(), places.size()));
    ASHLAR_ASSIGN(auto d_out, DeviceBuffer<F>::make(hash::DIGEST_SIZE * places.size()));
    ASHLAR_TRY(gather_digests(levels_.data(), d_places.data(), places.size(), d_out.data()));
    ASHLAR_TRY(d_out.to_host(out[0].data()));
    return out;
}

HostResult<std::unique_ptr<pcs::Oracle>> DeviceOracle::make(const RsEncoder& encoder, ColumnSource source, size_t width,
                                                            DeviceBuffer<F> owned) {
    constexpr size_t RATE = hash::RATE;
    std::unique_ptr<DeviceOracle> oracle(new DeviceOracle(encoder));
    oracle->source_ = source;
    oracle->width_ = width;
    oracle->owned_ = std::move(owned);
    const unsigned log_rows = encoder.log_domain();
    const size_t rows = size_t{1} << log_rows;
    ASHLAR_ASSIGN(oracle->tree_, DeviceTree::make(log_rows));
    ASHLAR_ASSIGN(auto block, DeviceBuffer<F>::make(RATE * rows));
    ASHLAR_ASSIGN(auto capacity, DeviceBuffer<F>::make((24 - RATE) * rows));
    if (width < RATE) ASHLAR_TRY(clear(block.data(), block.size()));
    for (size_t c = 0; c < width; c += RATE) {
        ASHLAR_TRY(encoder.encode(source, c, std::min(RATE, width - c), block.data(), rows));
        const size_t left = width - c;
        ASHLAR_TRY(absorb_leaves({.columns = block.data(),
                                  .stride = rows,
                                  .log_rows = log_rows,
                                  .first_width = c == 0 ? width : 0,
                                  .capacity = capacity.data(),
                                  .rest = block.data(),
                                  .next_count = static_cast<unsigned>(left > RATE ? std::min(RATE, left - RATE) : 0),
                                  .digests = oracle->tree_.leaves()}));
    }
    ASHLAR_TRY(oracle->tree_.hash_levels());
    return std::unique_ptr<pcs::Oracle>(std::move(oracle));
}

HostResult<iop::TreeOpening> DeviceOracle::open(std::span<const uint32_t> indices) const {
    constexpr size_t COLUMNS = hash::RATE;
    const size_t rows = size_t{1} << encoder_.log_domain(), count = indices.size();
    std::vector<uint32_t> positions;
    const hash::LeafMatrix order{nullptr, 0, 0, encoder_.log_domain(), true};
    for (const uint32_t i : indices) positions.push_back(static_cast<uint32_t>(order.position(i)));
    ASHLAR_ASSIGN(const auto d_positions, DeviceBuffer<uint32_t>::from_host(positions.data(), count));
    ASHLAR_ASSIGN(auto block, DeviceBuffer<F>::make(COLUMNS * rows));
    ASHLAR_ASSIGN(auto d_rows, DeviceBuffer<F>::make(count * width_));
    for (size_t c = 0; c < width_; c += COLUMNS) {
        const size_t columns = std::min(COLUMNS, width_ - c);
        ASHLAR_TRY(encoder_.encode(source_, c, columns, block.data(), rows));
        ASHLAR_TRY(gather_rows(block.data(), rows, columns, d_positions.data(), count, d_rows.data() + c, width_));
    }
    iop::TreeOpening out;
    out.num_rows = static_cast<uint32_t>(count);
    out.rows.resize(count * width_);
    ASHLAR_TRY(d_rows.to_host(out.rows.data()));
    ASHLAR_ASSIGN(out.siblings, tree_.siblings(indices));
    return out;
}

}  // namespace ashlar::cuda
