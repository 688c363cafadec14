// SPDX-License-Identifier: Apache-2.0
// The lying prover through whole proofs: an honest trace with one changed cell, repaired where an adversary could,
// proven honestly otherwise; the verifier refuses it.
#include <catch2/catch.hpp>
#include <random>

#include "libs/machine/prover.hpp"
#include "test/soundness/lab.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::test;
using machine::Table;

namespace {

struct Prover {
    exec::ThreadPool pool{2};
    machine::ProvingKey key = [&] {
        auto k = machine::setup(every_chip_program(60), *iop::named_profile("test"), exec::best_isa(), pool);
        if (!k) throw std::runtime_error(k.error().message);
        return std::move(*k);
    }();

    /// Whether a proof of this trace is accepted.
    bool accepts(const std::vector<Table>& trace, const machine::Statement& statement) {
        const auto values = machine::PublicStatement::values(statement);
        const auto proof = pcs::prove(key.proof, values, trace, pool);
        if (!proof) throw std::runtime_error(proof.error().message);
        return static_cast<bool>(machine::verify_chunk(key.vk, statement, *proof));
    }
};
Prover& prover() {
    static Prover p;
    return p;
}

/// Moves multiplicities of the fixed tables from the lookups of one row to those of another.
template <air::Chip C>
void repair(Lab& lab, const air::RowOf<C, F>& from, const air::RowOf<C, F>& to) {
    using namespace chips;
    const auto move = [&](const air::RowOf<C, F>& row, F sign) {
        air::visit_interactions<C>(row, [&](uint32_t bus, F multiplicity, std::span<const F> v) {
            if (!(multiplicity == F::ONE) || !has_answer(bus, v, lab.layout).value_or(false)) return;
            const auto add = [&](std::string_view table, uint32_t column, size_t i) {
                lab.table(table).at(column, i) += sign;
            };
            switch (bus) {
                case BUS_RANGE:
                    return add("range", 0, RangeTable::index(v[0].canonical(), v[1].canonical()));
                case BUS_BYTE:
                    return add("byte", v[0].canonical() == BYTE_AND,
                               ByteTable::index(v[1].canonical(), v[2].canonical()));
                case BUS_ADDRESS:
                    return add("address", 0, v[0].canonical());
                case BUS_CALL_TABLE:
                    return add("call_table", 0, CallTable::index(v[0].canonical(), v[1].canonical()));
                case BUS_PROGRAM:
                    return add("program", 0, lab.layout.row_of(v[0].canonical()));
                default:
                    return;
            }
        });
    };
    move(from, -F::ONE);
    move(to, F::ONE);
}

}  // namespace

TEST_CASE("the honest trace of every chip is proven", "[soundness]") {
    const Lab& lab = every_chip_lab();
    CHECK(prover().accepts(lab.trace, lab.statement));
}

TEST_CASE("a changed cell in any chip is refused through a whole proof", "[soundness]") {
    Lab& lab = every_chip_lab();
    std::mt19937 random(7);
    MachineChips::for_each([&]<class C>() {
        constexpr size_t T = MachineChips::index_of<C>();
        const size_t i = random() % lab.trace[T].height();
        // The first column from a random one on whose change is a lie on this row.
        auto honest = lab.row<C>(i);
        auto lie = honest;
        size_t c = random() % air::NUM_MAIN<C>;
        if constexpr (air::FixedChip<C>) {
            lie[c] += F::ONE;
        } else {
            for (;; c = (c + 1) % air::NUM_MAIN<C>) {
                lie = honest;
                lie[c] = lie[c] == F::ZERO || lie[c] == F::ONE ? F::ONE - lie[c] : lie[c] + F::ONE;
                if (lab.caught<C>(honest, lie)) break;
            }
            repair<C>(lab, honest, lie);
        }
        const auto column = static_cast<uint32_t>(c);
        lab.trace[T].at(column, i) = lie[c];
        INFO(C::NAME << " row " << i << " column " << c);
        CHECK_FALSE(prover().accepts(lab.trace, lab.statement));
        lab.trace[T].at(column, i) = honest[c];
        if constexpr (!air::FixedChip<C>) repair<C>(lab, lie, honest);
    });
    CHECK(prover().accepts(lab.trace, lab.statement));  // everything was put back
}

TEST_CASE("another statement than the trace's is refused", "[soundness]") {
    const Lab& lab = every_chip_lab();
    const auto refused = [&](const auto& change) {
        machine::Statement s = lab.statement;
        change(s);
        return !prover().accepts(lab.trace, s);
    };
    CHECK(refused([](auto& s) { s.start.pc += 4; }));
    CHECK(refused([](auto& s) { s.end.pc = s.start.pc; }));
    CHECK(refused([](auto& s) { s.start.root[0] += F::ONE; }));
    CHECK(refused([](auto& s) { s.end.root[8] += F::ONE; }));
    CHECK(refused([](auto& s) { s.t_out += 4; }));
    CHECK(refused([](auto& s) { std::swap(s.start, s.end); }));
}

TEST_CASE("claimed heights other than the trace's are refused", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::vector<uint32_t> heights;
    for (const Table& t : lab.trace) heights.push_back(static_cast<uint32_t>(t.height()));
    const auto values = machine::PublicStatement::values(lab.statement);
    for (const char* name : {"add_sub", "load_word", "hash", "memory_leaf"}) {
        auto lie = heights;
        lie[Lab::index(name)] /= 2;  // rows dropped
        const auto proof = pcs::prove(prover().key.proof, values, lab.trace, prover().pool, nullptr, {.heights = &lie});
        REQUIRE(proof);
        INFO(name);
        CHECK_FALSE(machine::verify_chunk(prover().key.vk, lab.statement, *proof));
    }
}

TEST_CASE("a run that jumps to 0 without halting, or halts with a code, proves nothing", "[soundness]") {
    exec::ThreadPool pool(2);
    // `halted`: what the halted word is before the run, in a key that no ELF has.
    const auto outcome = [&](const rv32::Program& program, const rv32::ChunkRecord& record, uint32_t halted = 0) {
        auto key = machine::setup(program, *iop::named_profile("test"), exec::best_isa(), pool);
        REQUIRE(key);
        std::array<uint32_t, 32> reserved{};
        if (halted) {
            constexpr uint32_t AT = rv32::WORD_HALTED - rv32::RESERVED_WORD;
            reserved[AT] = halted;
            rv32::TouchedLeaf leaf{rv32::WORD_HALTED / rv32::LEAF_WORDS, {}, {}, {}};
            leaf.out[AT % rv32::LEAF_WORDS] = halted;
            key->image.update({&leaf, 1}, pool);
            auto vk =
                machine::make_verifying_key(key->vk.field, key->vk.entry, key->image.root(), key->vk.proof.profile,
                                            key->vk.proof.fixed_heights, key->vk.proof.prep_root);
            REQUIRE(vk);
            key->vk = std::move(*vk);
            key->proof.vk = key->vk.proof;
        }
        machine::MemoryTree tree = key->image;
        const auto boundary = tree.update(record.leaves, pool);
        machine::ProveStats stats;
        auto chunk = machine::prove_chunk(*key, record, boundary, pool, stats);
        REQUIRE(chunk);
        REQUIRE(machine::verify_chunk(key->vk, chunk->statement, chunk->proof));
        for (const auto& leaf : record.leaves)
            if (leaf.leaf >= machine::ReservedOpening::FIRST_LEAF)
                for (uint32_t i = 0; i < 8; i++)
                    reserved[(leaf.leaf - machine::ReservedOpening::FIRST_LEAF) * 8 + i] = leaf.out[i];
        machine::RunProof run;
        run.chunks.push_back({chunk->statement.end, chunk->statement.t_out, chunk->proof});
        run.reserved = tree.open_reserved(reserved);
        const auto r = machine::verify_run(key->vk, *encode(run), {.allow_test_profiles = true});
        REQUIRE_FALSE(r);
        return r.error().code;
    };
    rv32::Assembler jump;
    jump.immediate(rv32::Opcode::jalr, rv32::registers::ZERO, rv32::registers::ZERO, 0);
    rv32::ChunkRecord record;
    rv32::AluRecord& r = record.jalr.append();
    r = {};
    r.pc = rv32::TEXT_BASE;
    r.t = 4;
    r.op = rv32::Opcode::jalr;
    record.pc_in = rv32::TEXT_BASE;
    record.t_out = 8;
    record.cycles = 1;
    record.leaves.push_back({0, {}, {4, 0, 0, 0, 0, 0, 0, 0}, {}});
    CHECK(outcome(jump.program(), record) == machine::VerifyCode::not_halted);
    // Halted is 1, not anything but 0.
    for (uint32_t halted : {2u, 0x8000'0001u})
        CHECK(outcome(jump.program(), record, halted) == machine::VerifyCode::not_halted);

    rv32::Assembler code;
    code.halt(1);
    const rv32::Program program = code.program();
    auto cursor = rv32::ChunkCursor::make(program, {});
    REQUIRE(cursor);
    const auto start = cursor->next();
    REQUIRE(start);
    CHECK(outcome(program, rv32::record_chunk(program, *start)) == machine::VerifyCode::exit_code);
}
