// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/fraction_tree.hpp"

namespace ashlar::iop {

namespace {
uint64_t round_up(uint64_t x, uint64_t unit) { return (x + unit - 1) / unit * unit; }
}  // namespace

void FractionLevel::allocate() {
    uint64_t at = 0;
    for (FractionGroup& g : groups) {
        g.offset = at;
        g.capacity = round_up(g.real, 16);
        at += g.capacity * g.count;
    }
    dense_offset = at;
    // Room for whole lanes, and an odd number of lines so that planes do not share cache sets.
    size = at + dense_size;
    stride = round_up(size + 64, 32) + 16;
    num = exec::Buffer<F>((base ? 1 : 5) * stride);
    den = exec::Buffer<F>(5 * stride);
}

void FractionLevel::set(uint64_t at, const Ext& n, const Ext& d) {
    if (base)
        num[at] = n.c[0];
    else
        field::ext_set(num_ptr(), at, n);
    field::ext_set(den_ptr(), at, d);
}

std::pair<Ext, Ext> FractionLevel::get(uint64_t at) const {
    const Ext n = base ? Ext::from_base(num[at]) : field::ext_get(num_ptr(), at);
    return {n, field::ext_get(den_ptr(), at)};
}

std::vector<std::array<Ext, 2>> FractionLevel::expand() const {
    std::vector<std::array<Ext, 2>> out(size_t{1} << log, {Ext::zero(), Ext::one()});
    auto copy = [&](uint64_t from, uint64_t to, uint64_t n) {
        for (uint64_t i = 0; i < n && to + i < out.size(); i++) {
            const auto [p, q] = get(from + i);
            out[to + i] = {p, q};
        }
    };
    for (size_t k = 0; k < groups.size(); k++) {
        const FractionGroup& g = groups[k];
        for (uint32_t j = 0; j < g.count; j++) {
            const uint64_t start = g.start + (uint64_t{j} << g.log);
            copy(g.offset + j * g.capacity, start, g.real);
            for (uint64_t i = g.real; i < uint64_t{1} << g.log; i++) out[start + i] = {Ext::zero(), tails[k][j]};
        }
    }
    copy(dense_offset, dense_start, dense_size);
    return out;
}

FractionLevel halve(const FractionLevel& level) {
    FractionLevel up;
    up.log = level.log - 1;
    up.dense_start = level.dense_start / 2;
    const uint64_t end = level.dense_start / 2 + level.dense_size / 2;
    for (size_t k = 0; k < level.groups.size(); k++) {
        FractionGroup g = level.groups[k];
        g.log--;
        g.start /= 2;
        if (g.log < FractionLevel::MIN_GROUP_LOG) {
            up.dense_start = std::min(up.dense_start, g.start);
            continue;
        }
        g.real = round_up(g.real / 2, FractionLevel::UNIT);
        up.groups.push_back(g);
        std::vector<Ext> tails = level.tails[k];
        for (Ext& d : tails) d = d.square();
        up.tails.push_back(std::move(tails));
    }
    up.dense_size = round_up(end - up.dense_start, FractionLevel::UNIT);
    up.allocate();
    return up;
}

void fill_tails(const FractionLevel& below, FractionLevel& level) {
    for (size_t k = 0; k < below.groups.size(); k++) {
        const FractionGroup& g = below.groups[k];
        const bool dense = k >= level.groups.size();  // groups join the dense part from the last on
        const uint64_t want = dense ? uint64_t{1} << (g.log - 1) : level.groups[k].real;
        for (uint32_t j = 0; j < g.count; j++) {
            const Ext tail = below.tails[k][j].square();
            const uint64_t at = dense ? level.dense_offset + (g.start / 2 - level.dense_start) + j * want
                                      : level.groups[k].offset + j * level.groups[k].capacity;
            for (uint64_t i = g.real / 2; i < want; i++) level.set(at + i, Ext::zero(), tail);
        }
    }
    const uint64_t end = below.dense_start / 2 + below.dense_size / 2 - level.dense_start;
    for (uint64_t i = end; i < level.dense_size; i++) level.set(level.dense_offset + i, Ext::zero(), Ext::one());
}

}  // namespace ashlar::iop
