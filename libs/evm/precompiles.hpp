// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/evm/revision.hpp"

namespace ashlar::evm {

/// Number of the precompiled contract at `address` (its low 16 bits), or 0 if there is none under `revision`.
unsigned precompile_at(Revision revision, const Address& address);

/// Addresses of all precompiled contracts of `revision`, which are warm from the start (EIP-2929).
std::vector<Address> precompile_addresses(Revision revision);

struct PrecompileResult {
    bool ok = false;
    /// Zero after a failure.
    uint64_t gas_left = 0;
    Bytes output = {};
    /// The operands are longer than any address reaches, and the gas may have paid for them: see Host::beyond_memory.
    bool beyond_memory = false;
};

/// Runs precompiled contract `number` (from precompile_at, not 0). Too little gas and malformed input are failures.
PrecompileResult run_precompile(Revision revision, unsigned number, BytesView input, uint64_t gas);

}  // namespace ashlar::evm
