// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/pcs/prove.hpp"
#include "test/support/spec_vectors.hpp"

namespace ashlar::test {

/// A proving key of the specification's system ("machine" or "lone"), its own digest in place; without `backend` the
/// processor's.
iop::ProvingKey spec_proving_key(const std::string& system, const iop::Profile& profile, exec::Isa isa,
                                 exec::ThreadPool& pool, std::shared_ptr<const pcs::Backend> backend = nullptr);
/// The case's witness.
iop::Traces spec_traces(const iop::VerifyingKey& vk, const std::vector<SpecCase::Table>& tables);
/// An honest random witness of the machine with these heights (steps, accesses, cells, ones, cubes) and its public
/// values; heights of cells and ones as the specification's `run`.
struct SpecRun {
    std::vector<field::F> public_values;
    std::vector<SpecCase::Table> tables;
};
SpecRun spec_run(uint64_t seed, const iop::Profile& profile, uint32_t steps, uint32_t accesses, uint32_t cells,
                 uint32_t ones, uint32_t cubes);

}  // namespace ashlar::test
