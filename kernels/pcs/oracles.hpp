// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/exec/device.hpp"
#include "kernels/poly/ntt_kernels.hpp"
#include "libs/hash/merkle_tree.hpp"
#include "libs/pcs/backend.hpp"

/// Stacks and oracles in device memory.
namespace ashlar::cuda {

struct DeviceStack final : pcs::Stack {
    uint64_t count;
    uint32_t log_slice;
    DeviceBuffer<F> cells;

    static HostResult<std::unique_ptr<DeviceStack>> make(const pcs::StackColumns& from, uint32_t log_slice);
    uint64_t slices() const override { return count; }
};

/// All levels of a tree, each as nine planes, as hash::MerkleTree has them.
class DeviceTree {
  public:
    static HostResult<DeviceTree> make(unsigned depth);
    F* leaves() { return levels_.data(); }
    /// After the leaves are there.
    Result<void, Error> hash_levels();
    hash::Digest root() const { return root_; }
    HostResult<std::vector<hash::Digest>> siblings(std::span<const uint32_t> indices) const;

  private:
    size_t offset(unsigned level) const {
        return hash::DIGEST_SIZE * ((size_t{2} << depth_) - (size_t{2} << depth_ >> level));
    }
    unsigned depth_ = 0;
    DeviceBuffer<F> levels_;
    hash::Digest root_{};
};

/// The codeword's columns come from `source` 15 at a time, are absorbed and forgotten; opened rows are encoded again.
/// `owned` keeps the coefficients alive if nobody else does.
class DeviceOracle final : public pcs::Oracle {
  public:
    static HostResult<std::unique_ptr<pcs::Oracle>> make(const RsEncoder& encoder, ColumnSource source, size_t width,
                                                         DeviceBuffer<F> owned);
    hash::Digest root() const override { return tree_.root(); }
    HostResult<iop::TreeOpening> open(std::span<const uint32_t> indices) const override;

  private:
    explicit DeviceOracle(const RsEncoder& encoder) : encoder_(encoder) {}

    const RsEncoder& encoder_;
    ColumnSource source_{};
    size_t width_ = 0;
    DeviceBuffer<F> owned_;
    DeviceTree tree_;
};

}  // namespace ashlar::cuda
