// SPDX-License-Identifier: Apache-2.0
#include "kernels/poly/poly_kernels.hpp"

#include "kernels/exec/cuda_backend.cuh"
#include "libs/poly/kernels.hpp"

namespace ashlar::cuda {
namespace {

using field::Extension;

struct MultiplyBase {
    const F *x, *y;
    F* out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        (L::load(x + i) * L::load(y + i)).store(out + i);
    }
};
struct MultiplyExt {
    ConstExtPtr x, y;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        (Extension<L>::load(x, i) * Extension<L>::load(y, i)).store(out, i);
    }
};
struct Invert {
    ConstExtPtr x;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        Extension<L>::load(x, i).inverse().store(out, i);
    }
};
struct Sums {
    ConstExtPtr x, y;
    template <class L>
    ASHLAR_HD void operator()(size_t i, std::array<Extension<L>, 2>& acc) const {
        const auto a = Extension<L>::load(x, i);
        acc[0] += a;
        acc[1] += a * Extension<L>::load(y, i);
    }
};

}  // namespace

Result<void, Error> multiply(const F* d_x, const F* d_y, size_t n, F* d_out) {
    return CudaBackend().launch(n, MultiplyBase{d_x, d_y, d_out});
}
Result<void, Error> multiply(ConstExtPtr d_x, ConstExtPtr d_y, size_t n, ExtPtr d_out) {
    return CudaBackend().launch(n, MultiplyExt{d_x, d_y, d_out});
}
Result<void, Error> invert(ConstExtPtr d_x, size_t n, ExtPtr d_out) {
    return CudaBackend().launch(n, Invert{d_x, d_out});
}
Result<void, Error> fold_low(ConstExtPtr d_in, size_t n, const Ext& r, ExtPtr d_out) {
    return CudaBackend().launch(n, poly::FoldLow{d_in, d_out, r});
}
Result<void, Error> fold_low(const F* d_in, size_t n, const Ext& r, ExtPtr d_out) {
    return CudaBackend().launch(n, poly::FoldLowBase{d_in, d_out, r});
}
Result<void, Error> fold_stride(ConstExtPtr d_in, size_t n, unsigned log_stride, const Ext& r, ExtPtr d_out) {
    return CudaBackend().launch(n, poly::FoldStride{d_in, d_out, log_stride, r});
}
Result<void, Error> fill_eq(const Ext* point, unsigned log_n, const Ext& scale, ExtPtr d_out) {
    for (size_t k = 0; k < Ext::DEGREE; k++) ASHLAR_TRY(copy_to_device(d_out.plane(k), &scale.c[k], sizeof(F)));
    for (unsigned l = 0; l < log_n; l++)
        ASHLAR_TRY(CudaBackend().launch(size_t{1} << l, poly::EqDouble{d_out, size_t{1} << l, point[l]}));
    return {};
}
HostResult<std::array<Ext, 2>> sums(ConstExtPtr d_x, ConstExtPtr d_y, size_t n) {
    return CudaBackend().reduce<2>(n, Sums{d_x, d_y});
}

}  // namespace ashlar::cuda
