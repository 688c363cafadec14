// SPDX-License-Identifier: Apache-2.0
// Attacks on the field machine's hashing tables: leaves, trees, indices, weights (libs/recursion/README.md).
#include <catch2/catch.hpp>

#include "libs/air/debug.hpp"
#include "test/support/recursion_lab.hpp"
#include "test/support/recursion_openings.hpp"

using namespace ashlar;
using namespace ashlar::recursion;
using test::ext;
using test::RecursionLab;

namespace {

/// Constraints that a row breaks.
template <air::Chip C>
size_t broken(const air::RowOf<C, F>& row) {
    air::DebugBuilder b;
    air::eval_chip<C>(b, row);
    return b.failed.size();
}

constexpr uint32_t DEPTH = 3, WIDTH = 20;

/// A program that opens one leaf of a tree at an index of the prover's choice and makes its first element public,
/// beside the tree's root; and what an adversary changes in its run.
struct Choice {
    Choice() : rng(1), tree(DEPTH, WIDTH, rng), other(DEPTH, WIDTH, rng), lab(make()) {}

    /// The run that opens `opening` under `index`, with the value that its row gives, whether or not it is in the tree.
    bool accepted(const Opening& opening, uint32_t index) const {
        recursion::Run run = lab.run();
        run.memory.resize(run.memory.size() + 64,
                          Ext::zero());  // a row that is too wide asks for weights behind the last
        run.openings[0] = opening;
        const Step& s = run.open[0];
        const Instruction& i = *lab.sample().program.at(s.pc);
        run.memory[i.field[OpenChip::INDEX].canonical()] = Ext::from_base(F::reduce(index));
        run.memory[i.field[OpenChip::VALUE].canonical()] = Ext::from_base(opening.row[0]);
        run.memory[FIRST_PUBLIC] = Ext::from_base(opening.row[0]);
        run.output[0] = opening.row[0];
        auto traces = lab.traces_of(run);
        const auto values = PublicStatement::values(memory_rows(run), run.output);
        lab.repair(traces, values);
        return lab.refusals(traces, values).empty();
    }

    std::mt19937_64 rng;
    test::RowTree tree, other;
    RecursionLab lab;

  private:
    test::SampleProgram make() {
        Emitter e(1 + hash::DIGEST_SIZE);
        const Element root = e.advice(2), index = e.advice(), length = e.constant(F::reduce(WIDTH)) * e.one();
        const Element weights = e.array(WIDTH);
        for (uint32_t k = 0; k < WIDTH; k++) e.assert_constant(e.at(weights, k), ext(k == 0));
        e.assert_equal(e.open(root, DEPTH, index, length, e.address_of(weights)), e.output(0));
        for (uint32_t k = 0; k < hash::DIGEST_SIZE; k++)
            e.assert_equal(e.extract(e.at(root, k / 5), k % 5), e.output(1 + k));
        auto advice = test::cells_of(tree.root());
        advice.push_back(ext(2));
        std::vector<F> output{tree.row(2)[0]};
        output.insert(output.end(), tree.root().begin(), tree.root().end());
        return {e.finish(), Advice(advice, {tree.open(2)}), output};
    }
};

const Choice& choice() {
    static const Choice c;
    return c;
}
const RecursionLab& lab() {
    static const RecursionLab l(test::openings_program(3, 20, 3, 5));
    return l;
}

}  // namespace

TEST_CASE("a leaf of the tree at its own index, and nothing else", "[recursion]") {
    const Choice& c = choice();
    for (uint32_t i = 0; i < 1u << DEPTH; i++) {
        CHECK(c.accepted(c.tree.open(i), i));
        CHECK_FALSE(c.accepted(c.other.open(i), i));                 // a leaf of another tree
        CHECK_FALSE(c.accepted(c.tree.open(i), i ^ 1));              // under another index
        CHECK_FALSE(c.accepted(c.tree.open(i), i + (1u << DEPTH)));  // or one that is out of the tree
    }
    Opening o = c.tree.open(5);
    o.row[7] += F::ONE;
    CHECK_FALSE(c.accepted(o, 5));
    // Another width, longer or shorter, also with a tree that has such a leaf.
    for (const uint32_t width : {15u, 19u, 21u, 35u}) {
        o = c.tree.open(5);
        o.row.resize(width, F::ZERO);
        CHECK_FALSE(c.accepted(o, 5));
    }
    // A path that ends below the root, or above the leaves: an inner node is no leaf.
    o = c.tree.open(5);
    o.path.pop_back();
    CHECK_FALSE(c.accepted(o, 5));
    o = c.tree.open(5);
    o.path.erase(o.path.begin());
    CHECK_FALSE(c.accepted(o, 2));
    o = c.tree.open(5);
    o.path.push_back(c.tree.root());
    CHECK_FALSE(c.accepted(o, 5));
}

TEST_CASE("rows that are off answer nothing", "[recursion]") {
    const auto off = [&]<class C>(std::type_identity<C>, auto asked) {
        auto row = test::row_of<C>(lab().traces(), 0);
        REQUIRE(broken<C>(row) == 0);
        row.main.is_real = F::ZERO;
        if constexpr (requires { row.main.is_last; }) row.main.is_last = F::ZERO;
        asked(row.main);
        CHECK(broken<C>(row) == 1);
    };
    off(std::type_identity<TreeNodeChip>{}, [](auto& m) { m.asked[0] = F::ONE, m.asked[1] = F::ZERO; });
    off(std::type_identity<TreeNodeChip>{}, [](auto& m) { m.asked[0] = F::ZERO, m.asked[1] = F::ONE; });
    off(std::type_identity<TreeRootChip>{}, [](auto& m) { m.asked = F::ONE; });
    off(std::type_identity<WeightStepChip>{}, [](auto& m) { m.asked = F::ONE; });
}

TEST_CASE("a leaf's blocks are full but for the last one", "[recursion]") {
    const auto traces = lab().traces();
    for (uint64_t i = 0; i < traces[FieldMachineChips::index_of<LeafChip>()].height(); i++) {
        auto row = test::row_of<LeafChip>(traces, i);
        REQUIRE(broken<LeafChip>(row) == 0);
        if (row.main.left.canonical() <= 15) continue;
        // An element less in the middle of a leaf.
        auto lie = row;
        lie.main.active[14] = lie.main.element[14] = F::ZERO;
        CHECK(broken<LeafChip>(lie) == 1);
        // Holes.
        lie = row;
        lie.main.active[7] = lie.main.element[7] = F::ZERO;
        CHECK(broken<LeafChip>(lie) == 1);
        // An element that is absorbed by no hash but counts in the sum.
        const auto last = test::row_of<LeafChip>(traces, i + 1);
        lie = last;
        REQUIRE(lie.main.active[14].is_zero());
        lie.main.element[14] = F::ONE;
        CHECK(broken<LeafChip>(lie) == 1);
    }
}

TEST_CASE("an index is the element's own bits below p, and as many as the program says", "[recursion]") {
    const auto traces = lab().traces();
    auto row = test::row_of<IndexChip>(traces, 0);
    REQUIRE(broken<IndexChip>(row) == 0);
    // As if by an honest prover for any 31 bits.
    const auto with_bits = [&](uint32_t x) {
        auto r = row;
        for (uint32_t j = 0; j < IndexChip::BITS; j++) r.main.bit[j] = F::from_canonical(x >> j & 1);
        r.main.high[0] = r.main.bit[24] * r.main.bit[25] * r.main.bit[26];
        r.main.high[1] = r.main.high[0] * r.main.bit[27] * r.main.bit[28];
        r.main.high[2] = r.main.high[1] * r.main.bit[29] * r.main.bit[30];
        F square = r.main.root + F::ONE, power = F::ONE;
        for (uint32_t j = 0; j < IndexChip::MOST; j++, square = square.square())
            r.main.power[j] = power *= F::ONE + r.main.bit[j] * (square - F::ONE);
        return r;
    };
    for (const uint32_t x : {0u, 1u, 0x00ff'ffffu, 0x0100'0000u, F::P - 1, F::P - 2, 0x7eff'ffffu})
        CHECK(broken<IndexChip>(with_bits(x)) == 0);
    for (const uint32_t x : {F::P, F::P + 1, F::P + 0xffff, 0x7fff'ffffu}) CHECK(broken<IndexChip>(with_bits(x)) == 1);
    // A bit that is none; one bit more or less in the index; bits out of their place.
    auto lie = row;
    lie.main.bit[24] = F::TWO;
    CHECK(broken<IndexChip>(lie) > 0);
    lie = row;
    lie.main.low[3] = F::ONE;
    CHECK(broken<IndexChip>(lie) == 1);
    lie = row;
    lie.main.low[2] = F::ZERO;
    CHECK(broken<IndexChip>(lie) == 1);
    lie = row;
    std::swap(lie.main.low[2], lie.main.low[9]);
    CHECK(broken<IndexChip>(lie) == 1);
}

TEST_CASE("a weight ends after as many factors as it has", "[recursion]") {
    const auto traces = lab().traces();
    size_t last = 0;
    for (uint64_t i = 0; i < traces[FieldMachineChips::index_of<WeightStepChip>()].height(); i++) {
        const auto row = test::row_of<WeightStepChip>(traces, i);
        auto lie = row;
        if (row.main.is_last.is_zero()) {
            // An early end, with the rest that is asked for left out.
            lie.main.is_last = F::ONE;
            CHECK(broken<WeightStepChip>(lie) > 0);
            fill(lie.main.rest, Ext::one());
            fill(lie.main.value, Ext::one() + Ext{{row.main.rho[0], row.main.rho[1], row.main.rho[2], row.main.rho[3],
                                                   row.main.rho[4]}} *
                                                  (row.main.z - F::ONE));
            CHECK(broken<WeightStepChip>(lie) == 1);
            continue;
        }
        last++;
        for (size_t k = 0; k < 5; k++) {
            const Ext rho = {{row.main.rho[0], row.main.rho[1], row.main.rho[2], row.main.rho[3], row.main.rho[4]}};
            Ext rest = Ext::one();
            rest.c[k] += F::ONE;
            fill(lie.main.rest, rest);
            fill(lie.main.value, rest + rest * rho * (row.main.z - F::ONE));
            CHECK(broken<WeightStepChip>(lie) == 1);
        }
    }
    CHECK(last > 0);
}

TEST_CASE("a permutation's states are the cells' own", "[recursion]") {
    // Each cell that a permutation reads or writes, changed with everything that is made from it but the permutation.
    const auto& run = lab().run();
    size_t tried = 0;
    for (const Step& s : run.permute) {
        const Instruction& i = *lab().sample().program.at(s.pc);
        for (uint32_t k = 0; k < STATE_CELLS; k++) {
            recursion::Run lie = run;
            lie.memory[i.field[4].canonical() + k] += ext(0, 1);
            CHECK_FALSE(lab().accepted(lab().traces_of(lie)));
            tried++;
        }
    }
    CHECK(tried > 5);
}
