// SPDX-License-Identifier: Apache-2.0
// Attacks on system calls (MACHINE.md 3): every condition on which the executor faults is a constraint.
#include <catch2/catch.hpp>

#include "test/soundness/lab.hpp"

using namespace ashlar;
using namespace ashlar::test;
using namespace ashlar::chips;

namespace {

F f(uint32_t x) { return F::reduce(x); }

air::RowOf<EcallChip, F> call_row(const Lab& lab, uint32_t word) {
    return find_row<EcallChip>(
        lab, [&](const auto& m) { return (m.t0.prev[0] + m.t0.prev[1] * f(1 << 16)).canonical() == word; });
}
template <class C>
bool accepted(const Lab& lab, const air::RowOf<C, F>& row) {
    std::vector<std::string> complaints;
    Difference d;
    lab.speak<C>(row, F::ONE, d, complaints);
    return complaints.empty() && !air::check_row<C>(row);
}

/// Whether one lookup is all that refuses a row: without it the row would pass.
template <class C>
bool refused_by_one_lookup(const Lab& lab, const air::RowOf<C, F>& row) {
    std::vector<std::string> complaints;
    Difference d;
    lab.speak<C>(row, F::ONE, d, complaints);
    return complaints.size() == 1 && !air::check_row<C>(row);
}

}  // namespace

TEST_CASE("a call needs its chip and a chip its call", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto commit = lab.row<CommitChip>(0);
    CHECK(lab.caught<CommitChip>({commit}, {}));  // a call without its chip
    auto made_up = commit;                        // a chip without a call
    made_up.main.t += f(400);
    CHECK(lab.caught<CommitChip>({}, {made_up}));
    auto halt = lab.row<HaltChip>(0);
    CHECK(lab.caught<HaltChip>({halt}, {}));
    auto ecall = call_row(lab, CALL_COMMIT);
    auto lie = ecall;
    lie.main.has_chip = F::ZERO;
    CHECK_FALSE(accepted<EcallChip>(lab, lie));
    lie = ecall;  // a call off the path
    lie.main.is_real = F::ZERO;
    CHECK_FALSE(accepted<EcallChip>(lab, lie));
}

TEST_CASE("a syscall word must be in the call table, all 32 bits of it", "[soundness]") {
    const Lab& lab = every_chip_lab();
    CHECK(PROVABLE_CALLS.size() == rv32::NUM_CALLS);
    for (const ProvableCall& call : PROVABLE_CALLS) {
        if (call.word == CALL_EXIT_UNCONSTRAINED || call.word == CALL_WRITE) continue;  // not in the sample
        auto row = call_row(lab, call.word);
        REQUIRE(accepted<EcallChip>(lab, row));
        auto lie = row;
        lie.main.t0.prev[1] += f(256);  // byte 3
        CHECK_FALSE(accepted<EcallChip>(lab, lie));
        lie = row;
        lie.main.t0.prev[0] += f(256);  // byte 1
        CHECK_FALSE(accepted<EcallChip>(lab, lie));
        lie = row;
        lie.main.advance += F::ONE;
        CHECK_FALSE(accepted<EcallChip>(lab, lie));
        lie = row;
        lie.main.id += F::ONE;
        CHECK_FALSE(accepted<EcallChip>(lab, lie));
        lie = row;
        lie.main.halts = F::ONE - lie.main.halts;
        CHECK_FALSE(accepted<EcallChip>(lab, lie));
    }
    // Words that differ from a call's in the table flag, the advance or byte 3 only, and unused ids.
    for (uint32_t word : {0x0000'012cu, 0x0002'012fu, 0x0101'0107u, 0x0000'0001u, 0x0100'0002u})
        CHECK(find_call(word) == nullptr);
    // A program with another guest field has a call table without POSEIDON2_PERMUTE, whose chip is KoalaBear's.
    const auto word_in_table = [](uint32_t word, bool koala_bear) {
        for (size_t i = 0; i < CallTable::HEIGHT; i++) {
            const auto entry = CallTable::prep_row(i, koala_bear);
            if (entry.low == f(word & 0xffff) && entry.high == f(word >> 16)) return true;
        }
        return false;
    };
    for (const ProvableCall& call : PROVABLE_CALLS) {
        CHECK(word_in_table(call.word, true));
        CHECK(word_in_table(call.word, false) == (call.word != 0x0001'012f));
    }
}

TEST_CASE("t0 is what the call returns, or unchanged", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto commit = call_row(lab, CALL_COMMIT);
    commit.main.returns = F::ONE;
    CHECK_FALSE(accepted<EcallChip>(lab, commit));
    commit = call_row(lab, CALL_COMMIT);
    commit.main.result[0] = F::ONE;  // ignored unless the call returns, but must be 0
    CHECK_FALSE(accepted<EcallChip>(lab, commit));
    auto enter = call_row(lab, CALL_ENTER_UNCONSTRAINED);
    REQUIRE(enter.main.returns == F::ONE);
    enter.main.result[0] = F::ONE;  // the branch with t0 = 1 does not exist in the proof
    CHECK_FALSE(accepted<EcallChip>(lab, enter));
    auto length = call_row(lab, CALL_HINT_LEN);
    length.main.result[1] = f(0x8000);  // free
    CHECK(accepted<EcallChip>(lab, length));
    length.main.result[0] = f(0x1'0000);  // but limbs
    CHECK_FALSE(accepted<EcallChip>(lab, length));
}

TEST_CASE("COMMIT has an index below 8 and commits the register", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = lab.row<CommitChip>(0);
    for (uint32_t index : {8u, 16u, 0xffffu, 0x1'0000u}) {
        auto lie = honest;
        lie.main.index = f(index);
        CHECK_FALSE(accepted<CommitChip>(lab, lie));
    }
    auto lie = honest;
    lie.main.value[0] += F::ONE;
    CHECK(lab.caught<CommitChip>(honest, lie));
    lie = honest;  // the other digest
    std::swap(lie.main.is_commit, lie.main.is_deferred);
    CHECK(lab.caught<CommitChip>(honest, lie));
    // a0 with a high limb: the message has the constant 0 there.
    auto ecall = call_row(lab, CALL_COMMIT);
    auto high = ecall;
    high.main.a0.prev[1] = F::ONE;
    CHECK(lab.caught<EcallChip>(ecall, high));
}

TEST_CASE("HALT records a0 and halted = 1", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = lab.row<HaltChip>(0);
    auto lie = honest;
    lie.main.code[0] += F::ONE;
    CHECK(lab.caught<HaltChip>(honest, lie));
    // Halting without the chip, or going on after it.
    auto ecall = call_row(lab, CALL_HALT);
    auto goes_on = ecall;
    goes_on.main.halts = F::ZERO;
    CHECK_FALSE(accepted<EcallChip>(lab, goes_on));
}

TEST_CASE("HINT_READ writes its words and no others", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto call = find_row<HintReadChip>(lab, [](const auto& m) { return m.length[0] == f(3); });
    REQUIRE(accepted<HintReadChip>(lab, call));
    auto lie = call;  // more words than the length has
    lie.main.words_low += F::ONE;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = call;  // fewer
    lie.main.is_empty = F::ONE;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = call;  // another length
    lie.main.length[0] = f(4), lie.main.pad[0] = F::ZERO;
    CHECK(lab.caught<HintReadChip>(call, lie));
    lie = call;  // a length of 2^31 and more
    lie.main.length[1] = f(0x8000), lie.main.length_nonzero = F::ONE;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = call;  // the last word of memory and one more: no wrap
    fill(lie.main.target, 0x77ff'fffc, 1);
    REQUIRE(accepted<HintReadChip>(lab, lie));
    lie.main.length[0] = f(8), lie.main.words_low = f(2), lie.main.pad[0] = lie.main.pad[1] = F::ZERO;
    lie.main.after_low = F::ONE;
    fill(lie.main.target, 0x77ff'fffc, 2);
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = call;  // misaligned
    lie.main.target.first.quarter += f(4).inverse();
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = call;  // registers
    fill(lie.main.target, 0x7c, 1);
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));

    const auto empty = find_row<HintReadChip>(lab, [](const auto& m) { return m.is_empty == F::ONE; });
    lie = empty;  // length 0 that asks for rows
    lie.main.is_empty = F::ZERO;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));

    const auto word = find_row<HintWordChip>(lab, [](const auto& m) { return m.remaining == f(5); });
    auto row = word;  // stopping early
    row.main.is_last = F::ONE;
    CHECK_FALSE(accepted<HintWordChip>(lab, row));
    const auto last = find_row<HintWordChip>(lab, [](const auto& m) { return m.remaining == F::ONE; });
    row = last;  // going on
    row.main.is_last = F::ZERO;
    CHECK(lab.caught<HintWordChip>(last, row));
    row = word;  // skipping a word
    row.main.word += F::ONE;
    CHECK(lab.caught<HintWordChip>(word, row));
    row = word;  // limbs above 16 bits
    row.main.value[0] = f(0x1'0000);
    CHECK_FALSE(accepted<HintWordChip>(lab, row));
    row = word;  // of another call
    row.main.t += f(4);
    CHECK(lab.caught<HintWordChip>(word, row));
    CHECK(lab.caught<HintWordChip>({word}, {}));
    CHECK(lab.caught<HintWordChip>({}, {word}));
    // A chain that closes on itself would have to count down through p rows.
    row = word;
    row.main.remaining = F::ZERO;
    row.main.is_last = F::ONE;
    CHECK_FALSE(accepted<HintWordChip>(lab, row));
}

TEST_CASE("a step of HINT_READ stays inside the operand", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto part = find_row<HintReadChip>(lab, [](const auto& m) { return m.length[0] == f(64); });
    const F half = f(1 << 16).inverse();
    const auto step = [&](F before_low, F before_high, F count_low, F count_high, F after_low) {
        auto row = part;
        row.main.before[0] = before_low, row.main.before[1] = before_high;
        row.main.count[0] = count_low, row.main.count[1] = count_high;
        row.main.after_low = after_low;
        const F count = count_low + count_high * f(1 << 16);
        row.main.is_empty = f(count.is_zero());
        row.main.inverse = count.inverse();
        return row;
    };
    const F zero = F::ZERO;
    // Any part of the sixteen words, nothing included: what a step leaves out keeps its value, which the prover could
    // have written as well.
    for (const auto& [before, count] : {std::pair{0u, 16u}, {0u, 5u}, {5u, 7u}, {12u, 4u}, {3u, 0u}, {16u, 0u}})
        CHECK(accepted<HintReadChip>(lab, step(f(before), zero, f(count), zero, f(16 - before - count))));
    // But no word before the first, each way to be short of a range check.
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(-f(1), zero, f(17), zero, zero)));
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(zero, -half, f(17), zero, zero)));
    // None past the last.
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(zero, zero, f(17), zero, -f(1))));
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(zero, zero, f(17), zero, zero)));
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(f(16), zero, f(1), zero, -f(1))));
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(zero, zero, f(17), zero, f(0xffff))));
    // No number of words below zero.
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(f(17), zero, -f(1), zero, zero)));
    CHECK(refused_by_one_lookup<HintReadChip>(lab, step(f(17), zero, zero, -half, zero)));
    // No chain without words, and none left out that has words.
    auto lie = step(f(3), zero, zero, zero, f(13));
    lie.main.is_empty = zero;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    lie = step(f(3), zero, f(4), zero, f(9));
    lie.main.is_empty = F::ONE;
    CHECK_FALSE(accepted<HintReadChip>(lab, lie));
    // The words written are those that the step claims: any other is a message left over.
    CHECK(lab.caught<HintReadChip>(part, step(f(1), zero, f(15), zero, zero)));
    CHECK(lab.caught<HintReadChip>(part, step(zero, zero, f(15), zero, f(1))));
}

TEST_CASE("no call but HINT_READ is repeated", "[soundness]") {
    const Lab& lab = every_chip_lab();
    for (const ProvableCall& call : PROVABLE_CALLS) {
        if (call.word == CALL_EXIT_UNCONSTRAINED || call.word == CALL_WRITE) continue;  // not in the sample
        INFO(call.word);
        auto row = call_row(lab, call.word);
        row.main.repeats = F::ONE;
        CHECK(accepted<EcallChip>(lab, row) == (call.word == CALL_HINT_READ));
    }
    // A repeated call goes nowhere else: back by half an instruction, or on by two.
    auto row = call_row(lab, CALL_HINT_READ);
    for (const F repeats : {f(2).inverse(), -f(1), f(2)}) {
        row.main.repeats = repeats;
        CHECK_FALSE(accepted<EcallChip>(lab, row));
    }
    // It takes its time like any step, and the call comes again: alone it is a state that nothing continues.
    row.main.repeats = F::ONE;
    CHECK(lab.caught<EcallChip>(call_row(lab, CALL_HINT_READ), row));
}
