// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/merkle_tree.hpp"
#include "libs/pcs/backend.hpp"
#include "libs/poly/rs_encoder.hpp"

/// Stacks and oracles in the processor's memory.
namespace ashlar::pcs {

struct CpuStack final : Stack {
    uint64_t count;
    uint32_t log_slice;
    exec::Buffer<F> cells;

    CpuStack(const StackColumns& from, uint32_t log_slice, exec::ThreadPool& pool);
    uint64_t slices() const override { return count; }
    const F* slice(uint64_t i) const { return cells.data() + (i << log_slice); }
};

struct CpuOracle final : Oracle {
    hash::LeafMatrix leaves;
    exec::Buffer<F> data;
    hash::MerkleTree tree;

    /// Room for `width` columns of the encoder's domain.
    CpuOracle(size_t width, uint32_t log_domain);
    void hash_leaves(exec::ThreadPool& pool, exec::Isa isa) { tree = hash::MerkleTree(leaves, pool, isa); }
    hash::Digest root() const override { return tree.root(); }
    HostResult<iop::TreeOpening> open(std::span<const uint32_t> indices) const override;
};

}  // namespace ashlar::pcs
