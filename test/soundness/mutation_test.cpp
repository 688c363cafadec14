// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "test/soundness/lab.hpp"

using namespace ashlar;
using namespace ashlar::test;

/// Columns that are free on some rows, with the reason; on other rows they are bound (the test asks for that too).
bool test::may_be_free(std::string_view chip, size_t column) {
    const auto in = [&](auto pointer_to_member, size_t count, auto chip_type) {
        using C = typename decltype(chip_type)::type;
        const size_t first = air::column_of<C>(pointer_to_member);
        return chip == C::NAME && column >= first && column < first + count;
    };
#define MAY_BE_FREE(CHIP, MEMBER, COUNT) in(&CHIP::Main<char>::MEMBER, COUNT, std::type_identity<CHIP>{})
    using namespace chips;
    return MAY_BE_FREE(BranchEqualChip, witness, 2)        // where the other limb's difference is 0
           || MAY_BE_FREE(DivRemChip, divisor_inverse, 1)  // dividing by 0
           || MAY_BE_FREE(DivRemChip, slack_low, 1)        // dividing by 0
           || MAY_BE_FREE(DivRemChip, sign_q, 1)      // dividing by 0: both signs of the word -1 satisfy Q 0 + R = A
           || MAY_BE_FREE(DiscardChip, a, 6)          // registers that are not read
           || MAY_BE_FREE(JalChip, d, 3)              // rd = x0: no access
           || MAY_BE_FREE(JalrChip, d, 3)             // the same
           || MAY_BE_FREE(LoadWordChip, d, 3)         // the same
           || MAY_BE_FREE(LoadSubChip, d, 3)          // the same
           || MAY_BE_FREE(HintReadChip, inverse, 1);  // of no words
#undef MAY_BE_FREE
}

namespace {

template <air::Chip C>
void mutate(const Lab& lab, std::mt19937& random) {
    constexpr size_t T = MachineChips::index_of<C>();
    const size_t height = lab.trace[T].height();
    INFO(C::NAME);
    REQUIRE(height > 0);
    std::set<size_t> rows{0, height - 1};
    const size_t samples = air::NUM_MAIN<C> > 500 ? 2 : 24;
    for (size_t i = 0; i < samples; i++) rows.insert(random() % height);
    std::vector<size_t> caught(air::NUM_MAIN<C>), tried(air::NUM_MAIN<C>);
    for (size_t i : rows) {
        auto honest = lab.row<C>(i);
        for (size_t c = 0; c < air::NUM_MAIN<C>; c++) {
            auto cell = honest;
            std::vector<F> values{cell[c] + F::ONE, cell[c] - F::ONE, cell[c] + F::from_canonical(1 << 16),
                                  F::reduce(uint32_t(random()))};
            if (air::NUM_MAIN<C> > 500) values = {cell[c] + F::ONE, F::reduce(uint32_t(random()))};
            values.push_back(cell[c] == F::ZERO || cell[c] == F::ONE ? F::ONE - cell[c] : F::ZERO);
            for (F value : values) {
                auto lie = honest;
                lie[c] = value;
                if (lie[c] == honest[c]) continue;
                tried[c]++;
                // Nothing but a row's own constraints makes a permutation row honest: whoever asks believes it.
                const bool is_permutation =
                    std::is_same_v<C, chips::HashChip> || std::is_same_v<C, chips::PermutationChip>;
                const bool is_multiplicity = c == 1;
                if (is_permutation && !is_multiplicity ? air::check_row<C>(lie).has_value()
                                                       : lab.caught<C>(honest, lie).has_value())
                    caught[c]++;
                else if (!may_be_free(C::NAME, c))
                    FAIL_CHECK(C::NAME << " row " << i << " column " << c << ": " << honest[c].canonical() << " -> "
                                       << value.canonical() << " goes unnoticed");
            }
        }
    }
    for (size_t c = 0; c < air::NUM_MAIN<C>; c++) {
        INFO("column " << c);
        CHECK(tried[c] > 0);
        CHECK(caught[c] > 0);
    }
}

}  // namespace

TEST_CASE("the honest trace of every chip is accepted", "[soundness]") {
    const Lab& lab = every_chip_lab();
    for (const auto& line : machine::check_trace(lab.trace, lab.prep, lab.statement)) FAIL_CHECK(line);
    for (size_t t = 0; t < MachineChips::SIZE; t++) {
        INFO(MachineChips::names()[t]);
        CHECK(lab.trace[t].height() > 0);
    }
}

TEST_CASE("a changed cell of any column of any chip is noticed", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::mt19937 random(20240607);
    MachineChips::for_each([&]<class C>() {
        if constexpr (!air::FixedChip<C>) mutate<C>(lab, random);
    });
}

TEST_CASE("a changed multiplicity of any fixed table unbalances its bus", "[soundness]") {
    const Lab& lab = every_chip_lab();
    MachineChips::for_each([&]<class C>() {
        if constexpr (air::FixedChip<C>) {
            INFO(C::NAME);
            for (size_t i : {size_t{0}, size_t{7}, lab.trace[MachineChips::index_of<C>()].height() - 1})
                for (size_t c = 0; c < air::NUM_MAIN<C>; c++) {
                    auto lie = lab.row<C>(i);
                    lie[c] += F::ONE;
                    CHECK(lab.caught<C>(lab.row<C>(i), lie));
                }
        }
    });
}

TEST_CASE("a dropped or repeated row of any chip is noticed", "[soundness]") {
    const Lab& lab = every_chip_lab();
    MachineChips::for_each([&]<class C>() {
        // Permutation rows are answers: without queries they say nothing, so dropping one with its multiplicity shows.
        INFO(C::NAME);
        const auto row = lab.row<C>(lab.trace[MachineChips::index_of<C>()].height() / 2);
        if constexpr (!air::FixedChip<C>) {
            CHECK(lab.caught<C>({row}, {}));
            CHECK(lab.caught<C>({}, {row}));
        }
    });
}
