// SPDX-License-Identifier: Apache-2.0
// Chips evaluated at a point by a program give what the verifier computes.
#include "libs/recursion/evaluate.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>

#include "libs/chips/core.hpp"
#include "libs/iop/system.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/execute.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

/// Evaluates one chip at random columns with random weights; returns the number of instructions.
template <air::Chip C>
size_t compare(std::mt19937_64& rng) {
    const auto random = [&](size_t n) {
        std::vector<Ext> out(n);
        for (Ext& x : out) x = test::ext(rng(), rng(), rng(), rng(), rng());
        return out;
    };
    const iop::TableInfo info = iop::make_table<C>();
    size_t longest = 0;
    for (uint32_t l : info.message_lengths) longest = std::max<size_t>(longest, l);
    const auto w = random(longest + 1), prefix = random(info.num_interactions()), powers = random(info.num_constraints),
               others = random(2), columns = random(info.num_columns());
    const Ext expected = info.at_point({others[0], w, prefix, powers, others[1]}, columns);

    Emitter e(0);
    std::vector<Ext> advice;
    const auto give = [&](const std::vector<Ext>& values) {
        advice.insert(advice.end(), values.begin(), values.end());
        std::vector<Element> out;
        for (size_t i = 0; i < values.size(); i++) out.push_back(e.advice());
        return out;
    };
    PointWeights weights{{}, give(w), give(prefix), give(powers), {}};
    const auto rest = give(others);
    weights.alpha = rest[0];
    weights.mu = rest[1];
    const auto cells = give(columns);
    const size_t before = e.size();
    const Element value = evaluate_at_point<C>(weights, cells);
    const size_t instructions = e.size() - before;
    e.assert_constant(value, expected);
    const auto run = execute(e.finish(), advice);
    INFO(C::NAME << " " << (run ? "" : run.error().message));
    CHECK(run.has_value());
    return instructions;
}

template <class Set>
size_t compare_all() {
    std::mt19937_64 rng(2);
    size_t sum = 0;
    Set::for_each([&]<class C>() {
        const size_t n = compare<C>(rng);
        fmt::print("{}: {} instructions\n", C::NAME, n);
        sum += n;
    });
    return sum;
}

}  // namespace

TEST_CASE("chips of the field machine evaluated by a program", "[recursion]") {
    fmt::print("{} instructions for all\n", compare_all<FieldMachineChips>());
}
TEST_CASE("core chips of the rv32im machine evaluated by a program", "[recursion]") {
    const size_t sum = compare_all<chips::TableChips>() + compare_all<chips::AluChips>() +
                       compare_all<chips::ControlChips>() + compare_all<chips::CallChips>() +
                       compare_all<chips::BoundaryChips>();
    fmt::print("{} instructions for all\n", sum);
}

TEST_CASE("a value with a name is computed once, a temporary goes on", "[recursion]") {
    Emitter e(0);
    const EmittedValue a = e.advice(), b = e.advice(), c = e.advice();
    size_t before = e.size();
    const EmittedValue named = a * b;
    CHECK(e.size() == before);  // not yet
    const Element x = (named + c).element(), y = (named - c).element();
    CHECK(e.size() == before + 3);
    before = e.size();
    const Element z = (a * b + c).element();
    CHECK(e.size() == before + 1);
    const EmittedValue folded = EmittedValue(F::TWO) * F::TWO + F::ONE;
    CHECK(e.size() == before + 1);
    const Element scaled = (folded * a + EmittedValue(F::ZERO) * b).element();
    CHECK(e.size() == before + 2);
    (void)x, (void)y, (void)z, (void)scaled;
}
