// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

bool fill_precompiles(TraceBuilder& builder, const rv32::ChunkRecord& chunk) {
    bool ok = true;
    chips::PrecompileChips::for_each([&]<class C>() { ok &= builder.fill_precompile<C>(chunk); });
    return ok;
}

}  // namespace ashlar::machine
