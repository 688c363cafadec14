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

TEST_CASE("each limit of a profile is where it is said to be") {
    const auto fits = [](auto&& change) { return changed(change).empty(); };
    const auto oracles = [](size_t n) {
        return [n](Profile& p) {  // s <= 22, so that the first leaf domain has room for a rate
            p.k.assign(n - 1, 1);
            p.s = static_cast<uint32_t>(n + 5);
            p.lir.assign(n, 2);
            for (auto* list : {&p.query_pow, &p.fold_pow, &p.ood, &p.johnson}) list->assign(n, 0);
            p.queries.assign(n, 1);
        };
    };
    CHECK(fits(oracles(16)));
    CHECK(changed(oracles(17)) == "more than 16 oracles, or slices above 2^24");
    CHECK(changed([](Profile& p) { p.s = 25; }) == "more than 16 oracles, or slices above 2^24");
    const auto one_fold = [](uint32_t k) {
        return [k](Profile& p) {
            p.k = {k};
            for (auto* list : {&p.lir, &p.queries, &p.query_pow, &p.fold_pow, &p.ood, &p.johnson}) list->resize(2);
        };
    };
    CHECK(fits(one_fold(21)));  // all of s
    CHECK(changed(one_fold(22)) == "folding factor");
    CHECK(fits(one_fold(15)));
    CHECK(changed(one_fold(14)) == "more than 2^6 final values");
    CHECK(changed([](Profile& p) { p.k = {8, 8, 8}; }) == "more than 2^6 final values");
    for (auto list :
         {&Profile::lir, &Profile::queries, &Profile::query_pow, &Profile::fold_pow, &Profile::ood, &Profile::johnson})
        CHECK(changed([&](Profile& p) { (p.*list).pop_back(); }) == "a list does not have one entry for each oracle");
    CHECK(changed([](Profile& p) { p.lir[3] = 24; }) == "leaf domain above 2^24");
    CHECK(changed([](Profile& p) { p.lir[3] = 25; }) == "rate of an oracle");
    CHECK(changed([](Profile& p) { p.lir[3] = UINT32_MAX; }) == "rate of an oracle");
    CHECK(fits([](Profile& p) { p.lir[3] = 18; }));  // and 6 variables
    CHECK(changed([](Profile& p) { p.lir[3] = 19; }) == "leaf domain above 2^24");
    CHECK(fits([](Profile& p) { p.queries[1] = 1; }));
    CHECK(fits([](Profile& p) { p.queries[1] = 1 << 16; }));
    CHECK(changed([](Profile& p) { p.queries[1] = (1 << 16) + 1; }) == "number of queries");
    CHECK(fits([](Profile& p) { p.query_pow[0] = p.fold_pow[3] = p.logup_pow = 24; }));
    CHECK(fits([](Profile& p) { p.johnson[1] = 3, p.ood[1] = 16; }));
    CHECK(changed([](Profile& p) { p.johnson[1] = 3, p.ood[1] = 17; }) == "more than 16 out-of-domain samples");
    CHECK(fits([](Profile& p) { p.min_block = 21; }));
    CHECK(fits([](Profile& p) { p.tall = 2; }));
    CHECK(fits([](Profile& p) { p.log_top = p.max_log_fracs = 30; }));
    CHECK(changed([](Profile& p) { p.max_log_fracs = 9, p.log_top = 10; }) == "number of fractions");
    CHECK(fits([](Profile& p) { p.max_log_height = 24, p.max_log_slices = 12; }));
    CHECK(changed([](Profile& p) { p.max_log_slices = 13; }) == "height or number of slices");
}
