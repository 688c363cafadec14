// SPDX-License-Identifier: Apache-2.0
// Programs of the field machine: written, run, refused.
#include <catch2/catch.hpp>
#include <random>

#include "libs/recursion/execute.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;
using test::ext;
using namespace field::literals;

namespace {

std::string code_of(const HostResult<Run>& run) { return run ? "ok" : run.error().code; }

std::vector<F> output_of(const test::SampleProgram& s) {
    const auto run = execute(s.program, s.advice);
    INFO((run ? "" : run.error().message));
    REQUIRE(run.has_value());
    return run->output;
}

}  // namespace

TEST_CASE("arithmetic computes what it says", "[recursion]") {
    std::mt19937_64 rng(1);
    const auto random = [&] { return ext(rng(), rng(), rng(), rng(), rng()); };
    const F k = F::reduce(uint32_t{123456789});
    for (int round = 0; round < 20; round++) {
        const Ext x = random(), y = random(), z = random(), w = random();
        Emitter e(0);
        const Element a = e.advice(), b = e.advice(), c = e.advice(), d = e.advice();
        const auto check = [&](const Expression& left, const Ext& right) { e.assert_equal(left, e.constant(right)); };
        check(a * b + c, x * y + z);
        check(a * b - c, x * y - z);
        check(c - a * b, z - x * y);
        check(c * k - a * b, z * k - x * y);
        check(-(a * b), -(x * y));
        check(-(a * b) - c, -(x * y) - z);
        check(a + b, x + y);
        check(a - b, x - y);
        check(a * k + b * k, (x + y) * k);
        check(a * k - b, x * k - y);
        check(F::ONE - a, F::ONE - x);
        check(a * k + F::TWO, x * k + F::TWO);
        check((a * b + c) * k, (x * y + z) * k);
        check(a * b + c * d, x * y + z * w);
        check(a * b - c * d + b * k, x * y - z * w + y * k);
        check((a + b) * (c - d), (x + y) * (z - w));
        check(a - a, Ext::zero());
        check(e.constant(k) * a, x * k);
        check(e.constant(F::ZERO), Ext::zero());
        const std::vector<Ext> advice = {x, y, z, w};
        const auto run = execute(e.finish(), advice);
        INFO((run ? "" : run.error().message));
        CHECK(run.has_value());
    }
}

TEST_CASE("one instruction for each product with a sum", "[recursion]") {
    const auto instructions = [](const auto& body) {
        Emitter e(0);
        const Element a = e.advice(), b = e.advice(), c = e.advice();
        const size_t before = e.size();
        [[maybe_unused]] const Element x = body(a, b, c);
        return e.size() - before;
    };
    CHECK(instructions([](auto& a, auto& b, auto& c) { return a * b + c; }) == 1);
    CHECK(instructions([](auto& a, auto& b, auto& c) { return a * b - c * 5_f; }) == 1);
    CHECK(instructions([](auto& a, auto& b, auto& c) { return c - a * b; }) == 1);
    CHECK(instructions([](auto& a, auto& b, auto&) { return a - b * 7_f; }) == 1);
    CHECK(instructions([](auto& a, auto&, auto&) { return Expression(a); }) == 0);
}

TEST_CASE("loops, conditionals, subroutines", "[recursion]") {
    for (uint32_t n : {1u, 2u, 17u}) {
        const auto s = test::polynomial_program(n);
        CHECK(output_of(s) == s.output);
    }
    const auto collatz = test::collatz_program(27, 12);
    CHECK(output_of(collatz) == collatz.output);
    const auto none = test::collatz_program(1, 1);
    CHECK(output_of(none) == none.output);
    for (uint32_t n : {0u, 1u, 2u, 6u}) {
        const auto s = test::nested_program(n);
        CHECK(output_of(s) == s.output);
    }
}

TEST_CASE("a run is refused where the program's statement is false", "[recursion]") {
    auto s = test::collatz_program(6, 3);
    for (size_t i = 0; i < s.advice.elements.size(); i++) {
        auto wrong = s.advice;
        wrong.elements[i] += Ext::one();
        CHECK(code_of(execute(s.program, wrong)) != "ok");
        wrong.elements[i] = s.advice.elements[i] + ext(0, 1);
        CHECK(code_of(execute(s.program, wrong)) != "ok");
    }
    auto more = s.advice;
    more.elements.push_back(Ext::zero());
    CHECK(code_of(execute(s.program, more)) == "advice_left");
    more = s.advice;
    more.elements.pop_back();
    CHECK(code_of(execute(s.program, more)) == "advice_short");
    CHECK(code_of(execute(s.program, s.advice, {.steps = 10})) == "run_too_long");
    CHECK(code_of(execute(s.program, s.advice, {.cells = 30})) == "run_too_large");
    Emitter e(0);
    const Element zero = e.advice();
    [[maybe_unused]] const Element y = e.inverse(zero);
    CHECK(code_of(execute(e.finish(), std::vector{Ext::zero()})) == "program_refuses");
    Emitter f(0);
    const Element unknown = f.fresh();
    [[maybe_unused]] const Element z = unknown * unknown + f.one();
    CHECK(code_of(execute(f.finish(), {})) == "program_stuck");
}

TEST_CASE("cells of another frame are the writer's mistake", "[recursion]") {
    Emitter e(0);
    const Element n = e.advice();
    Element inside;
    e.repeat(n, {}, [&](std::span<const Element>) {
        inside = e.advice();
        return std::vector<Expression>{};
    });
    CHECK_THROWS_AS(Element(inside + n), std::logic_error);
}
