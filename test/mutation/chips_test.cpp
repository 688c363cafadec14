// SPDX-License-Identifier: Apache-2.0
// Removes every constraint and every lookup of every chip of the machine in turn and asks what notices. Whole, for wide
// chips too: build/release/test/mutation/test_mutation_chips "[whole]", or with a chip's name: ... "[whole]" -c
// secp256k1_fp
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "test/mutation/pins.hpp"
#include "test/mutation/survivors.hpp"

using namespace ashlar;
using namespace ashlar::mutation;

namespace {

/// "c3 c4 i12": constraints and interactions by their index.
std::string survivors(const Report& r) {
    std::string out;
    for (const auto& [check, killer] : r.checks)
        if (killer == Killer::none)
            out +=
                fmt::format("{}{}{}", out.empty() ? "" : " ", check.kind == Check::constraint ? 'c' : 'i', check.index);
    return out;
}

void print(const Report& r) {
    fmt::print("{}: {} checks", r.chip, r.checks.size());
    for (size_t k = 0; k < std::size(KILLER_NAMES); k++) {
        const auto killer = static_cast<Killer>(k);
        const size_t c = r.count(killer, Check::constraint), l = r.count(killer, Check::interaction);
        if (c + l > 0) fmt::print("; {}: {} constraints, {} lookups", KILLER_NAMES[k], c, l);
    }
    fmt::print("\n    {{\"{}\", {{{}}}, {}, {}}},  // {}\n", r.chip, fmt::join(r.kernels, ", "),
               r.count(Killer::none, Check::constraint), r.count(Killer::none, Check::interaction), survivors(r));
    std::fflush(stdout);
}

}  // namespace

TEST_CASE("every check of a chip has a killer, but for those counted here", "[mutation]") {
    std::map<Killer, std::array<size_t, 2>> totals;
    REQUIRE(subjects().size() == std::size(PINS));
    for (size_t t = 0; t < subjects().size(); t++) {
        const Report r = examine(*subjects()[t], Effort::quick);
        const Pin& pin = PINS[t];
        INFO(r.chip << ": " << survivors(r));
        CHECK(r.chip == pin.chip);
        for (const auto& problem : r.problems) FAIL_CHECK(problem);
        CHECK(r.kernels == pin.kernels);
        CHECK(r.count(Killer::none, Check::constraint) <= pin.constraints);
        CHECK(r.count(Killer::none, Check::interaction) <= pin.lookups);
        for (const auto& [check, killer] : r.checks) totals[killer][check.kind == Check::constraint ? 0 : 1]++;
    }
    for (const auto& [k, n] : totals)
        fmt::print("{}: {} constraints, {} lookups\n", KILLER_NAMES[static_cast<size_t>(k)], n[0], n[1]);
}

TEST_CASE("what notices the loss of each check, by chip", "[.][quick]") {
    for (const auto& s : subjects()) print(examine(*s, Effort::quick));
}
TEST_CASE("the same, searching wide chips by samples", "[.][sample]") {
    for (const auto& s : subjects()) print(examine(*s, Effort::sample));
}
TEST_CASE("the same, searching everywhere", "[.][whole]") {
    for (const auto& s : subjects()) DYNAMIC_SECTION(s->chip.name) {
            print(examine(*s, Effort::whole));
        }
}
