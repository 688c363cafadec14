// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/machine/prover.hpp"

namespace ashlar::machine {

struct SelftestReport {
    uint64_t cycles = 0;
    uint64_t chunks = 0;
    size_t proof_bytes = 0;
    double prove_seconds = 0;
    double verify_seconds = 0;
};

/// The program that selftest proves, assembled here from words: arithmetic, division, memory, branches, a hint, a
/// Keccak permutation and a commitment. `rounds` loops of about 20 instructions.
rv32::Program selftest_program(uint32_t rounds);

/// Sets up, proves and verifies the built-in program in two chunks, and asks that changed proofs are refused. Profiles
/// for tests are accepted here.
///
/// Error codes: those of setup and prove_run; selftest_verify (an honest proof is refused), selftest_accepts (a changed
/// proof is accepted), selftest_result (the program computed something else than expected).
HostResult<SelftestReport> selftest(const iop::Profile& profile, exec::Isa isa, size_t threads = 0);

}  // namespace ashlar::machine
