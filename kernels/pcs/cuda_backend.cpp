// SPDX-License-Identifier: Apache-2.0
#include "kernels/pcs/cuda_backend.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "kernels/hash/hash_kernels.hpp"
#include "kernels/pcs/oracles.hpp"
#include "kernels/pcs/whir_kernels.hpp"
#include "kernels/poly/poly_kernels.hpp"

namespace ashlar::cuda {
namespace {

using pcs::VectorPtr;
using poly::PointView;

/// A vector in planes.
struct DeviceVector final : pcs::Vector {
    size_t stride = 0;
    DeviceBuffer<F> planes;

    static HostResult<std::unique_ptr<DeviceVector>> make(size_t size) {
        auto v = std::make_unique<DeviceVector>();
        v->stride = size;
        ASHLAR_ASSIGN(v->planes, DeviceBuffer<F>::make(Ext::DEGREE * size));
        return v;
    }
    ExtPtr ptr() { return {planes.data(), stride}; }
    ConstExtPtr ptr() const { return {planes.data(), stride}; }
};
DeviceVector& device(pcs::Vector& v) { return static_cast<DeviceVector&>(v); }
const DeviceVector& device(const pcs::Vector& v) { return static_cast<const DeviceVector&>(v); }
const DeviceStack* device(const pcs::Stack* s) { return static_cast<const DeviceStack*>(s); }

HostResult<DeviceBuffer<Ext>> upload(std::span<const Ext> values) {
    return DeviceBuffer<Ext>::from_host(values.data(), values.size());
}
unsigned log_of(size_t power_of_two) { return static_cast<unsigned>(std::countr_zero(power_of_two)); }

class Backend final : public pcs::Backend {
  public:
    Backend(const iop::Profile& p, int d) : profile(p), device_index(d) {}
    std::unique_ptr<pcs::ProverSteps> start(exec::ThreadPool&) const override;

    const iop::Profile profile;
    const int device_index;
    std::vector<RsEncoder> encoders;  // of each oracle
};

class Steps final : public pcs::ProverSteps {
  public:
    explicit Steps(const Backend& backend) : backend_(backend), pr_(backend.profile) {}

    HostResult<std::unique_ptr<pcs::Stack>> stack(const pcs::StackColumns& columns) override {
        ASHLAR_TRY(use_device(backend_.device_index));
        ASHLAR_ASSIGN(auto made, DeviceStack::make(columns, pr_.s));
        return std::unique_ptr<pcs::Stack>(std::move(made));
    }

    HostResult<std::unique_ptr<pcs::Oracle>> commit(const pcs::Stack& stack) override {
        const DeviceStack& from = *device(&stack);
        return DeviceOracle::make(backend_.encoders[0], {from.cells.data(), 0, size_t{1} << pr_.s, 1}, from.count, {});
    }

    HostResult<std::unique_ptr<pcs::Oracle>> commit(const pcs::Vector& f, size_t i) override {
        // f is folded in later rounds; the oracle keeps what it was.
        const size_t slices = size_t{1} << pr_.k[i - 1], size = slices << pr_.dim(i);
        ASHLAR_ASSIGN(auto copy, DeviceVector::make(size));
        ASHLAR_TRY(clear(copy->ptr(), size));
        ASHLAR_TRY(add(device(f).ptr(), size, copy->ptr()));
        const ColumnSource source{copy->planes.data(), copy->stride, size_t{1} << pr_.dim(i), Ext::DEGREE};
        return DeviceOracle::make(backend_.encoders[i], source, Ext::DEGREE * slices, std::move(copy->planes));
    }

    HostResult<Ext> evaluate_powers(const pcs::JointStack& stack, const Ext& z) override {
        const uint32_t g = pr_.min_block;
        std::vector<Ext> low;
        Ext power = Ext::one();
        for (size_t b = 0; b < size_t{1} << g; b++, power *= z) low.push_back(power);
        ASHLAR_ASSIGN(const auto reduced, reduce(stack, low));
        return evaluate_powers(*reduced, size_t{1} << (pr_.s - g + stack.k0), power);
    }

    HostResult<Ext> evaluate_powers(const pcs::Vector& f, size_t size, const Ext& z) override {
        ASHLAR_ASSIGN(const auto weights, powers(size, Ext::one(), z));
        return dot(device(f).ptr(), device(*weights).ptr(), size);
    }

    HostResult<VectorPtr> reduce(const pcs::JointStack& stack, std::span<const Ext> low) override {
        const uint32_t g = pr_.min_block, log_segments = pr_.s - g;
        ASHLAR_ASSIGN(auto out, DeviceVector::make(size_t{1} << (log_segments + stack.k0)));
        ASHLAR_ASSIGN(const auto d_low, upload(low));
        size_t done = 0;
        for (const pcs::Stack* part : {stack.main, stack.prep}) {
            if (!part) continue;
            const size_t n = part->slices() << log_segments;
            ASHLAR_TRY(reduce_segments(device(part)->cells.data(), g, d_low.data(), out->ptr() + done, n));
            done += n;
        }
        ASHLAR_TRY(clear(out->ptr() + done, out->stride - done));
        return VectorPtr(std::move(out));
    }

    HostResult<std::vector<Ext>> run_sums(const pcs::Vector& reduced, PointView high,
                                          std::span<const pcs::SegmentRun> runs) override {
        ASHLAR_ASSIGN(const Runs on_device, Runs::make(high, runs));
        std::vector<Ext> out(runs.size());
        ASHLAR_ASSIGN(auto d_out, DeviceBuffer<Ext>::make(runs.size()));
        ASHLAR_TRY(cuda::run_sums(device(reduced).ptr(), on_device.runs.data(), runs.size(), d_out.data()));
        ASHLAR_TRY(d_out.to_host(out.data()));
        return out;
    }

    HostResult<VectorPtr> run_weights(size_t size, PointView high, std::span<const pcs::SegmentRun> runs) override {
        ASHLAR_ASSIGN(const Runs on_device, Runs::make(high, runs));
        ASHLAR_ASSIGN(auto out, DeviceVector::make(size));
        ASHLAR_TRY(clear(out->ptr(), size));
        ASHLAR_TRY(cuda::run_weights(on_device.runs.data(), runs.size(), out->ptr()));
        return VectorPtr(std::move(out));
    }

    HostResult<VectorPtr> powers(size_t size, const Ext& first, const Ext& z) override {
        ASHLAR_ASSIGN(auto out, DeviceVector::make(size));
        ASHLAR_TRY(fill_powers(first, z, log_of(size), out->ptr()));
        return VectorPtr(std::move(out));
    }

    HostResult<std::array<Ext, 2>> pair_sums(const pcs::Vector& f, const pcs::Vector& w, size_t length,
                                             size_t pairs) override {
        return cuda::pair_sums(device(f).ptr(), device(w).ptr(), log_of(length), pairs);
    }

    Result<void, Error> fold_pairs(pcs::Vector& f, size_t length, size_t pairs, const Ext& r) override {
        // Not in place: a thread's output is another's input.
        ASHLAR_ASSIGN(auto out, DeviceVector::make(length * pairs));
        ASHLAR_TRY(fold_stride(device(f).ptr(), length * pairs, log_of(length), r, out->ptr()));
        std::swap(device(f).stride, out->stride);
        std::swap(device(f).planes, out->planes);
        return {};
    }

    HostResult<VectorPtr> fold_stack(const pcs::JointStack& stack, std::span<const Ext> eq) override {
        ASHLAR_ASSIGN(const auto d_eq, upload(eq));
        ASHLAR_ASSIGN(auto out, DeviceVector::make(size_t{1} << pr_.s));
        const DeviceStack *main = device(stack.main), *prep = device(stack.prep);
        ASHLAR_TRY(fold_slices(main->cells.data(), main->count, prep ? prep->cells.data() : nullptr,
                               prep ? prep->count : 0, d_eq.data(), pr_.s, out->ptr()));
        return VectorPtr(std::move(out));
    }

    HostResult<VectorPtr> expand(std::span<const VectorPtr> w, std::span<const std::vector<Ext>> low) override {
        const size_t size = size_t{1} << pr_.s;
        ASHLAR_ASSIGN(auto out, DeviceVector::make(size));
        ASHLAR_TRY(clear(out->ptr(), size));
        for (size_t t = 0; t < w.size(); t++) {
            ASHLAR_ASSIGN(const auto d_low, upload(low[t]));
            ASHLAR_TRY(add_expanded(device(*w[t]).ptr(), d_low.data(), pr_.min_block, size, out->ptr()));
        }
        return VectorPtr(std::move(out));
    }

    Result<void, Error> add_powers(pcs::Vector& w, size_t size, const Ext& first, const Ext& z) override {
        ASHLAR_ASSIGN(const auto terms, powers(size, first, z));
        return add(device(*terms).ptr(), size, device(w).ptr());
    }

    Result<void, Error> add_query_powers(pcs::Vector& w, uint32_t log, std::span<const uint32_t> indices,
                                         uint32_t log_domain, Ext first, const Ext& gamma) override {
        const uint32_t low_log = (log + 1) / 2, high_log = log - low_log;
        const F generator = F::two_adic_generator(log_domain);
        std::vector<F> z;
        std::vector<Ext> factors;
        for (const uint32_t i : indices) {
            z.push_back(generator.pow(i));
            factors.push_back(first);
            first *= gamma;
        }
        const size_t count = indices.size();
        ASHLAR_ASSIGN(const auto d_z, DeviceBuffer<F>::from_host(z.data(), count));
        ASHLAR_ASSIGN(const auto d_factors, upload(factors));
        ASHLAR_ASSIGN(auto low, DeviceBuffer<F>::make(count << low_log));
        ASHLAR_ASSIGN(auto high, DeviceBuffer<F>::make(count << high_log));
        ASHLAR_TRY(power_tables(d_z.data(), count, 0, low_log, low.data()));
        ASHLAR_TRY(power_tables(d_z.data(), count, low_log, high_log, high.data()));
        return cuda::add_query_powers(low.data(), low_log, high.data(), high_log, d_factors.data(), count,
                                      device(w).ptr());
    }

    HostResult<std::vector<Ext>> read(const pcs::Vector& f, size_t size) override {
        std::vector<F> planes(Ext::DEGREE * size);
        for (size_t k = 0; k < Ext::DEGREE; k++)
            ASHLAR_TRY(copy_to_host(planes.data() + k * size, device(f).ptr().plane(k), size * sizeof(F)));
        std::vector<Ext> out;
        for (size_t i = 0; i < size; i++) out.push_back(field::ext_get({planes.data(), size}, i));
        return out;
    }

    HostResult<F> grind(const iop::Transcript& transcript, uint32_t bits) override {
        return cuda::grind(transcript.state(), static_cast<unsigned>(transcript.position()), bits);
    }

  private:
    /// Runs with the eq table of each size that occurs.
    struct Runs {
        std::map<uint32_t, std::unique_ptr<DeviceVector>> eq;
        DeviceBuffer<DeviceRun> runs;

        static HostResult<Runs> make(PointView high, std::span<const pcs::SegmentRun> from) {
            Runs out;
            std::vector<DeviceRun> host;
            for (const pcs::SegmentRun& run : from) {
                auto& table = out.eq[run.log];
                if (!table) {
                    ASHLAR_ASSIGN(table, DeviceVector::make(size_t{1} << run.log));
                    ASHLAR_TRY(fill_eq(high.data(), run.log, Ext::one(), table->ptr()));
                }
                host.push_back({run.first, table->ptr(), uint64_t{1} << run.log, run.factor});
            }
            ASHLAR_ASSIGN(out.runs, DeviceBuffer<DeviceRun>::from_host(host.data(), host.size()));
            return HostResult<Runs>(std::move(out));
        }
    };

    const Backend& backend_;
    const iop::Profile& pr_;
};

std::unique_ptr<pcs::ProverSteps> Backend::start(exec::ThreadPool&) const { return std::make_unique<Steps>(*this); }

}  // namespace

HostResult<std::shared_ptr<const pcs::Backend>> make_backend(const iop::Profile& profile, int device) {
    ASHLAR_TRY(use_device(device));
    auto backend = std::make_shared<Backend>(profile, device);
    for (uint32_t i = 0; i < profile.num_oracles(); i++) {
        ASHLAR_ASSIGN(RsEncoder encoder, RsEncoder::make(profile.dim(i), profile.log_domain(i)));
        backend->encoders.push_back(std::move(encoder));
    }
    return std::shared_ptr<const pcs::Backend>(std::move(backend));
}

}  // namespace ashlar::cuda
