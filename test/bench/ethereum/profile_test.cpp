// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <numeric>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "test/bench/ethereum/guest_profile.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;

TEST_CASE("the parts of a subblock's cycles sum up to the cycles of an unobserved run") {
    const auto folders = test::block_folders();
    if (folders.empty()) {
        WARN("data/blocks is absent (ASHLAR_DATA): no block was profiled");
        return;
    }
    const auto guest = bench::load_guest(ASHLAR_GUEST_DIR "/subblock-elf");
    REQUIRE(guest);
    for (const auto& folder : folders) {
        if (folder.string().find("mainnet-21429020") == std::string::npos) continue;
        auto data = ethereum::read_block_folder(folder);
        REQUIRE(data);
        const auto inputs = ethereum::make_inputs(test::chain_of(folder), data->block_rlp, data->witness, 200'000);
        REQUIRE(inputs);
        REQUIRE(inputs->subblocks.size() > 1);
        for (const auto& s : inputs->subblocks) {
            const rv32::Stdin in{{s.environment, s.state, s.codes}};
            const auto p = bench::profile(guest->program, in, guest->symbols, bench::subblock_phases());
            REQUIRE(p);
            CHECK(p->report.committed == s.claim.encode());
            const auto plain = rv32::execute(guest->program, in);
            REQUIRE(plain);
            CHECK(plain->cycles == std::accumulate(p->phases.begin(), p->phases.end(), uint64_t{0}));
            for (size_t i = 0; i < p->phases.size(); i++) {
                INFO("phase " << i);
                CHECK(p->phases[i] > 0);
                CHECK(p->phases[i] == std::accumulate(p->functions[i].begin(), p->functions[i].end(), uint64_t{0}));
            }
            // The named parts are nearly all of the program.
            CHECK(p->phases.back() * 5 < plain->cycles);
            // Where a phase begins and ends: each transaction's key is recovered once, in one subblock with the making
            // of a table.
            const uint64_t keys = p->phases[2] / (s.claim.end - s.claim.begin);
            CHECK(keys > 3'000);
            CHECK(keys < 80'000);
        }
    }
}

TEST_CASE("a phase whose function is not in the program is an error, not an empty part") {
    const auto guest = bench::load_guest(ASHLAR_GUEST_DIR "/subblock-elf");
    REQUIRE(guest);
    const auto p = bench::profile(guest->program, {}, guest->symbols, {{"none", {"ashlar::no_such_function"}}});
    REQUIRE_FALSE(p);
    CHECK(p.error().code == "unknown_phase_function");
}
