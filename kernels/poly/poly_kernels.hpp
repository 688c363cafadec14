// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/base/error.hpp"
#include "libs/field/extension.hpp"

/// Launchers of the multilinear kernels (libs/poly/kernels.hpp). Pointers are device pointers; work is queued on the
/// default stream.
namespace ashlar::cuda {

using field::ConstExtPtr;
using field::Ext;
using field::ExtPtr;
using field::F;

/// out[i] = x[i] y[i], i < n: products of F, and the same for E and inverses of E.
Result<void, Error> multiply(const F* d_x, const F* d_y, size_t n, F* d_out);
Result<void, Error> multiply(ConstExtPtr d_x, ConstExtPtr d_y, size_t n, ExtPtr d_out);
Result<void, Error> invert(ConstExtPtr d_x, size_t n, ExtPtr d_out);

/// See poly::fold_low, poly::fold_stride, poly::fill_eq.
Result<void, Error> fold_low(ConstExtPtr d_in, size_t n, const Ext& r, ExtPtr d_out);
Result<void, Error> fold_low(const F* d_in, size_t n, const Ext& r, ExtPtr d_out);
Result<void, Error> fold_stride(ConstExtPtr d_in, size_t n, unsigned log_stride, const Ext& r, ExtPtr d_out);
Result<void, Error> fill_eq(const Ext* point, unsigned log_n, const Ext& scale, ExtPtr d_out);

/// Sum over i of x[i] and of x[i] y[i]; waits for the result.
HostResult<std::array<Ext, 2>> sums(ConstExtPtr d_x, ConstExtPtr d_y, size_t n);

}  // namespace ashlar::cuda
