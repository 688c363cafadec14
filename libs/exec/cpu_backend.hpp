// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/exec/buffer.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/field/lane.hpp"

namespace ashlar::exec {

using field::Ext;
using field::Extension;
using field::F;

/// Runs kernels on the threads of a pool, L::WIDTH elements at a time. The CUDA backend (kernels/exec) has the same
/// face, one element per thread.
///
/// A kernel is a functor, usable from several threads at once, whose call operator is templated on the lane; marked
/// ASHLAR_HD it also runs on the device.
template <class L = F>
class CpuBackend {
  public:
    using Lane = L;

    explicit CpuBackend(ThreadPool& pool) : pool_(&pool) {}
    ThreadPool& pool() const { return *pool_; }

    /// kernel.operator()<L>(i) handles elements i .. i + L::WIDTH - 1; together the calls cover [0, n) once. Elements
    /// past the last whole lane are handled with L = F. `grain` is the least number of elements worth a hand-over to a
    /// thread.
    template <class Kernel>
    void launch(size_t n, const Kernel& kernel, size_t grain = DEFAULT_GRAIN) const {
        pool_->parallel_for(n, round_up(grain), [&kernel](size_t begin, size_t end) {
            size_t i = begin;
            for (; i + L::WIDTH <= end; i += L::WIDTH) kernel.template operator()<L>(i);
            for (; i < end; i++) kernel.template operator()<F>(i);
        });
    }

    /// Sum over i of K values in E: kernel.operator()<L>(i, acc) adds the contributions of elements i .. i + L::WIDTH -
    /// 1 to acc[k], position by position.
    template <size_t K, class Kernel>
    std::array<Ext, K> reduce(size_t n, const Kernel& kernel, size_t grain = DEFAULT_GRAIN) const {
        std::array<Ext, K> total;
        total.fill(Ext::zero());
        std::mutex mutex;
        pool_->parallel_for(n, round_up(grain), [&](size_t begin, size_t end) {
            const std::array<Ext, K> part = reduce_range<K>(begin, end, kernel);
            const std::lock_guard lock(mutex);
            for (size_t k = 0; k < K; k++) total[k] += part[k];
        });
        return total;
    }

  private:
    static constexpr size_t DEFAULT_GRAIN = 2048;
    static size_t round_up(size_t grain) { return (grain + L::WIDTH - 1) / L::WIDTH * L::WIDTH; }

    template <size_t K, class Kernel>
    static std::array<Ext, K> reduce_range(size_t begin, size_t end, const Kernel& kernel) {
        std::array<Extension<L>, K> wide;
        std::array<Ext, K> total;
        wide.fill(Extension<L>::zero());
        total.fill(Ext::zero());
        size_t i = begin;
        for (; i + L::WIDTH <= end; i += L::WIDTH) kernel.template operator()<L>(i, wide);
        for (; i < end; i++) kernel.template operator()<F>(i, total);
        for (size_t k = 0; k < K; k++) total[k] += field::lane_sum(wide[k]);
        return total;
    }

    ThreadPool* pool_;
};

}  // namespace ashlar::exec

#if defined(ASHLAR_ISA)
namespace ashlar::exec::ASHLAR_ISA {
/// The backend of this instruction set's copy of the code.
using Backend = CpuBackend<field::ASHLAR_ISA::Lane>;
}  // namespace ashlar::exec::ASHLAR_ISA
#endif
