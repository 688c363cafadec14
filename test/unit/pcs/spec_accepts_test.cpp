// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "test/support/spec_prover.hpp"

// Proofs of fresh random witnesses, checked by the executable specification itself. Its path is the environment's
// ASHLAR_SPEC, by default ../shared/tools/protocol.py.
TEST_CASE("the specification accepts our proofs") {
    using namespace ashlar;
    using namespace ashlar::test;
    const char* from_environment = std::getenv("ASHLAR_SPEC");
    const std::string spec = from_environment ? from_environment : "../shared/tools/protocol.py";
    if (!std::filesystem::exists(spec)) {
        WARN("no specification at " << spec << " (set ASHLAR_SPEC)");
        std::cout << "ALL CASES SKIPPED\n";
        return;
    }
    exec::ThreadPool pool(2);
    std::string text;
    // The vectors give each profile's key digest as the specification computes it: its structure text is its own.
    const auto vectors = read_spec_cases("test/vectors/protocol_vectors.txt");
    size_t count = 0;
    for (const SpecCase& v : vectors) {
        if (v.system != "machine") continue;
        iop::ProvingKey key = spec_proving_key(v.system, *iop::named_profile(v.profile), exec::best_isa(), pool);
        key.vk.digest = v.digest;
        const auto seed = static_cast<uint32_t>(100 + count++);
        const SpecRun run = spec_run(seed, key.vk.profile, seed % 13, seed % 7, seed % 4, seed % 2, seed % 17);
        const auto proof = iop::prove(key, run.public_values, spec_traces(key.vk, run.tables), pool);
        REQUIRE(proof);
        SpecCase c = v;
        c.public_values.clear();
        for (field::F x : run.public_values) c.public_values.push_back(x.canonical());
        c.proof = *proof;
        text += write_spec_case(c);
    }
    REQUIRE(count == 16);
    const std::string path = (std::filesystem::temp_directory_path() / "ashlar_spec_accepts.txt").string();
    std::ofstream(path) << text;
    const std::string command =
        "PYTHONDONTWRITEBYTECODE=1 python3 test/vectors/protocol_vectors.py " + spec + " check " + path;
    REQUIRE(std::system(command.c_str()) == 0);
    std::filesystem::remove(path);
}
