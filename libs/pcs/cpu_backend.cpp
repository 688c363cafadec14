// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/cpu_backend.hpp"

#include <algorithm>
#include <mutex>

#include "libs/iop/prover_functions.hpp"
#include "libs/pcs/commitment.hpp"
#include "libs/pcs/whir_kernels.hpp"

namespace ashlar::pcs {

namespace {

using field::ConstExtPtr;
using field::ExtPtr;

constexpr size_t GRAIN = 512;

/// A vector in planes.
struct CpuVector final : Vector {
    size_t stride;
    exec::Buffer<F> planes;

    explicit CpuVector(size_t size) : stride((size + 15) / 16 * 16 + 16), planes(5 * stride) {}
    ExtPtr ptr() { return {planes.data(), stride}; }
    ConstExtPtr ptr() const { return {planes.data(), stride}; }
    Ext get(size_t i) const { return field::ext_get(ptr(), i); }
    void set(size_t i, const Ext& x) { field::ext_set(ptr(), i, x); }
};
CpuVector& cpu(Vector& v) { return static_cast<CpuVector&>(v); }
const CpuVector& cpu(const Vector& v) { return static_cast<const CpuVector&>(v); }

std::vector<const F*> slices_of(const JointStack& joint) {
    std::vector<const F*> out;
    for (const Stack* part : {joint.main, joint.prep})
        for (uint64_t a = 0; part && a < part->slices(); a++)
            out.push_back(static_cast<const CpuStack*>(part)->slice(a));
    return out;
}

/// eq(high[0..log), .) in planes, for each size that occurs.
class RunEq {
  public:
    explicit RunEq(PointView high) : high_(high) {}
    ConstExtPtr table(uint32_t log) {
        auto& t = tables_[log];
        if (!t) {
            const std::vector<Ext> values = poly::eq_table(high_.first(log));
            t = std::make_unique<CpuVector>(values.size());
            for (size_t i = 0; i < values.size(); i++) t->set(i, values[i]);
        }
        return t->ptr();
    }

  private:
    PointView high_;
    std::unique_ptr<CpuVector> tables_[25];
};

class CpuBackend final : public Backend {
  public:
    CpuBackend(const iop::Profile& p, exec::Isa i, exec::ThreadPool& pool) : profile(p), isa(i) {
        for (uint32_t o = 0; o < profile.num_oracles(); o++)
            encoders.emplace_back(profile.dim(o), profile.log_domain(o), pool, isa);
        static const auto table = ASHLAR_ISA_TABLE(WhirKernels, ::ashlar::pcs, WHIR_KERNELS);
        kernels = &table.select(isa);
    }
    std::unique_ptr<ProverSteps> start(exec::ThreadPool& pool) const override;

    const iop::Profile profile;
    const exec::Isa isa;
    std::vector<poly::RsEncoder> encoders;  // of each oracle
    const WhirKernels* kernels;
};

class CpuSteps final : public ProverSteps {
  public:
    CpuSteps(const CpuBackend& backend, exec::ThreadPool& pool)
        : backend_(backend), pr_(backend.profile), kernels_(*backend.kernels), pool_(pool) {}

    HostResult<std::unique_ptr<Stack>> stack(const StackColumns& columns) override {
        return std::unique_ptr<Stack>(std::make_unique<CpuStack>(columns, pr_.s, pool_));
    }

    HostResult<std::unique_ptr<Oracle>> commit(const Stack& stack) override {
        const auto& from = static_cast<const CpuStack&>(stack);
        auto oracle = std::make_unique<CpuOracle>(from.count, pr_.log_domain(0));
        backend_.encoders[0].encode(from.cells.data(), size_t{1} << pr_.s, from.count, oracle->data.data(),
                                    oracle->leaves.stride, pool_);
        oracle->hash_leaves(pool_, backend_.isa);
        return std::unique_ptr<Oracle>(std::move(oracle));
    }

    HostResult<std::unique_ptr<Oracle>> commit(const Vector& f, size_t i) override {
        const size_t slices = size_t{1} << pr_.k[i - 1];
        auto oracle = std::make_unique<CpuOracle>(5 * slices, pr_.log_domain(i));
        backend_.encoders[i].encode(cpu(f).ptr(), slices, oracle->data.data(), oracle->leaves.stride, pool_);
        oracle->hash_leaves(pool_, backend_.isa);
        return std::unique_ptr<Oracle>(std::move(oracle));
    }

    HostResult<Ext> evaluate_powers(const JointStack& stack, const Ext& z) override {
        const uint32_t low_log = std::min<uint32_t>(pr_.s, 12);
        std::vector<Ext> low(size_t{1} << low_log);
        Ext power = Ext::one();
        for (Ext& x : low) {
            x = power;
            power *= z;
        }
        // Horner over segments of 2^low_log cells, the highest first.
        const std::vector<const F*> slices = slices_of(stack);
        const size_t segments = size_t{1} << (pr_.s - low_log);
        CpuVector values(slices.size() * segments);
        pool_.parallel_for(slices.size(), 1, [&](size_t begin, size_t end) {
            for (size_t a = begin; a < end; a++)
                kernels_.reduce_segments(slices[a], low_log, low, values.ptr() + a * segments, 0, segments);
        });
        Ext sum = Ext::zero();
        for (size_t i = slices.size() * segments; i-- > 0;) sum = sum * power + values.get(i);
        return sum;
    }

    HostResult<Ext> evaluate_powers(const Vector& f, size_t size, const Ext& z) override {
        Ext sum = Ext::zero();
        for (size_t i = size; i-- > 0;) sum = sum * z + cpu(f).get(i);
        return sum;
    }

    HostResult<VectorPtr> reduce(const JointStack& stack, std::span<const Ext> low) override {
        const uint32_t g = pr_.min_block;
        const size_t segments = size_t{1} << (pr_.s - g), slices = size_t{1} << stack.k0;
        const std::vector<const F*> cells = slices_of(stack);
        auto out = std::make_unique<CpuVector>(segments * slices);
        pool_.parallel_for(slices, 1, [&](size_t begin, size_t end) {
            for (size_t a = begin; a < end; a++) {
                const ExtPtr to = out->ptr() + a * segments;
                if (a < cells.size()) {
                    kernels_.reduce_segments(cells[a], g, low, to, 0, segments);
                } else {
                    for (size_t k = 0; k < 5; k++) std::fill_n(to.plane(k), segments, F::ZERO);
                }
            }
        });
        return VectorPtr(std::move(out));
    }

    HostResult<std::vector<Ext>> run_sums(const Vector& reduced, PointView high,
                                          std::span<const SegmentRun> runs) override {
        const std::vector<ConstExtPtr> eq = eq_tables(high, runs);
        std::vector<Ext> values(runs.size());
        pool_.parallel_for(runs.size(), 8, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++)
                values[i] =
                    runs[i].factor * kernels_.dot(cpu(reduced).ptr() + runs[i].first, eq[i], size_t{1} << runs[i].log);
        });
        return values;
    }

    HostResult<VectorPtr> run_weights(size_t size, PointView high, std::span<const SegmentRun> runs) override {
        const std::vector<ConstExtPtr> eq = eq_tables(high, runs);
        auto out = std::make_unique<CpuVector>(size);
        out->planes = exec::Buffer<F>::zeroed(out->planes.size());
        pool_.parallel_for(runs.size(), 8, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++)
                kernels_.scale(eq[i], runs[i].factor, out->ptr() + runs[i].first, size_t{1} << runs[i].log);
        });
        return VectorPtr(std::move(out));
    }

    HostResult<VectorPtr> powers(size_t size, const Ext& first, const Ext& z) override {
        auto out = std::make_unique<CpuVector>(size);
        Ext power = first;
        for (size_t i = 0; i < size; i++, power *= z) out->set(i, power);
        return VectorPtr(std::move(out));
    }

    HostResult<std::array<Ext, 2>> pair_sums(const Vector& f, const Vector& w, size_t length, size_t pairs) override {
        std::mutex mutex;
        std::array<Ext, 2> total{Ext::zero(), Ext::zero()};
        pool_.parallel_for(length, GRAIN, [&](size_t begin, size_t end) {
            const auto part = kernels_.sum_row_pairs(cpu(f).ptr(), cpu(w).ptr(), length, pairs, begin, end);
            const std::lock_guard lock(mutex);
            total[0] += part[0];
            total[1] += part[1];
        });
        return total;
    }

    Result<void, Error> fold_pairs(Vector& f, size_t length, size_t pairs, const Ext& r) override {
        pool_.parallel_for(length, GRAIN, [&](size_t begin, size_t end) {
            kernels_.fold_row_pairs(cpu(f).ptr(), length, pairs, r, begin, end);
        });
        return {};
    }

    HostResult<VectorPtr> fold_stack(const JointStack& stack, std::span<const Ext> eq) override {
        const std::vector<const F*> slices = slices_of(stack);
        auto out = std::make_unique<CpuVector>(size_t{1} << pr_.s);
        pool_.parallel_for(size_t{1} << pr_.s, GRAIN,
                           [&](size_t begin, size_t end) { kernels_.fold_slices(slices, eq, out->ptr(), begin, end); });
        return VectorPtr(std::move(out));
    }

    HostResult<VectorPtr> expand(std::span<const VectorPtr> w, std::span<const std::vector<Ext>> low) override {
        const uint32_t g = pr_.min_block;
        auto out = std::make_unique<CpuVector>(size_t{1} << pr_.s);
        pool_.parallel_for(size_t{1} << pr_.s, GRAIN, [&](size_t begin, size_t end) {
            for (size_t b = begin; b < end; b++) {
                Ext weight = Ext::zero();
                for (size_t t = 0; t < w.size(); t++)
                    weight += cpu(*w[t]).get(b >> g) * low[t][b & ((size_t{1} << g) - 1)];
                out->set(b, weight);
            }
        });
        return VectorPtr(std::move(out));
    }

    Result<void, Error> add_powers(Vector& w, size_t size, const Ext& first, const Ext& z) override {
        Ext power = first;
        for (size_t b = 0; b < size; b++, power *= z) cpu(w).set(b, cpu(w).get(b) + power);
        return {};
    }

    Result<void, Error> add_query_powers(Vector& w, uint32_t log, std::span<const uint32_t> indices,
                                         uint32_t log_domain, Ext first, const Ext& gamma) override {
        // Powers are split in low and high parts.
        const uint32_t low_log = std::min<uint32_t>(log, 9);
        const size_t low_size = size_t{1} << low_log, blocks = size_t{1} << (log - low_log), count = indices.size();
        exec::Buffer<F> low(count * low_size);
        std::vector<F> step(count);
        std::vector<Ext> coefficient(count);
        const F generator = F::two_adic_generator(log_domain);
        for (size_t j = 0; j < count; j++) {
            const F z = generator.pow(indices[j]);
            F x = F::ONE;
            for (size_t b = 0; b < low_size; b++, x *= z) low[j * low_size + b] = x;
            step[j] = x;
            coefficient[j] = first;
            first *= gamma;
        }
        pool_.parallel_for(blocks, 1, [&](size_t begin, size_t end) {
            std::vector<Ext> c(count);
            for (size_t block = begin; block < end; block++) {
                for (size_t j = 0; j < count; j++) c[j] = coefficient[j] * step[j].pow(block);
                kernels_.add_products(low.data(), c, cpu(w).ptr() + block * low_size, low_size);
            }
        });
        return {};
    }

    HostResult<std::vector<Ext>> read(const Vector& f, size_t size) override {
        std::vector<Ext> out;
        for (size_t i = 0; i < size; i++) out.push_back(cpu(f).get(i));
        return out;
    }

    HostResult<F> grind(const iop::Transcript& transcript, uint32_t bits) override {
        return iop::prover_functions(backend_.isa).grind(transcript, bits, pool_);
    }

  private:
    /// The table of each run; they live until the next call.
    std::vector<ConstExtPtr> eq_tables(PointView high, std::span<const SegmentRun> runs) {
        run_eq_ = std::make_unique<RunEq>(high);
        std::vector<ConstExtPtr> out;
        for (const SegmentRun& run : runs) out.push_back(run_eq_->table(run.log));
        return out;
    }

    const CpuBackend& backend_;
    const iop::Profile& pr_;
    const WhirKernels& kernels_;
    exec::ThreadPool& pool_;
    std::unique_ptr<RunEq> run_eq_;
};

std::unique_ptr<ProverSteps> CpuBackend::start(exec::ThreadPool& pool) const {
    return std::make_unique<CpuSteps>(*this, pool);
}

}  // namespace

std::shared_ptr<const Backend> make_cpu_backend(const iop::Profile& profile, exec::Isa isa, exec::ThreadPool& pool) {
    return std::make_shared<CpuBackend>(profile, isa, pool);
}

}  // namespace ashlar::pcs
