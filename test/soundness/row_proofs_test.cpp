// SPDX-License-Identifier: Apache-2.0
// Lies about whole rows through whole proofs: a row left out, put in another's place, or switched off, lookups of the
// fixed tables repaired as an adversary would; proven honestly otherwise and refused. Each table meets one of the lies;
// on concrete rows every table meets all of them (row_matrix_test.cpp).
#include <catch2/catch.hpp>
#include <random>

#include "libs/air/describe.hpp"
#include "libs/machine/prover.hpp"
#include "test/soundness/lab.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

/// Adds `sign` times a row's lookups to the multiplicities of the fixed tables.
template <air::Chip C>
void count_lookups(Lab& lab, const air::RowOf<C, F>& row, F sign) {
    using namespace chips;
    air::visit_interactions<C>(row, [&](uint32_t bus, F multiplicity, std::span<const F> v) {
        if (multiplicity != F::ONE || !has_answer(bus, v, lab.layout).value_or(false)) return;
        if (bus == BUS_RANGE)
            lab.table("range").at(0, RangeTable::index(v[0].canonical(), v[1].canonical())) += sign;
        else if (bus == BUS_BYTE)
            lab.table("byte").at(v[0].canonical() == BYTE_AND, ByteTable::index(v[1].canonical(), v[2].canonical())) +=
                sign;
        else if (bus == BUS_ADDRESS)
            lab.table("address").at(0, v[0].canonical()) += sign;
        else if (bus == BUS_CALL_TABLE)
            lab.table("call_table").at(0, CallTable::index(v[0].canonical(), v[1].canonical())) += sign;
        else if (bus == BUS_PROGRAM)
            lab.table("program").at(0, lab.layout.row_of(v[0].canonical())) += sign;
    });
}

template <air::Chip C>
void put(Lab& lab, size_t i, air::RowOf<C, F> row) {
    count_lookups<C>(lab, lab.row<C>(i), -F::ONE);
    for (size_t c = 0; c < air::NUM_MAIN<C>; c++)
        lab.trace[MachineChips::index_of<C>()].at(static_cast<uint32_t>(c), i) = row[c];
    count_lookups<C>(lab, row, F::ONE);
}

/// Every boolean column of the row off.
template <air::Chip C>
air::RowOf<C, F> switched_off(air::RowOf<C, F> row) {
    const auto s = air::describe<C>();
    for (uint32_t node : s.booleans)
        if (s.expressions[node].op == air::Op::column) row[s.expressions[node].a] = F::ZERO;
    return row;
}

}  // namespace

TEST_CASE("a row left out, doubled or switched off is refused through a whole proof", "[soundness]") {
    Lab& lab = every_chip_lab();
    exec::ThreadPool pool(2);
    const auto key = machine::setup(every_chip_program(60), *iop::named_profile("test"), exec::best_isa(), pool);
    REQUIRE(key);
    const auto values = machine::PublicStatement::values(lab.statement);
    const auto accepts = [&] {
        const auto proof = pcs::prove(key->proof, values, lab.trace, pool);
        REQUIRE(proof);
        return static_cast<bool>(machine::verify_chunk(key->vk, lab.statement, *proof));
    };
    std::mt19937 random(9);
    size_t number = 0, proofs = 0;
    MachineChips::for_each([&]<class C>() {
        if constexpr (!air::FixedChip<C>) {
            // A third of the tables in one run: proofs are dear, and the lies are the same.
            const size_t which = number++;
            if (which % 3 != 0) return;
            const size_t height = lab.trace[MachineChips::index_of<C>()].height(), i = random() % height;
            const auto honest = lab.row<C>(i);
            air::RowOf<C, F> lie{};  // left out: the zero row is silent
            if (which / 3 % 3 == 1 && height > 1) lie = lab.row<C>((i + 1) % height);
            if (which / 3 % 3 == 2) lie = switched_off<C>(honest);
            INFO(C::NAME << " row " << i << ", lie " << which / 3 % 3);
            if (!lab.caught<C>(honest, lie)) return;  // the rows are equal
            put<C>(lab, i, lie);
            CHECK_FALSE(accepts());
            put<C>(lab, i, honest);
            proofs++;
        }
    });
    CHECK(proofs > 12);
    CHECK(accepts());  // everything was put back
}
