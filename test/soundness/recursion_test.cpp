// SPDX-License-Identifier: Apache-2.0
// Lies in the tables of the field machine: each cell of each row; memory; and for each rule of libs/recursion/README.md
// the attack that it is there for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "libs/recursion/prover.hpp"
#include "test/support/lying_prover.hpp"
#include "test/support/recursion_lab.hpp"
#include "test/support/recursion_openings.hpp"

using namespace ashlar;
using namespace ashlar::recursion;
using test::RecursionLab;

namespace {

const RecursionLab& lab() {
    static const RecursionLab l(test::collatz_program(6, 3));
    return l;
}
/// Rows of every chip that the other one lacks.
const RecursionLab& openings_lab() {
    static const RecursionLab l(test::openings_program(3, 20, 3, 5));
    return l;
}

/// Whether a cell says nothing on this row, so that the prover may put there what it likes.
template <class C>
bool is_free(const air::RowOf<C, F>& row, uint32_t column) {
    const auto in = [&](auto member, size_t n) {
        const size_t first = air::column_of<C>(member);
        return column >= first && column < first + n;
    };
    if constexpr (std::is_same_v<C, MoveChip>)
        return !row.main.is_constant.is_zero() &&
               (in(&C::template Main<char>::pointee, 1) || in(&C::template Main<char>::offset, 1) ||
                column == air::column_of<C>(&C::template Main<char>::pointer));
    else if constexpr (std::is_same_v<C, SliceChip>)
        return in(&C::template Main<char>::y, 5) &&
               std::all_of(std::begin(row.main.window), std::end(row.main.window), [](F x) { return x.is_zero(); });
    else if constexpr (std::is_same_v<C, LeafChip>)
        return in(&C::template Main<char>::weight, 5 * LeafChip::RATE) &&
               row.main.active[(column - air::column_of<C>(&C::template Main<char>::weight)) / 5].is_zero();
    else if constexpr (std::is_same_v<C, ControlChip>)
        return row.main.taken.is_zero() && in(&C::template Main<char>::inverse, 5);
    else
        return false;
}

}  // namespace

TEST_CASE("every cell of every row matters, but for those that say nothing", "[recursion]") {
    std::mt19937_64 rng(7);
    std::set<std::string_view> seen;
    size_t changed = 0, free = 0;
    for (const RecursionLab* l : {&lab(), &openings_lab()}) {
        const auto honest = l->traces();
        REQUIRE(l->refusals(honest, l->public_values()) == std::vector<std::string>{});
        FieldMachineChips::for_each([&]<class C>() {
            if constexpr (!air::FixedChip<C> && !std::is_same_v<C, MemoryTable>) {
                const auto& table = honest[FieldMachineChips::index_of<C>()];
                // Few cells of wide chips, but each column at least once on some row.
                const uint64_t step = 1 + table.height() * table.columns() / 300;
                for (uint64_t k = rng() % step; k < table.height() * table.columns(); k += step) {
                    const uint64_t i = k / table.columns();
                    const auto c = static_cast<uint32_t>(k % table.columns());
                    // Free multiplicities are repaired.
                    if (test::is_free_multiplicity(FieldMachineChips::index_of<C>(), c)) continue;
                    auto traces = l->traces();
                    auto row = test::row_of<C>(traces, i);
                    const bool expected = is_free<C>(row, c);
                    row[c] += rng() % 2 ? F::ONE : F::reduce(1 + static_cast<uint32_t>(rng() % (F::P - 1)));
                    test::set_row<C>(traces, i, row);
                    l->repair(traces, l->public_values());
                    INFO(C::NAME << " row " << i << " column " << c);
                    CHECK(l->accepted(traces) == expected);
                    (expected ? free : changed)++;
                    seen.insert(C::NAME);
                }
            }
        });
    }
    CHECK(changed > 2000);
    CHECK(free > 10);
    CHECK(seen.size() == FieldMachineChips::SIZE - 2);
}

TEST_CASE("no cell of memory can be another, even if all who read it agree", "[recursion]") {
    std::set<uint32_t> unread;
    const auto honest = lab().traces();
    for (uint32_t a = 0; a < lab().run().memory.size(); a++)
        for (const Ext& by : {test::ext(1), test::ext(0, 0, 0, 5)}) {
            recursion::Run run = lab().run();
            run.memory[a] += by;
            const auto row = test::row_of<MemoryTable>(honest, a / 4);
            const bool read = !row.main.cell[a % 4].multiplicity.is_zero();
            INFO("address " << a);
            CHECK(lab().accepted(lab().traces_of(run)) == !read);
        }
}

TEST_CASE("an address has one value", "[recursion]") {
    // A second row for the same addresses, with another value for a cell, in each way there is to enter it.
    const auto attempt = [&](auto change) {
        auto traces = lab().traces();
        auto row = test::row_of<MemoryTable>(traces, 1);
        row.main.cell[0].value[0] += F::ONE;
        change(row, traces);
        test::add_row<MemoryTable>(lab().profile(), traces, row);
        // Someone reads the lie.
        auto reader = test::row_of<ArithmeticChip>(traces, 0);
        test::set_row<ArithmeticChip>(traces, 0, reader);
        lab().repair(traces, lab().public_values());
        return traces;
    };
    CHECK_FALSE(lab().accepted(attempt([](auto&, auto&) {})));
    // Its number is free, but the address is not.
    const F last = F::reduce(memory_rows(lab().run()));
    auto appended = attempt([&](auto& row, auto&) { row.main.row = last; });
    auto values = lab().public_values();
    values[0] += F::ONE;
    CHECK(lab().refusals(appended, values).empty());  // a row that nobody reads: memory is as long as the prover likes
    CHECK_FALSE(lab().accepted(appended));
    // Not real: it may not answer.
    auto silent = lab().traces();
    auto row = test::row_of<MemoryTable>(silent, 1);
    const auto real = row;
    row.main.is_real = F::ZERO;
    test::add_row<MemoryTable>(lab().profile(), silent, row);
    CHECK_FALSE(lab().accepted(silent));
    for (auto& c : row.main.cell) c.multiplicity = F::ZERO;
    test::set_row<MemoryTable>(silent, silent[1].height() - 1, row);
    CHECK(lab().accepted(silent));  // a row that is off may hold anything
    // Half real: two rows that are one half each.
    auto halves = lab().traces();
    row = real;
    row.main.is_real = F::TWO.inverse();
    test::set_row<MemoryTable>(halves, 1, row);
    test::add_row<MemoryTable>(lab().profile(), halves, row);
    lab().repair(halves, lab().public_values());
    CHECK_FALSE(lab().accepted(halves));
}

TEST_CASE("rows off the program's path prove nothing and cost nothing", "[recursion]") {
    // A closed cycle on the state bus: an unconditional jump to itself is in no program here, but the loop's branch
    // with an equal frame would be one. So: any row twice breaks the state bus.
    auto traces = lab().traces();
    test::add_row<ControlChip>(lab().profile(), traces, test::row_of<ControlChip>(traces, 2));
    lab().repair(traces, lab().public_values());
    CHECK_FALSE(lab().accepted(traces));

    // A program with a jump to itself that is never reached.
    Emitter e(1);
    e.assert_equal(e.advice() * e.one(), e.output(0));
    Program p = e.finish();
    const uint32_t loop = ENTRY_PC + static_cast<uint32_t>(p.code.size());
    p.code.push_back({OP_BRANCH + 1, {F::reduce(CELL_ONE), F::reduce(loop), F::ZERO}});
    const RecursionLab with_loop({std::move(p), std::vector{test::ext(5)}, {5_f}});
    traces = with_loop.traces();
    air::RowOf<ControlChip, F> row;
    row.main.is_branch = row.main.taken = row.main.operand.is_global = F::ONE;
    row.main.state = {F::reduce(loop), 77_f, F::ZERO};
    row.main.operand.offset = F::reduce(CELL_ONE);
    row.main.target = F::reduce(loop);
    row.main.value[0] = row.main.inverse[0] = F::ONE;
    test::add_row<ControlChip>(with_loop.profile(), traces, row);
    with_loop.repair(traces, with_loop.public_values());
    CHECK(with_loop.accepted(traces));  // true, and about nothing
    row.main.state.gp = F::ONE;         // there the operand is another cell, which is 5
    row.main.value[0] = 5_f;
    row.main.inverse[0] = (5_f).inverse();
    test::set_row<ControlChip>(traces, traces[4].height() - 1, row);
    with_loop.repair(traces, with_loop.public_values());
    CHECK(with_loop.accepted(traces));
    row.main.value[0] = 6_f;
    row.main.inverse[0] = (6_f).inverse();
    test::set_row<ControlChip>(traces, traces[4].height() - 1, row);
    with_loop.repair(traces, with_loop.public_values());
    CHECK_FALSE(with_loop.accepted(traces));
}

TEST_CASE("a branch goes where its value says", "[recursion]") {
    const auto honest = lab().traces();
    size_t taken = 0, not_taken = 0;
    for (size_t i = 0; i < honest[4].height(); i++) {
        auto row = test::row_of<ControlChip>(honest, i);
        if (row.main.is_branch.is_zero()) continue;
        // The other way; the next row is not there, so only constraints count.
        auto lie = row;
        lie.main.taken = F::ONE - row.main.taken;
        CHECK(air::check_row<ControlChip>(lie).has_value());
        if (row.main.taken.is_zero()) {
            lie.main.inverse[0] = F::ONE;
            CHECK(air::check_row<ControlChip>(lie).has_value());
            not_taken++;
        } else {
            for (F& x : lie.main.inverse) x = F::ZERO;
            CHECK(air::check_row<ControlChip>(lie).has_value());
            taken++;
        }
        // A flag of another operation beside it.
        lie = row;
        lie.main.enters = F::ONE;
        CHECK(air::check_row<ControlChip>(lie).has_value());
        lie = row;
        lie.main.is_return = F::ONE;
        CHECK(air::check_row<ControlChip>(lie).has_value());
    }
    CHECK(taken > 3);
    CHECK(not_taken > 3);
    for (size_t i = 0; i < honest[4].height(); i++) {
        auto row = test::row_of<ControlChip>(honest, i);
        if (row.main.is_branch.is_zero()) {
            row.main.taken = F::ONE;
            CHECK(air::check_row<ControlChip>(row).has_value());
        }
    }
}

TEST_CASE("which frame a call takes is free; what is said of it is not", "[recursion]") {
    // A subroutine without loops, called twice with the same argument.
    Emitter e(1);
    const auto square = e.define(1, [&](std::span<const Element> x) { return std::vector<Element>{x[0] * x[0]}; });
    const Element x = e.advice(), y = e.advice();
    const Element first[] = {x}, second[] = {y};
    e.assert_equal(e.call(square, first)[0] + e.call(square, second)[0], e.output(0));
    const RecursionLab two({e.finish(), std::vector{test::ext(3), test::ext(3)}, {18_f}});
    std::vector<uint32_t> frames, pointers;
    for (const Step& s : two.run().control) {
        const Instruction& i = *two.sample().program.at(s.pc);
        if (i.op != OP_CALL + OP_CALL_ENTER + 1) continue;
        pointers.push_back(i.field[0].canonical());
        frames.push_back(two.run().memory[pointers.back()].c[0].canonical());
    }
    REQUIRE(frames.size() == 2);
    const uint32_t size = frames[1] - frames[0];
    // The second call on a frame at `to`, with that frame's cells.
    const auto moved = [&](uint32_t to) {
        recursion::Run run = two.run();
        if (run.memory.size() < to + size) run.memory.resize(to + size, Ext::zero());
        run.memory[pointers[1]] = Ext::from_base(F::reduce(to));
        for (uint32_t k = 0; k < size; k++) run.memory[to + k] = two.run().memory[frames[1] + k];
        run.memory[to + 2] = Ext::from_base(F::reduce(to));  // a frame knows its own address
        for (auto* steps : {&run.arithmetic, &run.move, &run.control})
            for (Step& s : *steps)
                if (s.gp == frames[1]) s.fp = s.gp = to;
        auto values = two.public_values();
        values[0] = F::reduce(memory_rows(run));
        auto traces = two.traces_of(run);
        two.repair(traces, values);
        return two.refusals(traces, values).empty();
    };
    CHECK(moved(frames[1] + 100));
    CHECK(moved(frames[1] + size));
    CHECK_FALSE(moved(frames[0]));  // its first cell would hold two states to return to
    CHECK_FALSE(moved(0));          // cells that hold 0, 1, the output
}

TEST_CASE("lies of the field machine do not survive a proof", "[recursion]") {
    exec::ThreadPool pool(2);
    const auto key = setup(lab().sample().program, lab().profile(), exec::best_isa(), pool);
    REQUIRE(key.has_value());
    const auto values = lab().public_values();
    CHECK(test::prove_and_verify(key->proof, values, lab().traces(), pool) == "accepted");
    std::mt19937_64 rng(11);
    FieldMachineChips::for_each([&]<class C>() {
        const size_t height = lab().traces()[FieldMachineChips::index_of<C>()].height();
        for (int k = 0; k < 6 && height > 0; k++) {
            auto traces = lab().traces();
            const size_t i = rng() % height;
            auto row = test::row_of<C>(traces, i);
            const auto c = static_cast<uint32_t>(rng() % air::NUM_MAIN<C>);
            row[c] += F::ONE;
            test::set_row<C>(traces, i, row);
            const bool expected = lab().accepted(traces);
            INFO(C::NAME << " row " << i << " column " << c);
            CHECK((test::prove_and_verify(key->proof, values, traces, pool) == "accepted") == expected);
        }
    });
    // Statements: another output, another number of rows, a run of another program.
    for (size_t i = 0; i < values.size(); i++) {
        auto other = values;
        other[i] += F::ONE;
        CHECK(test::prove_and_verify(key->proof, other, lab().traces(), pool) != "accepted");
    }
    const auto reasons = test::adaptive(key->proof, values, lab().traces(), pool, 12);
    CHECK_FALSE(reasons.contains("accepted"));
}
