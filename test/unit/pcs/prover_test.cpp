// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/pcs/verify.hpp"
#include "test/support/isas.hpp"
#include "test/support/spec_prover.hpp"

namespace {
using namespace ashlar;
using namespace ashlar::test;
}  // namespace

TEST_CASE("makes the specification's own proofs, byte by byte, on every instruction set") {
    exec::ThreadPool pool(2);
    for (exec::Isa isa : testable_isas())
        for (const SpecCase& c : read_spec_cases("test/vectors/protocol_vectors.txt")) {
            INFO(c.system << " under " << c.profile << " on " << exec::isa_name(isa));
            iop::ProvingKey key = spec_proving_key(c.system, *iop::named_profile(c.profile), isa, pool);
            REQUIRE(key.vk.prep_root == c.prep_root);
            key.vk.digest = c.digest;
            const auto proof = iop::prove(key, c.public_elements(), spec_traces(key.vk, c.tables), pool);
            REQUIRE(proof);
            const auto verdict = iop::verify(key.vk, c.public_elements(), *proof);
            INFO((verdict ? std::string_view("accepted") : to_string(verdict.error())));
            REQUIRE(verdict);
            REQUIRE((*proof == c.proof));
        }
}

TEST_CASE("larger witnesses are accepted under the real code paths") {
    exec::ThreadPool pool(2);
    for (exec::Isa isa : testable_isas())
        for (const char* profile : {"test", "spec-test-johnson", "spec-test"}) {
            const iop::ProvingKey key = spec_proving_key("machine", *iop::named_profile(profile), isa, pool);
            const bool big = key.vk.profile.s > 10;
            for (uint32_t scale : {1u, big ? 700u : 3u, big ? 3000u : 5u}) {
                const SpecRun run =
                    spec_run(scale, key.vk.profile, 3 * scale, 5 * scale, scale, 1, big ? 9 * scale : 20);
                INFO(profile << " scale " << scale << " on " << exec::isa_name(isa));
                const auto proof = iop::prove(key, run.public_values, spec_traces(key.vk, run.tables), pool);
                REQUIRE(proof);
                const auto verdict = iop::verify(key.vk, run.public_values, *proof);
                INFO((verdict ? std::string_view("accepted") : to_string(verdict.error())));
                REQUIRE(verdict);
            }
        }
}

TEST_CASE("a proof does not depend on threads or instruction set") {
    exec::ThreadPool one(1), three(3);
    const iop::Profile& profile = *iop::named_profile("test");
    const SpecRun run = spec_run(21, profile, 3000, 2000, 900, 1, 5000);
    Bytes first;
    for (exec::Isa isa : testable_isas())
        for (exec::ThreadPool* pool : {&one, &three}) {
            const iop::ProvingKey key = spec_proving_key("machine", profile, isa, *pool);
            const auto proof = iop::prove(key, run.public_values, spec_traces(key.vk, run.tables), *pool);
            REQUIRE(proof);
            if (first.empty()) first = *proof;
            REQUIRE((*proof == first));
        }
}

TEST_CASE("traces that do not fit the key are refused") {
    exec::ThreadPool pool(1);
    const iop::ProvingKey key = spec_proving_key("machine", *iop::named_profile("spec-test"), exec::best_isa(), pool);
    const SpecRun run = spec_run(1, key.vk.profile, 4, 4, 2, 1, 3);
    iop::Traces traces = spec_traces(key.vk, run.tables);
    traces.pop_back();
    REQUIRE(iop::prove(key, run.public_values, traces, pool).error().code == "trace_shape");
    traces = spec_traces(key.vk, run.tables);
    traces[2] = iop::Trace(key.vk.profile, 1, 3);
    REQUIRE(iop::prove(key, run.public_values, traces, pool).error().code == "height of a fixed table");
    traces = spec_traces(key.vk, run.tables);
    traces[0] = iop::Trace(key.vk.profile, 3, 5);
    REQUIRE(iop::prove(key, run.public_values, traces, pool).error().code == "trace_shape");
}
