// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/core_kernels.hpp"

#include "libs/poly/bulk.hpp"

namespace ashlar::bench::ASHLAR_ISA {
namespace {

using namespace ashlar::field;
using L = ashlar::field::ASHLAR_ISA::Lane;
using Backend = exec::ASHLAR_ISA::Backend;
constexpr size_t CHAINS = 8;

F multiply(F x, F y, size_t rounds, size_t* products) {
    L chain[CHAINS];
    for (L& c : chain) c = L::broadcast(x);
    const L factor = L::broadcast(y);
    for (size_t r = 0; r < rounds; r++) {
        ASHLAR_UNROLL
        for (size_t j = 0; j < CHAINS; j++) chain[j] = chain[j] * factor;
    }
    *products = rounds * CHAINS * L::WIDTH;
    L sum = chain[0];
    for (size_t j = 1; j < CHAINS; j++) sum += chain[j];
    return lane_sum(sum);
}

Ext multiply_ext(const Ext& x, const Ext& y, size_t rounds, size_t* products) {
    auto a = Extension<L>::broadcast(x), b = Extension<L>::broadcast(x);
    const auto factor = Extension<L>::broadcast(y);
    for (size_t r = 0; r < rounds; r++) {
        a = a * factor;
        b = factor * b;
    }
    *products = rounds * 2 * L::WIDTH;
    return lane_sum(a + b);
}

void fill_eq(exec::ThreadPool& pool, const Ext* point, unsigned log_n, F* planes) {
    poly::fill_eq(Backend(pool), {point, log_n}, Ext::one(), {planes, size_t{1} << log_n});
}

void fold_low(exec::ThreadPool& pool, const F* in, size_t n, const Ext& r, F* out) {
    poly::fold_low(Backend(pool), ConstExtPtr{in, 2 * n}, n, r, ExtPtr{out, n});
}

Ext weighted_sum(exec::ThreadPool& pool, const F* columns, size_t count, size_t n, const F* weights) {
    std::vector<const F*> pointers;
    for (size_t c = 0; c < count; c++) pointers.push_back(columns + c * n);
    Ext sum = Ext::zero();
    for (const Ext& s : poly::weighted_sums(Backend(pool), pointers, n, ConstExtPtr{weights, n})) sum += s;
    return sum;
}

}  // namespace

extern const CoreKernels CORE_KERNELS{multiply, multiply_ext, fill_eq, fold_low, weighted_sum};

}  // namespace ashlar::bench::ASHLAR_ISA
