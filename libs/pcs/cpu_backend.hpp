// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/pcs/backend.hpp"

namespace ashlar::pcs {

/// The backend of this processor, with the loops of one instruction set. Its steps never fail.
std::shared_ptr<const Backend> make_cpu_backend(const iop::Profile& profile, exec::Isa isa, exec::ThreadPool& pool);

}  // namespace ashlar::pcs
