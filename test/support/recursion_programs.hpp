// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/emitter.hpp"
#include "libs/recursion/execute.hpp"

/// Small programs of the field machine for tests, each with an input and what it must give.
namespace ashlar::test {

using field::Ext;
using field::F;
using namespace field::literals;

inline Ext ext(uint32_t a, uint32_t b = 0, uint32_t c = 0, uint32_t d = 0, uint32_t e = 0) {
    return {{F::reduce(a), F::reduce(b), F::reduce(c), F::reduce(d), F::reduce(e)}};
}

struct SampleProgram {
    recursion::Program program;
    recursion::Advice advice;
    std::vector<F> output;
};

/// The norm-like value c0 of sum_i a_i x^i for n coefficients: a loop over an array that a pointer walks through.
inline SampleProgram polynomial_program(uint32_t n) {
    recursion::Emitter e(1);
    const recursion::Element count = e.advice(), x = e.advice();
    const recursion::Element coefficients = e.frame(n);
    // The array first: one element an iteration, from the highest power down.
    const recursion::Element start[] = {coefficients, e.zero()};
    const auto last = e.repeat(count, start, [&](std::span<const recursion::Element> v) {
        const recursion::Element a = e.advice();
        e.assert_pointee(v[0], 0, a);
        return std::vector<recursion::Expression>{v[0] + F::ONE, v[1] * x + a};
    });
    // Multiplied by its inverse it is 1; so what is public is (value^-1 value) n, and the value itself stays inside.
    const recursion::Element value = last[1], unit = value * e.inverse(value);
    e.assert_equal(unit * count, e.output(0));
    SampleProgram s{e.finish(), std::vector{ext(n), ext(3, 1, 4, 1, 5)}, {F::reduce(n)}};
    for (uint32_t i = 0; i < n; i++) s.advice.elements.push_back(ext(i + 1, i * i, 7, i, 2));
    return s;
}

/// The largest common divisor's cousin: the number of steps of x -> x / 2 or 3 x + 1 from x to 1, with the parity of
/// each number given as advice and checked; a loop of conditionals in a subroutine, called twice.
inline SampleProgram collatz_program(uint32_t x, uint32_t y) {
    recursion::Emitter e(3);
    const F half = F::TWO.inverse();
    const auto walk = e.define(2, [&](std::span<const recursion::Element> in) {
        const recursion::Element start[] = {in[0]};
        const auto last = e.repeat(in[1], start, [&](std::span<const recursion::Element> v) {
            const recursion::Element odd = e.advice(), next = e.fresh();
            e.assert_equal(odd * odd, odd);
            e.if_nonzero(
                odd, [&] { e.assert_equal(v[0] * 3_f + F::ONE, next); }, [&] { e.assert_equal(v[0] * half, next); });
            return std::vector<recursion::Expression>{next};
        });
        e.assert_equal(last[0], e.one());
        return std::vector<recursion::Element>{in[1]};
    });
    SampleProgram s;
    for (uint32_t k = 0; k < 2; k++) {
        const recursion::Element first = e.advice(), steps = e.advice();
        const recursion::Element arguments[] = {first, steps};
        e.assert_equal(e.call(walk, arguments)[0], e.output(k));
    }
    e.assert_equal(e.output(0) - e.output(1), e.output(2));
    s.program = e.finish();
    uint32_t counts[2];
    for (uint32_t k = 0; k < 2; k++) {
        std::vector<Ext> parities;
        const uint32_t first = k == 0 ? x : y;
        for (uint32_t z = first; z != 1; z = z % 2 ? 3 * z + 1 : z / 2) parities.push_back(ext(z % 2));
        counts[k] = static_cast<uint32_t>(parities.size());
        s.advice.elements.push_back(ext(first));
        s.advice.elements.push_back(ext(counts[k]));
        s.advice.elements.insert(s.advice.elements.end(), parities.begin(), parities.end());
    }
    s.output = {F::reduce(counts[0]), F::reduce(counts[1]), F::reduce(counts[0]) - F::reduce(counts[1])};
    return s;
}

/// Sum over i < n, j < i of (i + j) by two loops, one in the other, with constants of E on the way.
inline SampleProgram nested_program(uint32_t n) {
    recursion::Emitter e(1);
    const recursion::Element count = e.advice(), x = e.constant(ext(0, 1)), x_inverse = e.inverse(x);
    const recursion::Element start[] = {e.zero(), e.zero()};
    const auto last = e.repeat(count, start, [&](std::span<const recursion::Element> v) {
        const recursion::Element first[] = {e.one() - e.one(), v[0], v[1]};
        const auto inner = e.repeat(v[0], first, [&](std::span<const recursion::Element> w) {
            return std::vector<recursion::Expression>{w[0] + F::ONE, w[1], w[2] + (w[0] + w[1]) * x};
        });
        return std::vector<recursion::Expression>{v[0] + F::ONE, inner[2]};
    });
    e.assert_equal(last[1] * x_inverse, e.output(0));
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++) sum += i + j;
    return {e.finish(), std::vector{ext(n)}, {F::reduce(sum)}};
}

}  // namespace ashlar::test
