// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "libs/iop/security.hpp"

// Oracle: the soundness tool's own figures, test/vectors/security_vectors.txt (see security_vectors.py).
namespace {
using namespace ashlar::iop;
constexpr MachineSize MACHINE{4000, 4000, 15};  // as in the vectors; 16 with the bus id
}  // namespace

TEST_CASE("every component agrees with the soundness tool for every number of slices") {
    std::ifstream file("test/vectors/security_vectors.txt");
    std::string profile, component;
    uint32_t k0 = 0;
    double bits = 0;
    size_t compared = 0, sets = 0, figures = 0;
    while (file >> profile >> k0 >> component >> bits) {
        const Profile* p = named_profile(profile);
        REQUIRE(p != nullptr);
        INFO(profile << " k0 " << k0 << " " << component);
        if (k0 == 0) {
            const SecurityBits all = security_summary(*p, MACHINE);
            const double ours = component == "minimum" ? all.minimum : component == "sum" ? all.sum : all.without_work;
            REQUIRE(ours == Approx(bits).epsilon(0).margin(1e-4));  // the terms that the tool leaves out are in the sum
            figures++;
            continue;
        }
        if (component == "needs") {
            REQUIRE(bits == 1);
            sets++;
            continue;
        }
        std::replace(component.begin(), component.end(), '_', ' ');
        bool found = false;
        for (const SecurityComponent& c : security_components(*p, k0, MACHINE))
            if (c.name == component) {
                found = true;
                REQUIRE(c.bits == Approx(bits).epsilon(0).margin(1e-6));
            }
        REQUIRE(found);
        compared++;
    }
    REQUIRE(sets == 4 * 8);
    REQUIRE(figures == 4 * 3);
    REQUIRE(compared > 400);
}

TEST_CASE("the real profiles reach 128 bits, the test profiles do not") {
    for (const Profile& p : all_profiles()) {
        INFO(p.name << " " << security_bits(p, MACHINE));
        if (p.for_tests)
            REQUIRE(security_bits(p, MACHINE) < 30);
        else
            REQUIRE(security_bits(p, MACHINE) >= 128);
    }
    REQUIRE(collision_bits() > 139);
}

TEST_CASE("the three figures of a profile tell rounds, work and regime apart") {
    for (const char* name : {"chunk", "chunk-small", "fold", "final"}) {
        const Profile& p = *named_profile(name);
        const SecurityBits all = security_summary(p, MACHINE);
        INFO(name << " " << all.minimum << " " << all.sum << " " << all.without_work);
        REQUIRE(all.sum < all.minimum);
        REQUIRE(all.sum > all.minimum - 5);
        Profile free = p;  // the same without work: that figure must be its minimum, and no other figure may rise
        free.logup_pow = 0;
        for (auto* list : {&free.query_pow, &free.fold_pow}) std::fill(list->begin(), list->end(), 0);
        REQUIRE(security_summary(free, MACHINE).minimum == Approx(all.without_work));
        REQUIRE(security_summary(free, MACHINE).without_work == Approx(all.without_work));
        REQUIRE(uses_johnson_bound(p) == (p.name == "final"));
    }
}

TEST_CASE("what the tool leaves out is far below the rest") {
    for (const Profile& p : all_profiles())
        for (const SecurityComponent& c : security_components(p, 5, MACHINE))
            for (const char* name : {"mu", "top point", "last gamma", "final sumcheck"})
                if (c.name == name) REQUIRE(c.bits > 145);
}

TEST_CASE("weaker parameters give fewer bits") {
    const Profile& base = *named_profile("chunk-small");
    const double bits = security_bits(base, MACHINE);
    auto with = [&](auto&& change) {
        Profile p = base;
        change(p);
        return security_bits(p, MACHINE);
    };
    REQUIRE(with([](Profile& p) { p.queries[0] -= 20; }) < bits - 5);
    REQUIRE(with([](Profile& p) { p.query_pow[2] = 0; }) < bits - 10);
    REQUIRE(with([](Profile& p) { p.logup_pow = 0; }) < bits - 1);
    REQUIRE(with([](Profile& p) { p.lir[3] = 1; }) < bits - 10);
}

TEST_CASE("the public calculator was given our profiles") {
    // test/oracle/soundcalc_bits.txt, made by soundcalc_bits.py there.
    std::ifstream file("test/oracle/soundcalc_bits.txt");
    std::set<std::string> seen;
    for (std::string line; std::getline(file, line);) {
        std::istringstream in(line);
        std::string profile, what;
        in >> profile >> what;
        const Profile* p = named_profile(profile);
        REQUIRE(p != nullptr);
        std::vector<uint32_t> given;
        for (uint32_t x; in >> x;) given.push_back(x);
        INFO(line);
        if (what == "words") {
            const auto words = p->words();
            REQUIRE(given.size() == 2 + p->k.size() + 6 * p->num_oracles() + 1);
            CHECK(std::equal(given.begin(), given.end(), words.begin()));
            seen.insert(profile);
        } else if (what != "fold_0" && profile != "final") {
            // It judges folds of oracle 0, and of lists, over a longer code than ours is.
            for (uint32_t bits : given) CHECK(bits >= 128);
        }
    }
    CHECK(seen == std::set<std::string>{"chunk", "chunk-small", "final", "fold"});
}
