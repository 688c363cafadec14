// SPDX-License-Identifier: Apache-2.0
// Proofs of small programs, from the emitter to the verifier.
#include <catch2/catch.hpp>

#include "libs/pcs/verify.hpp"
#include "libs/recursion/prover.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

exec::ThreadPool& pool() {
    static exec::ThreadPool p(2);
    return p;
}

}  // namespace

TEST_CASE("a run of a program is proven and verified", "[recursion]") {
    const iop::Profile& profile = *iop::named_profile("spec-test");
    for (const auto& sample : {test::polynomial_program(9), test::collatz_program(6, 7), test::nested_program(4)}) {
        const auto key = setup(sample.program, profile, exec::best_isa(), pool());
        REQUIRE(key.has_value());
        const auto proven = prove(*key, sample.advice, pool());
        INFO((proven ? "" : proven.error().message));
        REQUIRE(proven.has_value());
        CHECK(std::equal(sample.output.begin(), sample.output.end(), proven->public_values.begin() + 1));
        CHECK(pcs::verify(key->vk(), proven->public_values, proven->proof).has_value());
        // Another output, another program.
        for (size_t i = 1; i < proven->public_values.size(); i++) {
            auto other = proven->public_values;
            other[i] += F::ONE;
            CHECK_FALSE(pcs::verify(key->vk(), other, proven->proof).has_value());
        }
        Program changed = sample.program;
        changed.code[changed.code.size() / 2].field[0] += F::ONE;
        const auto other_key = setup(changed, profile, exec::best_isa(), pool());
        CHECK_FALSE(pcs::verify(other_key->vk(), proven->public_values, proven->proof).has_value());
    }
}

TEST_CASE("keys and proofs of the field machine are deterministic", "[recursion]") {
    const auto sample = test::collatz_program(6, 7);
    const iop::Profile& profile = *iop::named_profile("spec-test");
    std::vector<Bytes> proofs;
    std::vector<hash::Digest> keys;
    for (const exec::Isa isa : {exec::Isa::scalar, exec::best_isa()}) {
        const auto key = setup(sample.program, profile, isa, pool());
        keys.push_back(key->vk().digest);
        proofs.push_back(prove(*key, sample.advice, pool())->proof);
    }
    CHECK(keys[0] == keys[1]);
    CHECK(proofs[0] == proofs[1]);
}

TEST_CASE("runs and programs that do not fit are refused by name", "[recursion]") {
    const iop::Profile& profile = *iop::named_profile("spec-test");
    const auto key = setup(test::nested_program(1).program, profile, exec::best_isa(), pool());
    const auto large = test::nested_program(60);
    const auto run = prove(*key, large.advice, pool());
    REQUIRE_FALSE(run.has_value());
    CHECK(run.error().code == "run_too_large");
    CHECK(setup(Program{}, profile, exec::best_isa(), pool()).error().code == "program_empty");
}
