// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cuda_runtime.h>

#include "libs/base/error.hpp"

namespace ashlar::cuda {

/// A CUDA status as a result, with the call's name in the message.
inline Result<void, Error> check(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return {};
    return fail("cuda", std::string(what) + ": " + cudaGetErrorName(status) + ", " + cudaGetErrorString(status));
}

/// Whether the launch just made was accepted; errors while it runs appear at the next synchronize().
inline Result<void, Error> check_launch(const char* what) { return check(cudaGetLastError(), what); }

}  // namespace ashlar::cuda
