// SPDX-License-Identifier: Apache-2.0
// A small run in several chunks, and what the tests of runs do with it.
#pragma once
#include <catch2/catch.hpp>

#include "libs/machine/prover.hpp"
#include "libs/machine/run_proof.hpp"
#include "test/support/sample_programs.hpp"

namespace ashlar::machine::test_run {

inline const iop::Profile& test_profile() { return *iop::named_profile("test"); }
inline const VerifyOptions IN_TESTS{.allow_test_profiles = true};

inline ProvingKey make_key(const rv32::Program& program) {
    exec::ThreadPool pool(2);
    auto key = setup(program, test_profile(), exec::best_isa(), pool);
    if (!key) FAIL(key.error().code << ": " << key.error().message);
    return std::move(*key);
}

inline Bytes prove_or_fail(const ProvingKey& key, uint64_t chunk_cycles, rv32::Stdin in = {}) {
    auto run = prove_run(key, std::move(in), {.chunk_cycles = chunk_cycles, .threads = 2, .check_committed = false});
    if (!run) FAIL(run.error().code << ": " << run.error().message);
    return std::move(run->proof);
}

inline VerifyCode code_of(const VerifyingKey& vk, BytesView proof, const VerifyOptions& options = IN_TESTS) {
    const auto r = verify_run(vk, proof, options);
    REQUIRE_FALSE(r);
    return r.error().code;
}

struct Sample {
    ProvingKey key = make_key(test::every_opcode_program(12));
    Bytes proof = prove_or_fail(key, 700);
};
inline const Sample& sample() {
    static const Sample s;
    return s;
}

}  // namespace ashlar::machine::test_run
