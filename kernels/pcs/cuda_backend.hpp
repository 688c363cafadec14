// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/pcs/backend.hpp"

namespace ashlar::cuda {

/// The backend of one device: commitments and the opening. Cells go up once; the extension of the stack is never in
/// memory as a whole (15 columns at a time). Errors: `cuda`, with the call or kernel that failed.
HostResult<std::shared_ptr<const pcs::Backend>> make_backend(const iop::Profile& profile, int device);

}  // namespace ashlar::cuda
