// SPDX-License-Identifier: Apache-2.0
#include "kernels/pcs/whir_kernels.hpp"

#include "kernels/exec/cuda_backend.cuh"
#include "libs/hash/digest.hpp"
#include "libs/poly/kernels.hpp"

namespace ashlar::cuda {
namespace {

constexpr unsigned THREADS = 128;

// One element a thread; the lane is always F.

struct Clear {
    F* out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        out[i] = F::zero();
    }
};
struct ReduceSegments {
    const F* cells;
    unsigned g;
    const Ext* low;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        field::ProductSum<F> sum[Ext::DEGREE];
        for (size_t b = 0; b < size_t{1} << g; b++) {
            const F x = cells[(i << g) + b];
            for (size_t k = 0; k < Ext::DEGREE; k++) sum[k].add(x, low[b].c[k]);
        }
        for (size_t k = 0; k < Ext::DEGREE; k++) out.plane(k)[i] = sum[k].reduce();
    }
};
struct Dot {
    ConstExtPtr x, y;
    template <class L>
    ASHLAR_HD void operator()(size_t i, std::array<Ext, 1>& acc) const {
        acc[0] += Ext::load(x, i) * Ext::load(y, i);
    }
};
struct SetFirst {
    ExtPtr out;
    Ext value;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        value.store(out, i);
    }
};
struct PairSums {
    ConstExtPtr f, w;
    unsigned log_length;
    template <class L>
    ASHLAR_HD void operator()(size_t i, std::array<Ext, 2>& acc) const {
        const size_t low = ((i >> log_length) << log_length) + i, high = low + (size_t{1} << log_length);
        const Ext f0 = Ext::load(f, low), w0 = Ext::load(w, low), f1 = Ext::load(f, high), w1 = Ext::load(w, high);
        acc[0] += f0 * w0;
        acc[1] += (f1.doubled() - f0) * (w1.doubled() - w0);
    }
};
struct FoldSlices {
    const F *main, *prep;
    size_t main_count, prep_count;
    const Ext* eq;
    unsigned log;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        field::ProductSum<F> sum[Ext::DEGREE];
        for (size_t a = 0; a < main_count + prep_count; a++) {
            const F x = a < main_count ? main[(a << log) + i] : prep[((a - main_count) << log) + i];
            for (size_t k = 0; k < Ext::DEGREE; k++) sum[k].add(x, eq[a].c[k]);
        }
        for (size_t k = 0; k < Ext::DEGREE; k++) out.plane(k)[i] = sum[k].reduce();
    }
};
struct AddExpanded {
    ConstExtPtr w;
    const Ext* low;
    unsigned g;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        (Ext::load(out, i) + Ext::load(w, i >> g) * low[i & ((size_t{1} << g) - 1)]).store(out, i);
    }
};
struct Add {
    ConstExtPtr x;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        (Ext::load(out, i) + Ext::load(x, i)).store(out, i);
    }
};
struct PowerTables {
    const F* z;
    unsigned shift, log;
    F* out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        out[i] = z[i >> log].pow((i & ((size_t{1} << log) - 1)) << shift);
    }
};
struct AddQueryPowers {
    const F *low, *high;
    unsigned low_log, high_log;
    const Ext* factors;
    size_t count;
    ExtPtr w;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const size_t below = i & ((size_t{1} << low_log) - 1), above = i >> low_log;
        field::ProductSum<F> sum[Ext::DEGREE];
        for (size_t j = 0; j < count; j++) {
            const F power = low[(j << low_log) + below] * high[(j << high_log) + above];
            for (size_t k = 0; k < Ext::DEGREE; k++) sum[k].add(power, factors[j].c[k]);
        }
        for (size_t k = 0; k < Ext::DEGREE; k++) w.plane(k)[i] += sum[k].reduce();
    }
};
struct GatherRows {
    const F* columns;
    size_t stride, width;
    const uint32_t* positions;
    F* out;
    size_t out_stride;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const size_t row = i / width, c = i % width;
        out[row * out_stride + c] = columns[c * stride + positions[row]];
    }
};
struct GatherDigests {
    const F* tree;
    const DigestPlace* places;
    F* out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const DigestPlace p = places[i / hash::DIGEST_SIZE];
        out[i] = tree[p.start + i % hash::DIGEST_SIZE * p.distance];
    }
};

/// A block for each run.
__global__ void __launch_bounds__(THREADS) run_sums_kernel(ConstExtPtr reduced, const DeviceRun* runs, Ext* sums) {
    ASHLAR_SHARED(Ext, part, THREADS);
    const DeviceRun run = runs[blockIdx.x];
    Ext sum = Ext::zero();
    for (size_t x = threadIdx.x; x < run.size; x += THREADS)
        sum += Ext::load(reduced, run.first + x) * Ext::load(run.eq, x);
    part[threadIdx.x] = sum;
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = run.factor * part[0];
}
__global__ void __launch_bounds__(THREADS) run_weights_kernel(const DeviceRun* runs, ExtPtr out) {
    const DeviceRun run = runs[blockIdx.x];
    for (size_t x = threadIdx.x; x < run.size; x += THREADS)
        (Ext::load(run.eq, x) * run.factor).store(out, run.first + x);
}

}  // namespace

Result<void, Error> clear(F* d_out, size_t n) { return CudaBackend().launch(n, Clear{d_out}); }
Result<void, Error> clear(ExtPtr d_out, size_t n) {
    for (size_t k = 0; k < Ext::DEGREE; k++) ASHLAR_TRY(clear(d_out.plane(k), n));
    return {};
}
Result<void, Error> reduce_segments(const F* d_cells, unsigned g, const Ext* d_low, ExtPtr d_out, size_t n) {
    return CudaBackend().launch(n, ReduceSegments{d_cells, g, d_low, d_out});
}
HostResult<Ext> dot(ConstExtPtr d_x, ConstExtPtr d_y, size_t n) {
    ASHLAR_ASSIGN(const auto sum, CudaBackend().reduce<1>(n, Dot{d_x, d_y}));
    return Ext(sum[0]);
}
Result<void, Error> fill_powers(const Ext& first, const Ext& z, unsigned log, ExtPtr d_out) {
    ASHLAR_TRY(CudaBackend().launch(1, SetFirst{d_out, first}));
    Ext power = z;
    for (unsigned l = 0; l < log; l++, power = power.square())
        ASHLAR_TRY(CudaBackend().launch(size_t{1} << l, poly::PowerDouble{d_out, size_t{1} << l, power}));
    return {};
}
Result<void, Error> run_sums(ConstExtPtr d_reduced, const DeviceRun* d_runs, size_t count, Ext* d_sums) {
    if (count == 0) return {};
    launch(run_sums_kernel, static_cast<unsigned>(count), THREADS, nullptr, d_reduced, d_runs, d_sums);
    return check_launch("run_sums_kernel");
}
Result<void, Error> run_weights(const DeviceRun* d_runs, size_t count, ExtPtr d_out) {
    if (count == 0) return {};
    launch(run_weights_kernel, static_cast<unsigned>(count), THREADS, nullptr, d_runs, d_out);
    return check_launch("run_weights_kernel");
}
HostResult<std::array<Ext, 2>> pair_sums(ConstExtPtr d_f, ConstExtPtr d_w, unsigned log_length, size_t pairs) {
    return CudaBackend().reduce<2>(pairs << log_length, PairSums{d_f, d_w, log_length});
}
Result<void, Error> fold_slices(const F* d_main, size_t main_count, const F* d_prep, size_t prep_count, const Ext* d_eq,
                                unsigned log, ExtPtr d_out) {
    return CudaBackend().launch(size_t{1} << log, FoldSlices{d_main, d_prep, main_count, prep_count, d_eq, log, d_out});
}
Result<void, Error> add_expanded(ConstExtPtr d_w, const Ext* d_low, unsigned g, size_t n, ExtPtr d_out) {
    return CudaBackend().launch(n, AddExpanded{d_w, d_low, g, d_out});
}
Result<void, Error> add(ConstExtPtr d_x, size_t n, ExtPtr d_out) { return CudaBackend().launch(n, Add{d_x, d_out}); }
Result<void, Error> power_tables(const F* d_z, size_t count, unsigned shift, unsigned log, F* d_out) {
    return CudaBackend().launch(count << log, PowerTables{d_z, shift, log, d_out});
}
Result<void, Error> add_query_powers(const F* d_low, unsigned low_log, const F* d_high, unsigned high_log,
                                     const Ext* d_factors, size_t count, ExtPtr d_w) {
    return CudaBackend().launch(size_t{1} << (low_log + high_log),
                                AddQueryPowers{d_low, d_high, low_log, high_log, d_factors, count, d_w});
}
Result<void, Error> gather_rows(const F* d_columns, size_t stride, size_t width, const uint32_t* d_positions,
                                size_t count, F* d_out, size_t out_stride) {
    return CudaBackend().launch(count * width, GatherRows{d_columns, stride, width, d_positions, d_out, out_stride});
}
Result<void, Error> gather_digests(const F* d_tree, const DigestPlace* d_places, size_t count, F* d_out) {
    return CudaBackend().launch(count * hash::DIGEST_SIZE, GatherDigests{d_tree, d_places, d_out});
}

}  // namespace ashlar::cuda
