// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <set>

#include "libs/iop/profile.hpp"

namespace {
using namespace ashlar::iop;
Profile chunk() { return *named_profile("chunk"); }
template <class Change>
std::string changed(Change&& change) {
    Profile p = chunk();
    change(p);
    return check(p);
}
}  // namespace

TEST_CASE("all named profiles are in range and have different ids") {
    std::set<std::vector<uint32_t>> ids;
    for (const Profile& p : all_profiles()) {
        INFO(p.name << ": " << check(p));
        REQUIRE(check(p).empty());
        std::vector<uint32_t> id;
        for (auto x : p.id()) id.push_back(x.canonical());
        ids.insert(id);
    }
    REQUIRE(ids.size() == all_profiles().size());
    REQUIRE(all_profiles().size() == 9);
    REQUIRE(named_profile("unknown") == nullptr);
}

TEST_CASE("the profile for tests of machines has room for their fixed tables") {
    const Profile& p = *named_profile("test");
    REQUIRE(p.s + p.max_log_slices == 24);
    REQUIRE(p.max_log_height >= 20);
    REQUIRE(p.for_tests);
}

TEST_CASE("parameters out of range are refused") {
    REQUIRE(changed([](Profile&) {}).empty());
    REQUIRE(changed([](Profile& p) { p.s = 24, p.k = {6, 6, 6}; }) == "leaf domain above 2^24");
    REQUIRE(changed([](Profile& p) { p.lir[0] = 0; }) == "rate of an oracle");
    REQUIRE(changed([](Profile& p) { p.queries[0] = 0; }) == "number of queries");
    REQUIRE(changed([](Profile& p) { p.query_pow[0] = 25; }) == "proof of work above 24 bits");
    REQUIRE(changed([](Profile& p) { p.fold_pow[3] = 25; }) == "proof of work above 24 bits");
    REQUIRE(changed([](Profile& p) { p.logup_pow = 25; }) == "proof of work above 24 bits");
    REQUIRE(changed([](Profile& p) { p.max_log_fracs = 31; }) == "number of fractions");
    REQUIRE(changed([](Profile& p) { p.log_top = 31; }) == "number of fractions");
    REQUIRE(changed([](Profile& p) { p.max_log_height = 25; }) == "height or number of slices");
    REQUIRE(changed([](Profile& p) { p.k = {5, 5}; }) == "a list does not have one entry for each oracle");
    REQUIRE(changed([](Profile& p) { p.k[0] = 0; }) == "folding factor");
    REQUIRE(changed([](Profile& p) {
                p.k = {5, 5, 4};
                p.s = 21;
            }) == "more than 2^6 final values");
    REQUIRE(changed([](Profile& p) { p.k = {9, 9, 9}; }) == "more than 2^6 final values");
    REQUIRE(changed([](Profile& p) { p.min_block = 22; }) == "smallest block is larger than a slice");
    REQUIRE(changed([](Profile& p) { p.tall = 1; }) == "tall is below 2");
    REQUIRE(changed([](Profile& p) { p.ood[1] = 1; }) == "out-of-domain samples go with the Johnson regime");
    REQUIRE(changed([](Profile& p) { p.johnson[1] = 3; }) == "out-of-domain samples go with the Johnson regime");
}
