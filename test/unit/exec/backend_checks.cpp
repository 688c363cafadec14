// SPDX-License-Identifier: Apache-2.0
#include "test/unit/exec/backend_checks.hpp"

#include "libs/exec/cpu_backend.hpp"

namespace ashlar::test::ASHLAR_ISA {
namespace {

using namespace ashlar::field;

struct Square {
    const F* in;
    F* out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        L::load(in + i).square().store(out + i);
    }
};

struct SumAndSquares {
    const F* in;
    template <class L>
    ASHLAR_HD void operator()(size_t i, std::array<Extension<L>, 2>& acc) const {
        const L x = L::load(in + i);
        acc[0] += x;
        acc[1] += Extension<L>::from_base(x * x);
    }
};

std::string launch_and_reduce(exec::ThreadPool& pool, size_t n) {
    const exec::ASHLAR_ISA::Backend backend(pool);
    exec::Buffer<F> in(n), out(n);
    F sum = F::ZERO, squares = F::ZERO;
    for (size_t i = 0; i < n; i++) {
        in[i] = F::reduce(uint64_t{i} * 0x9e3779b97f4a7c15);
        sum += in[i];
        squares += in[i] * in[i];
    }
    backend.launch(n, Square{in.data(), out.data()}, 64);
    for (size_t i = 0; i < n; i++)
        if (!(out[i] == in[i] * in[i])) return "launch at " + std::to_string(i);
    const auto got = backend.reduce<2>(n, SumAndSquares{in.data()}, 64);
    if (!(got[0] == Ext::from_base(sum)) || !(got[1] == Ext::from_base(squares))) return "reduce";
    return "";
}

}  // namespace

extern const BackendChecks BACKEND_CHECKS{launch_and_reduce};

}  // namespace ashlar::test::ASHLAR_ISA
