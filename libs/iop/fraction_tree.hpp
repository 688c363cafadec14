// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/eq_lanes.hpp"
#include "libs/iop/prover_functions.hpp"

/// The layers of the fractional sum as the prover stores them (PROTOCOL.md 5.3).
///
/// Of each block only the real entries are stored; after j halvings entries from ceil(h'/2^j) on are (0, D0^(2^j)), and
/// their part of every sum is closed form. Blocks that have become small are stored in full, one after another, in a
/// dense part; beyond it everything is (0, 1).
namespace ashlar::iop {

/// The blocks of one table at some level: `count` blocks of 2^log entries each, the first `real` of them stored.
struct FractionGroup {
    uint32_t table = 0, count = 0, log = 0;
    uint64_t start = 0;     // index of the first block in the cube
    uint64_t real = 0;      // stored entries of a block; a multiple of 8
    uint64_t offset = 0;    // of the first block in storage
    uint64_t capacity = 0;  // from one block to the next
};

struct FractionLevel {
    static constexpr uint32_t MIN_GROUP_LOG = 6;  // smaller blocks are in the dense part
    static constexpr uint64_t UNIT = 8;           // stored sizes are multiples, so that pairs of pairs of pairs exist

    uint32_t log = 0;  // the cube has 2^log entries
    std::vector<FractionGroup> groups;
    std::vector<std::vector<Ext>> tails;  // [group][block]: the tail's denominator
    uint64_t dense_start = 0;             // in the cube; a multiple of 64 unless 0
    uint64_t dense_offset = 0;            // in storage
    uint64_t dense_size = 0;              // a multiple of UNIT
    uint64_t size = 0;                    // of the storage
    bool base = false;                    // numerators are in F (leaves)
    uint64_t stride = 0;
    exec::Buffer<F> num, den;  // 1 or 5 planes; 5 planes

    /// Assigns offsets and allocates.
    void allocate();
    field::ExtPtr den_ptr() { return {den.data(), stride}; }
    field::ConstExtPtr den_ptr() const { return {den.data(), stride}; }
    field::ExtPtr num_ptr() { return {num.data(), stride}; }
    field::ConstExtPtr num_ptr() const { return {num.data(), stride}; }
    void set(uint64_t at, const Ext& n, const Ext& d);
    std::pair<Ext, Ext> get(uint64_t at) const;
    /// Every entry of the cube; for small cubes.
    std::vector<std::array<Ext, 2>> expand() const;
};

/// The next level's shape: halved groups, with those that became small in the dense part; storage not filled.
FractionLevel halve(const FractionLevel& level);
/// Fills what no pair of real entries gives: tails up to multiples of UNIT, tails of blocks that joined the dense part,
/// and the dense part's end.
void fill_tails(const FractionLevel& below, FractionLevel& level);

}  // namespace ashlar::iop
