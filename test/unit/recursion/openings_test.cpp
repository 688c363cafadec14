// SPDX-License-Identifier: Apache-2.0
// Openings of trees, indices and weights of queries.
#include <catch2/catch.hpp>

#include "libs/hash/merkle_tree.hpp"
#include "libs/pcs/verify.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/openings.hpp"
#include "libs/recursion/prover.hpp"
#include "libs/recursion/trace.hpp"
#include "test/support/recursion_openings.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

TEST_CASE("leaves opened at indices of a transcript, of every width", "[recursion]") {
    for (const uint32_t width : {15u, 16u, 20u, 29u, 30u, 31u})
        for (const uint32_t depth : {1u, 4u}) {
            const auto s = test::openings_program(depth, width, 5, width + depth);
            const auto run = execute(s.program, s.advice);
            INFO((run ? "" : run.error().message));
            REQUIRE(run.has_value());
            CHECK(run->output == s.output);
        }
}

TEST_CASE("an opening of another row, path or shape is refused", "[recursion]") {
    const auto s = test::openings_program(3, 20, 3, 1);
    const auto refused = [&](auto change) {
        Advice a = s.advice;
        change(a.openings[2]);
        return !execute(s.program, a);
    };
    CHECK_FALSE(refused([](Opening&) {}));
    CHECK(refused([](Opening& o) { o.row[3] += F::ONE; }));
    CHECK(refused([](Opening& o) { o.row.pop_back(); }));
    CHECK(refused([](Opening& o) { o.path[1][8] += F::ONE; }));
    CHECK(refused([](Opening& o) { o.path.pop_back(); }));
    Advice less = s.advice;
    less.openings.pop_back();
    CHECK(execute(s.program, less).error().code == "advice_short");
    less = s.advice;
    less.openings.push_back(less.openings[0]);
    CHECK(execute(s.program, less).error().code == "advice_left");
}

TEST_CASE("openings are proven and verified", "[recursion]") {
    exec::ThreadPool pool(2);
    const auto s = test::openings_program(4, 20, 4, 9);
    const auto key = setup(s.program, *iop::named_profile("test"), exec::best_isa(), pool);
    REQUIRE(key.has_value());
    const auto proven = prove(*key, s.advice, pool);
    INFO((proven ? "" : proven.error().message));
    REQUIRE(proven.has_value());
    CHECK(proven->public_values[1] == s.output[0]);
    CHECK(pcs::verify(key->vk(), proven->public_values, proven->proof).has_value());
    auto other = proven->public_values;
    other[1] += F::ONE;
    CHECK_FALSE(pcs::verify(key->vk(), other, proven->proof).has_value());
}

TEST_CASE("a multi-opening of the prover's tree becomes openings with paths", "[recursion]") {
    constexpr unsigned DEPTH = 9;
    constexpr size_t WIDTH = 33;
    exec::ThreadPool pool(2);
    std::mt19937_64 rng(4);
    std::vector<F> cells(WIDTH << DEPTH);
    for (F& x : cells) x = F::reduce(static_cast<uint32_t>(rng()));
    const hash::LeafMatrix leaves{cells.data(), size_t{1} << DEPTH, WIDTH, DEPTH, false};
    const hash::MerkleTree tree(leaves, pool, exec::best_isa());
    const std::vector<uint32_t> indices = {0, 1, 7, 100, 101, 102, 300, 511};
    std::vector<F> rows(indices.size() * WIDTH);
    for (size_t i = 0; i < indices.size(); i++) leaves.read_row(indices[i], rows.data() + i * WIDTH);
    auto siblings = tree.siblings(indices);
    const auto openings = expand_opening(DEPTH, indices, WIDTH, rows, siblings);
    REQUIRE(openings.has_value());

    // A program that opens as many leaves; a loop, so that its length does not depend on their number.
    Emitter e(1);
    const Element root = e.advice(2), count = e.advice(), length = e.constant(F::reduce(WIDTH)) * e.one();
    const Element weights = e.advice(WIDTH), pointer = e.address_of(weights), start[] = {e.zero()};
    const auto last = e.repeat(count, start, [&](std::span<const Element> v) {
        const Element index = e.advice();
        return std::vector<Expression>{v[0] * v[0] + e.open(root, DEPTH, index, length, pointer)};
    });
    e.assert_equal(e.extract(last[0], 0), e.output(0));
    const Program program = e.finish();
    Advice advice(test::cells_of(tree.root()), *openings);
    advice.elements.push_back(test::ext(static_cast<uint32_t>(indices.size())));
    std::vector<Ext> w;
    for (size_t k = 0; k < WIDTH; k++) w.push_back(test::ext(3 * static_cast<uint32_t>(k) + 1, 5));
    advice.elements.insert(advice.elements.end(), w.begin(), w.end());
    Ext sum = Ext::zero();
    for (size_t i = 0; i < indices.size(); i++) {
        advice.elements.push_back(test::ext(indices[i]));
        Ext value = Ext::zero();
        for (size_t k = 0; k < WIDTH; k++) value += w[k] * rows[i * WIDTH + k];
        sum = sum * sum + value;
    }
    const auto run = execute(program, advice);
    INFO((run ? "" : run.error().message));
    REQUIRE(run.has_value());
    CHECK(run->output[0] == sum.c[0]);
    // Shared nodes are rows once: fewer than a path for each leaf.
    const auto traces = build_trace(*iop::named_profile("test"), program, *run);
    const uint64_t nodes = traces[FieldMachineChips::index_of<TreeNodeChip>()].height();
    CHECK(nodes < indices.size() * DEPTH);
    CHECK(nodes + 1 == siblings.size() + indices.size());

    siblings.pop_back();
    CHECK_FALSE(expand_opening(DEPTH, indices, WIDTH, rows, siblings).has_value());
    siblings.push_back({});
    const auto wrong = expand_opening(DEPTH, indices, WIDTH, rows, siblings);
    REQUIRE(wrong.has_value());
    advice.openings = *wrong;
    CHECK(execute(program, advice).error().code == "program_refuses");
}
