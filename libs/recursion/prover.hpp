// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/pcs/prove.hpp"
#include "libs/recursion/execute.hpp"

namespace ashlar::recursion {

/// What a prover holds of a program under a profile.
struct ProvingKey {
    Program program;
    pcs::ProvingKey proof;

    const iop::VerifyingKey& vk() const { return proof.vk; }
};

/// Commits to the program. Deterministic: the same program and profile give the same key anywhere. Error codes:
/// program_empty, program_too_large, key_invalid.
HostResult<ProvingKey> setup(Program program, const iop::Profile& profile, exec::Isa isa, exec::ThreadPool& pool);

/// A proven run: pcs::verify(vk, public values, proof) accepts it. The public values are the number of rows of the
/// memory table, which says nothing, and the output.
struct Proven {
    std::vector<F> public_values;
    Bytes proof;
};
/// Error codes: those of execute; run_too_large if the tables do not fit the profile.
HostResult<Proven> prove(const ProvingKey& key, const Advice& advice, exec::ThreadPool& pool,
                         iop::StageTimes* times = nullptr);

}  // namespace ashlar::recursion
