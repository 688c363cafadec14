// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "libs/base/error.hpp"
#include "libs/iop/prover_functions.hpp"
#include "libs/pcs/backend.hpp"

namespace ashlar::pcs {

/// What a prover holds: the verifying key, the preprocessed columns with their commitment, the kernels of one
/// instruction set, and the backend. Immutable; several provers may use it at once.
struct ProvingKey {
    iop::VerifyingKey vk;
    exec::Isa isa = exec::Isa::scalar;
    std::vector<iop::TableKernels> kernels;
    iop::Traces prep;  // one for each table; empty for tables without preprocessed columns
    std::shared_ptr<const Backend> backend;
    std::unique_ptr<Stack> prep_stack;  // null without preprocessed columns, as is the next
    std::unique_ptr<Oracle> prep_oracle;
};

/// The parts of a key that a machine gives; see iop::VerifyingKey.
struct KeyParts {
    iop::System system;
    iop::Profile profile;
    hash::Digest structure{};
    std::vector<F> extra;
    std::vector<iop::HeightBound> height_bounds;
    /// Preprocessed columns of each table, at their fixed heights (h = h'); height 0 without.
    iop::Traces prep;
    std::vector<iop::TableKernels> kernels;  // make_kernels<Lane, Set>() for `isa`
    exec::Isa isa = exec::Isa::scalar;
    std::shared_ptr<const Backend> backend = nullptr;  // for `profile`; null: the processor's, for `isa`
};
/// Commits to the preprocessed columns and makes both keys. Errors: `key_invalid`, and the backend's.
HostResult<ProvingKey> make_proving_key(KeyParts parts, exec::ThreadPool& pool);

/// The prover without the honesty: for tests of the verifier.
struct Lies {
    iop::ProverHooks* hooks = nullptr;
    const iop::Traces* committed = nullptr;          // what is committed, when the rest of the proof speaks of `traces`
    const std::vector<uint32_t>* heights = nullptr;  // claimed heights
};

/// Proves that `traces` satisfy the system with these public values. Believes its input: a wrong witness gives a proof
/// that is rejected. `traces` has one entry for each table (main columns); a fixed table's height is the key's.
/// Deterministic: the same input gives the same bytes on any instruction set and number of threads.
/// Errors: `trace_shape`, the limits of VerifyError by name, and the backend's.
HostResult<Bytes> prove(const ProvingKey& key, std::span<const F> public_values, const iop::Traces& traces,
                        exec::ThreadPool& pool, iop::StageTimes* times = nullptr, const Lies& lies = {});

}  // namespace ashlar::pcs

namespace ashlar::iop {
using pcs::prove;
using pcs::ProvingKey;
}  // namespace ashlar::iop
