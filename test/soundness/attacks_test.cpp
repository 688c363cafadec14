// SPDX-License-Identifier: Apache-2.0
// Attacks on the rules of MACHINE.md 2 to 4, on concrete rows: each test makes
// the lie as well as it can be made and asks that something notices.
#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "test/soundness/lab.hpp"

using namespace ashlar;
using namespace ashlar::test;
using namespace ashlar::chips;

namespace {

template <class C>
air::RowOf<C, F> first_row(const Lab& lab) {
    return find_row<C>(lab, [](const auto&) { return true; });
}
F f(uint32_t x) { return F::reduce(x); }
uint32_t word(const F (&limbs)[2]) { return limbs[0].canonical() | limbs[1].canonical() << 16; }

/// Lookups of a row without an answer, and constraints it breaks; not the balance.
template <class C>
std::vector<std::string> complaints(const Lab& lab, const air::RowOf<C, F>& row) {
    std::vector<std::string> out;
    Difference d;
    lab.speak<C>(row, F::ONE, d, out);
    if (auto broken = air::check_row<C>(row)) out.push_back(*broken);
    return out;
}

}  // namespace

TEST_CASE("the clock bound weighs exactly the chips on the state bus, by their largest step", "[soundness]") {
    // Without it rows whose steps add up to p form a closed cycle off the path.
    MachineChips::for_each([&]<class C>() {
        const auto s = air::describe<C>();
        bool on_bus = false;
        for (const auto& i : s.interactions) on_bus |= i.bus == BUS_STATE;
        INFO(s.name);
        CHECK(on_bus == (machine::max_advance<C>() > 0));
    });
    CHECK(machine::max_advance<EcallChip>() == 52);  // SHA_EXTEND
    for (const ProvableCall& c : PROVABLE_CALLS) CHECK(c.advance() <= machine::max_advance<EcallChip>());
    for (size_t i = 0; i < CallTable::HEIGHT; i++) CHECK(CallTable::prep_row(i).advance.canonical() >= 1);
    CHECK(machine::MAX_TOTAL_ADVANCE + 4 <= uint64_t{1} << 29);
}

TEST_CASE("two rows of the same instruction at different times do not close on each other", "[soundness]") {
    // A loop of rows is balanced on the state bus only if the times come back, which no row's step does.
    const Lab& lab = every_chip_lab();
    auto jal = first_row<JalChip>(lab);
    jal.main.difference = F::ZERO;  // jump to itself
    CHECK_FALSE(complaints<JalChip>(lab, jal).empty());
    jal = first_row<JalChip>(lab);
    jal.main.cpu.t = f(1 << 28);
    CHECK(lab.caught<JalChip>({}, {jal}));
}

TEST_CASE("a leaf cannot enter memory twice", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto leaf = find_row<MemoryLeafChip>(lab, [](const auto& m) { return m.leaf.canonical() > 4; });
    // A second history of the leaf: its words hold something else and nobody touches them.
    for (auto& limbs : leaf.main.in) limbs[0] = limbs[1] = f(7);
    for (size_t i = 0; i < 8; i++) {
        leaf.main.t[i] = F::ZERO;
        leaf.main.out[i][0] = leaf.main.out[i][1] = f(7);
    }
    std::array<F, 16> limbs;
    limbs.fill(f(7));
    hash::Digest digest = hash::hash_memory_leaf(limbs);
    for (size_t i = 0; i < 9; i++) leaf.main.digest_in[i] = leaf.main.digest_out[i] = digest[i];
    REQUIRE(complaints<MemoryLeafChip>(lab, leaf).empty());
    // Nodes above it up to the root, which nobody sends a second time.
    Lab::Change change(lab);
    change.add<MemoryLeafChip>(leaf);
    CHECK(change.caught());
    uint32_t index = leaf.main.leaf.canonical();
    for (uint32_t level = 1; level <= 26; level++, index >>= 1) {
        BoundaryNode node{
            .level = level, .index = index >> 1, .in = {}, .out = {}, .child_in = {}, .child_out = {}, .opened = {}};
        node.child_in[index & 1] = node.child_out[index & 1] = digest;
        node.opened[index & 1] = true;
        digest = node.in = node.out = hash::hash_node(node.child_in[0], node.child_in[1]);
        air::RowOf<MerkleNodeChip, F> row;
        MerkleNodeChip::fill_row(row.main, node);
        REQUIRE(complaints<MerkleNodeChip>(lab, row).empty());
        change.add<MerkleNodeChip>(row);
        CHECK(change.caught() == std::optional<std::string>("tree does not balance"));
    }
}

TEST_CASE("a tree node says what its children hash to, and an unopened child does not change", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto node = find_row<MerkleNodeChip>(lab, [](const auto& m) { return m.child[0].is_open != m.child[1].is_open; });
    const size_t closed = node.main.child[0].is_open == F::ONE ? 1 : 0;
    auto lie = node;
    lie.main.child[closed].out[3] += F::ONE;
    hash::Digest left, right;
    for (size_t i = 0; i < 9; i++) left[i] = lie.main.child[0].out[i], right[i] = lie.main.child[1].out[i];
    const hash::Digest out = hash::hash_node(left, right);
    for (size_t i = 0; i < 9; i++) lie.main.out[i] = out[i];
    CHECK(air::check_row<MerkleNodeChip>(lie));
    lie = node;
    lie.main.child[closed].is_open = F::ONE;
    CHECK(lab.caught<MerkleNodeChip>(node, lie));
    lie = node;
    lie.main.is_real = F::ZERO;
    CHECK(lab.caught<MerkleNodeChip>(node, lie));
}

TEST_CASE("a switched-off permutation row has no multiplicity", "[soundness]") {
    // Without its constants the row is a permutation too, of which forged digests are easy to make.
    const Lab& lab = every_chip_lab();
    air::RowOf<HashChip, F> row;
    REQUIRE_FALSE(air::check_row<HashChip>(row));  // the zero row
    row.main.multiplicity = F::ONE;
    CHECK(air::check_row<HashChip>(row));
    air::RowOf<PermutationChip, F> full;
    full.main.multiplicity = f(3);
    CHECK(air::check_row<PermutationChip>(full));
    (void)lab;
}

TEST_CASE("every switched-off row is silent", "[soundness]") {
    // Flags to 0 and everything else as it was: no message may remain, or a constraint must break.
    const Lab& lab = every_chip_lab();
    MachineChips::for_each([&]<class C>() {
        if constexpr (!air::FixedChip<C>) {
            const auto honest = lab.row<C>(lab.trace[MachineChips::index_of<C>()].height() / 2);
            auto row = honest;
            // All columns that are 0 or 1 and boolean by constraint: switch every one off.
            const auto s = air::describe<C>();
            for (uint32_t node : s.booleans)
                if (s.expressions[node].op == air::Op::column) row[s.expressions[node].a] = F::ZERO;
            if (air::check_row<C>(row)) return;
            size_t messages = 0;
            air::visit_interactions<C>(row, [&](uint32_t, F, std::span<const F>) { messages++; });
            INFO(C::NAME);
            CHECK(messages == 0);
        }
    });
}

TEST_CASE("opcode flags are exclusive", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto add = find_row<AddSubChip>(lab, [](const auto& m) { return m.is_add == F::ONE; });
    add.main.is_sub = F::ONE;
    CHECK(air::check_row<AddSubChip>(add));
    auto load = find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lb == F::ONE; });
    load.main.is_lhu = F::ONE;
    CHECK(air::check_row<LoadSubChip>(load));
    // Flags that cancel: 1 + 1 - 1.
    auto div = find_row<DivRemChip>(lab, [](const auto& m) { return m.is_div == F::ONE; });
    div.main.is_rem = F::ONE;
    div.main.is_remu = -F::ONE;
    CHECK(air::check_row<DivRemChip>(div));
}

TEST_CASE("an instruction is the one that the program table has", "[soundness]") {
    const Lab& lab = every_chip_lab();
    auto add = find_row<AddSubChip>(lab, [](const auto& m) { return m.is_add == F::ONE; });
    auto lie = add;
    lie.main.is_add = F::ZERO, lie.main.is_sub = F::ONE;
    std::swap(lie.main.result, lie.main.result);
    const uint32_t difference = word(lie.main.a.prev) - word(lie.main.b.prev);
    fill_limbs(lie.main.result, difference);
    CHECK_FALSE(complaints<AddSubChip>(lab, lie).empty());
    auto addi = first_row<AddiChip>(lab);
    addi.main.cpu.pc += 4_f * f(1 << 20);  // pc outside the ROM
    CHECK_FALSE(complaints<AddiChip>(lab, addi).empty());
    addi = first_row<AddiChip>(lab);
    addi.main.cpu.pc += F::ONE;  // between two instructions
    CHECK_FALSE(complaints<AddiChip>(lab, addi).empty());
}

TEST_CASE("x0 cannot be written", "[soundness]") {
    const Lab& lab = every_chip_lab();
    // No chip that writes has a table entry with rd = 0 and the writing opcode.
    for (const ProgramEntry& e : lab.layout.entries) {
        const bool discards = e.op >= OP_DISCARD_0 && e.op <= OP_DISCARD_2;
        const uint32_t op = e.op % OP_WRITES;
        const bool reads_only = (op >= OP_BEQ && op <= OP_BGEU) || (op >= OP_SW && op <= OP_ECALL);
        const bool says_writes = op == OP_JAL || op == OP_JALR || (op >= OP_LW && op <= OP_LHU);
        if (e.rd == 0) CHECK((discards || reads_only || (says_writes && e.op < OP_WRITES)));
        if (e.rd != 0 && says_writes) CHECK(e.op > OP_WRITES);
    }
    auto addi = first_row<AddiChip>(lab);
    addi.main.rd = F::ZERO;
    CHECK_FALSE(complaints<AddiChip>(lab, addi).empty());
    auto load = find_row<LoadWordChip>(lab, [](const auto& m) { return m.writes.is_zero(); });
    load.main.writes = F::ONE;
    CHECK_FALSE(complaints<LoadWordChip>(lab, load).empty());
    load = find_row<LoadWordChip>(lab, [](const auto& m) { return m.writes == F::ONE; });
    load.main.writes = F::ZERO;  // a result that is not written
    CHECK_FALSE(complaints<LoadWordChip>(lab, load).empty());
}

TEST_CASE("a load cannot read a stale value or the future", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = find_row<LoadWordChip>(lab, [](const auto& m) { return m.memory.t_prev.canonical() > 100; });
    auto lie = honest;  // the value of another time
    lie.main.memory.prev[0] += F::ONE;
    lie.main.memory.prev[0] = f(lie.main.memory.prev[0].canonical() & 0xffff);
    CHECK(lab.caught<LoadWordChip>(honest, lie));
    lie = honest;  // an earlier access
    lie.main.memory.t_prev = F::ZERO;
    const uint32_t gap = honest.main.cpu.t.canonical() + 1;
    lie.main.memory.gap = f(gap & 0xffff);
    REQUIRE(complaints<LoadWordChip>(lab, lie).empty());
    CHECK(lab.caught<LoadWordChip>(honest, lie));
    lie = honest;  // a later one: the difference is negative, and no 29 bits hold it
    lie.main.memory.t_prev = honest.main.cpu.t + f(1000);
    for (uint32_t g : {0u, 1u, 0xffffu, 64538u}) {
        lie.main.memory.gap = f(g);
        CHECK_FALSE(complaints<LoadWordChip>(lab, lie).empty());
    }
    lie = honest;  // the same time
    lie.main.memory.t_prev = honest.main.cpu.t + 2_f;
    lie.main.memory.gap = -F::ONE;
    CHECK_FALSE(complaints<LoadWordChip>(lab, lie).empty());
    lie.main.memory.gap = f(0xffff);
    CHECK_FALSE(complaints<LoadWordChip>(lab, lie).empty());
}

TEST_CASE("a refresh goes forward and stays below 2^29", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = first_row<BumpChip>(lab);
    auto lie = honest;
    lie.main.epoch = f(1 << 13);
    CHECK_FALSE(complaints<BumpChip>(lab, lie).empty());
    lie = honest;  // backwards
    lie.main.access.t_prev = honest.main.epoch * f(1 << 16) + f(5);
    for (uint32_t g : {0u, 0xffffu, 65530u}) {
        lie.main.access.gap = f(g);
        CHECK_FALSE(complaints<BumpChip>(lab, lie).empty());
    }
    lie = honest;  // standing still
    lie.main.access.t_prev = honest.main.epoch * f(1 << 16);
    lie.main.access.gap = f(0xffff);
    CHECK_FALSE(complaints<BumpChip>(lab, lie).empty());
    // Around the field: four steps of 2^29 would close a cycle, but a time above 2^29 is no refresh's.
    lie = honest;
    lie.main.epoch = -F::ONE;
    CHECK_FALSE(complaints<BumpChip>(lab, lie).empty());
    lie = honest;  // changing the word by the way
    CHECK_FALSE(complaints<BumpChip>(lab, lie).size());
    lie.main.word += F::ONE;
    CHECK(lab.caught<BumpChip>(honest, lie));
}

TEST_CASE("an address is aligned, in range and one number", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = first_row<LoadWordChip>(lab);
    const auto with = [&](uint32_t base, F quarter, F high, F nonzero) {
        auto row = honest;
        // rs1 holds what makes the sum `base`.
        fill_limbs(row.main.base.prev, base - word(row.main.imm));
        row.main.address = {quarter, high, nonzero};
        return complaints<LoadWordChip>(lab, row);
    };
    const F quarter_inverse = f(4).inverse();
    CHECK(with(0x0100'0004, f(1), f(0x100), F::ONE).empty());
    CHECK(with(0x0000'0080, f(32), F::ZERO, F::ZERO).empty());
    CHECK(with(0x77ff'fffc, f(0x3fff), f(0x77ff), F::ONE).empty());
    // misaligned: low limb / 4 in F is word 0x1fc0'0001 and more
    for (uint32_t off : {1u, 2u, 3u})
        CHECK_FALSE(with(0x0100'0000 + off, f(off) * quarter_inverse, f(0x100), F::ONE).empty());
    // misaligned, rounded
    CHECK_FALSE(with(0x0100'0005, f(1), f(0x100), F::ONE).empty());
    // registers
    CHECK_FALSE(with(0x0000'007c, f(31), F::ZERO, F::ZERO).empty());
    CHECK_FALSE(with(0x0000'007c, f(31), F::ZERO, F::ONE).empty());
    CHECK_FALSE(with(0, F::ZERO, F::ZERO, F::ZERO).empty());
    // reserved words and beyond
    CHECK_FALSE(with(0x7800'0000, F::ZERO, f(0x7800), F::ONE).empty());
    CHECK_FALSE(with(0x7f00'0001 + 0x83, f(0x21), f(0x7f00), F::ONE).empty());  // x + p
    CHECK_FALSE(with(0xffff'fffc, f(0x3fff), f(0xffff), F::ONE).empty());
    // the same sum with other limbs
    CHECK_FALSE(with(0x0100'0004, f(1) + f(1 << 14), f(0xff), F::ONE).empty());
    CHECK_FALSE(with(0x0100'0004, f(1) - f(1 << 14), f(0x101), F::ONE).empty());
    CHECK_FALSE(with(0x0100'0004, f(2), f(0x100), F::ONE).empty());
    // a wrapped sum is the address mod 2^32
    auto row = find_row<LoadWordChip>(lab, [](const auto& m) { return m.imm[1].is_zero(); });
    (void)row;
}

TEST_CASE("halves are aligned", "[soundness]") {
    const Lab& lab = every_chip_lab();
    for (auto honest :
         {find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lh == F::ONE && m.offset.bit1.is_zero(); }),
          find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lhu == F::ONE && m.offset.bit1.is_zero(); })}) {
        honest.main.base.prev[0] += F::ONE;
        honest.main.offset.bit0 = F::ONE;
        CHECK_FALSE(complaints<LoadSubChip>(lab, honest).empty());
    }
    auto store =
        find_row<StoreSubChip>(lab, [](const auto& m) { return m.is_sh == F::ONE && m.offset.bit1.is_zero(); });
    store.main.base.prev[0] += F::ONE;
    store.main.offset.bit0 = F::ONE;
    CHECK_FALSE(complaints<StoreSubChip>(lab, store).empty());
}

TEST_CASE("a jalr target is a multiple of 4 below 0x7800'0000, as limbs", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto honest = first_row<JalrChip>(lab);
    const auto with = [&](uint32_t target, F quarter, F high) {
        auto row = honest;
        fill_limbs(row.main.a.prev, target - word(row.main.imm));
        row.main.target_quarter = quarter;
        row.main.target_high = high;
        row.main.target_nonzero = high.is_zero() ? F::ZERO : F::ONE;
        return complaints<JalrChip>(lab, row);
    };
    CHECK(with(0x0020'0800, f(0x200), f(0x20)).empty());
    CHECK(with(0, F::ZERO, F::ZERO).empty());     // ends with pc 0, and halted 0
    const uint32_t wrapped = 0x0020'0803 + F::P;  // = 0x0020'0804 + p - 1 + ..: a multiple of 4 that is a pc mod p
    CHECK_FALSE(with(wrapped, f((wrapped & 0xffff) >> 2), f(wrapped >> 16)).empty());
    CHECK_FALSE(with(0x0020'0802, f(2) * f(4).inverse() + f(0x200), f(0x20)).empty());
    CHECK_FALSE(with(0x0020'0802, f(0x200), f(0x20)).empty());
}

TEST_CASE("a branch goes where its comparison says", "[soundness]") {
    const Lab& lab = every_chip_lab();
    for (int taken : {0, 1}) {
        auto equal =
            find_row<BranchEqualChip>(lab, [&](const auto& m) { return m.taken == f(taken) && m.is_beq == F::ONE; });
        equal.main.taken = F::ONE - equal.main.taken;
        CHECK(air::check_row<BranchEqualChip>(equal));
        for (int k = 0; k < 4; k++) {
            auto less = find_row<BranchLessChip>(
                lab, [&](const auto& m) { return m.taken == f(taken) && (&m.is_blt)[k] == F::ONE; });
            for (uint32_t borrow : {0u, 1u})
                for (uint32_t sa : {0u, 1u})
                    for (uint32_t sb : {0u, 1u}) {
                        auto lie = less;
                        lie.main.taken = F::ONE - less.main.taken;
                        lie.main.borrow = f(borrow), lie.main.sign_a = f(sa), lie.main.sign_b = f(sb);
                        CHECK_FALSE(complaints<BranchLessChip>(lab, lie).empty());
                    }
        }
    }
}

TEST_CASE("a division has one result", "[soundness]") {
    const Lab& lab = every_chip_lab();
    constexpr size_t T = MachineChips::index_of<DivRemChip>();
    size_t tried = 0, by_zero = 0, overflow = 0;
    for (size_t i = 0; i < lab.trace[T].height(); i++) {
        const auto honest = lab.row<DivRemChip>(i);
        const auto value = [](const DivRemChip::Main<F>& m) {
            const F takes_q = m.is_div + m.is_divu, takes_r = m.is_rem + m.is_remu;
            uint32_t q = 0;
            for (unsigned k = 0; k < 4; k++) q |= m.quotient[k].canonical() << (8 * k);
            return takes_q == F::ONE ? q : takes_r == F::ONE ? word(m.remainder) : 0;
        };
        const uint32_t a = word(honest.main.a.prev), result = value(honest.main);
        uint32_t d = 0, q = 0;
        for (unsigned k = 0; k < 4; k++)
            d |= honest.main.divisor.bytes[k].canonical() << (8 * k), q |= honest.main.quotient[k].canonical()
                                                                           << (8 * k);
        by_zero += d == 0;
        overflow += a == 0x8000'0000 && d == 0xffff'ffff;
        for (uint32_t other : {q + 1, q - 1, 0u, 0xffff'ffffu, 1u, 0x8000'0000u, 0x7fff'ffffu, 0u - q}) {
            for (uint32_t signs = 0; signs < 4; signs++)
                for (const bool zero : {false, true}) {
                    auto lie = honest;
                    fill_bytes(lie.main.quotient, other);
                    fill_limbs(lie.main.remainder, a - other * d);
                    lie.main.sign_q = f(signs & 1), lie.main.sign_r = f(signs >> 1);
                    lie.main.divisor_zero = f(zero);
                    const int64_t r = int64_t{a - other * d} - (signs >> 1 ? int64_t{1} << 32 : 0);
                    const int64_t divisor = int64_t{d} - (honest.main.sign_d == F::ONE ? int64_t{1} << 32 : 0);
                    const int64_t slack = (divisor < 0 ? -divisor : divisor) - (r < 0 ? -r : r) - 1;
                    lie.main.slack_low = f(static_cast<uint32_t>(slack) & 0xffff);
                    tried++;
                    if (complaints<DivRemChip>(lab, lie).empty()) CHECK(value(lie.main) == result);
                }
        }
    }
    CHECK(tried > 1000);
    CHECK(by_zero > 0);
    CHECK(overflow > 0);
}

TEST_CASE("the preprocessed tables hold each entry once, but for the filling", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::map<uint32_t, size_t> pcs;
    for (size_t i = 0; i < lab.layout.entries.size(); i++) {
        const auto [at, fresh] = pcs.try_emplace(lab.layout.entries[i].pc, i);
        if (!fresh) CHECK(lab.layout.entries[i] == lab.layout.entries.back());
    }
    for (size_t i = 0; i + 1 < RangeTable::HEIGHT; i++) {
        const auto row = RangeTable::prep_row(i);
        if (RangeTable::index(row.bits.canonical(), row.value.canonical()) != i) FAIL("range row " << i);
    }
    for (size_t i = 0; i < ByteTable::HEIGHT; i += 7) {
        const auto row = ByteTable::prep_row(i);
        CHECK(row.both.canonical() == (row.x.canonical() & row.y.canonical()));
    }
    // The all-zero entry is in no table where it would be a lie, and no table has an all-zero row beyond its own.
    for (size_t i = 0; i < CallTable::HEIGHT; i++) CHECK_FALSE(CallTable::prep_row(i).advance.is_zero());
    for (const machine::Table& t : lab.prep)
        if (t.height()) CHECK(iop::stored_height(lab.profile, t.height()) == t.height());
}
