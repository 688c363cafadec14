// SPDX-License-Identifier: Apache-2.0
// Guest memory against gas: what a transaction has freed must not count.
#include <catch2/catch.hpp>

#include "test/bench/ethereum/guest_profile.hpp"
#include "test/bench/ethereum/worst_families.hpp"

using namespace ashlar;

namespace {

constexpr uint64_t GUEST_BYTES = uint64_t{0x7800'0000} - 0x40'0000;  ///< from the end of the program on
constexpr uint64_t BLOCK_GAS = 2'000'000'000;                        ///< of one transaction

/// Guest memory that a block of one family takes.
uint64_t memory_of(const bench::Guest& guest, const std::string& name, uint64_t gas) {
    const auto families = bench::worst_families(gas, "test/vectors/crypto", name);
    REQUIRE(families);
    for (const auto& family : *families) {
        if (family.name != name) continue;
        const auto block = test::make_block(evm::Revision::prague, family.accounts, family.transactions);
        REQUIRE(block);
        const auto inputs = ethereum::make_inputs(block->config, block->rlp, block->witness, ~uint64_t{0});
        REQUIRE(inputs);
        const auto& s = inputs->subblocks.at(0);
        const auto report = rv32::execute(guest.program, {{s.environment, s.state, s.codes}});
        REQUIRE(report);
        if (report->fault) FAIL(report->fault->message);
        CHECK(report->committed == s.claim.encode());
        CHECK(s.gas() > gas / 10 * 9);
        return report->memory_bytes;
    }
    FAIL("no family " << name);
    return 0;
}

}  // namespace

TEST_CASE("the slope of a transaction's memory, drawn on to 2 Ggas, stays within the heap") {
    const auto guest = bench::load_guest(ASHLAR_GUEST_DIR "/subblock-elf");
    REQUIRE(guest);
    // What a call frees the next one uses; what has to stay (journal, transient storage, logs) takes less than a byte a
    // gas. Memory of calls in calls is not here: it grows with the root of the gas.
    constexpr uint64_t LITTLE = 2'000'000, MUCH = 8'000'000;
    for (const char* name :
         {"CALL, 24 KB returned", "CALL, SSTORE in it", "SSTORE warm", "TSTORE", "TSTORE, new keys", "LOG0 empty",
          "SLOAD cold", "identity 8192 B", "CREATE2, 48 KB init code", "CALL, no code"}) {
        const uint64_t little = memory_of(*guest, name, LITTLE), much = memory_of(*guest, name, MUCH);
        const double per_gas = static_cast<double>(much > little ? much - little : 0) / (MUCH - LITTLE);
        INFO(name << ": " << little << " bytes for 2 Mgas, then " << per_gas << " a gas");
        CHECK(static_cast<double>(little) + per_gas * BLOCK_GAS < GUEST_BYTES);
    }
}
