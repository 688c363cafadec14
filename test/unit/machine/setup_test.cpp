// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>

#include "libs/machine/prover.hpp"
#include "test/support/sample_programs.hpp"

using namespace ashlar;
using namespace ashlar::machine;

namespace {

std::string setup_error(const rv32::Program& program) {
    exec::ThreadPool pool(2);
    const auto key = setup(program, *iop::named_profile("test"), exec::best_isa(), pool);
    return key ? "" : key.error().code;
}

rv32::Program tiny() {
    rv32::Assembler a;
    a.halt();
    return a.program();
}

}  // namespace

TEST_CASE("setup refuses a program it cannot represent", "[machine_setup]") {
    CHECK(setup_error(tiny()).empty());
    auto p = tiny();
    p.image.insert(p.image.begin(), {5, 1});  // a register
    CHECK(setup_error(p) == "program_image");
    p = tiny();
    p.image.push_back({rv32::RESERVED_WORD, 1});
    CHECK(setup_error(p) == "program_image");
    p = tiny();
    p.image.push_back(p.image.back());  // a word twice
    CHECK(setup_error(p) == "program_image");
    p = tiny();
    p.entry = p.pc_base - 4;
    CHECK(setup_error(p) == "program_image");
    p = tiny();
    p.entry += 2;
    CHECK(setup_error(p) == "program_image");
    p = tiny();
    for (auto& i : p.instructions) i = {};  // traps
    CHECK(setup_error(p) == "program_empty");
}

TEST_CASE("every part of a program is in its key", "[machine_setup]") {
    exec::ThreadPool pool(2);
    const iop::Profile& profile = *iop::named_profile("test");
    const auto digest = [&](const rv32::Program& p) {
        return vk_digest(setup(p, profile, exec::best_isa(), pool)->vk);
    };
    const auto honest = digest(tiny());
    CHECK(digest(tiny()) == honest);
    auto p = tiny();
    p.image.push_back({0x0100'0000, 1});
    CHECK_FALSE(digest(p) == honest);
    p = tiny();
    p.entry += 4;
    CHECK_FALSE(digest(p) == honest);
    p = tiny();
    p.instructions[0].rd ^= 1;
    CHECK_FALSE(digest(p) == honest);
    p = tiny();
    p.field = rv32::GuestField::baby_bear;
    CHECK_FALSE(digest(p) == honest);
    CHECK_FALSE(vk_digest(setup(tiny(), *iop::named_profile("chunk-small"), exec::best_isa(), pool)->vk) == honest);
}

TEST_CASE("program entries say what the chips read", "[machine_setup]") {
    using chips::program_entry;
    using rv32::Opcode;
    const auto f = [](uint32_t x) { return F::from_canonical(x); };
    const uint32_t pc = 0x0020'0800;
    const auto slli = *program_entry(pc, {Opcode::slli, 1, 2, 0, 21});
    CHECK(slli.op == chips::OP_SLLI + chips::OP_SHIFT_16);
    CHECK((slli.rs2 == f(11) && slli.imm_low == f(1 << 11) && slli.imm_high == f(1 << 5)));
    const auto srai = *program_entry(pc, {Opcode::srai, 1, 2, 0, 4});
    CHECK((srai.op == chips::OP_SRAI && srai.rs2 == f(4) && srai.imm_low == f(16) && srai.imm_high == f(1 << 12)));
    const auto slti = *program_entry(pc, {Opcode::slti, 1, 2, 0, -3});
    CHECK((slti.imm_low == f(0xfffd) && slti.imm_high == -F::ONE));
    const auto sltiu = *program_entry(pc, {Opcode::sltiu, 1, 2, 0, -3});
    CHECK((sltiu.imm_low == f(0xfffd) && sltiu.imm_high == f(0xffff)));
    const auto auipc = *program_entry(pc, {Opcode::auipc, 1, 0, 0, 0x0001'0000});
    CHECK((auipc.op == chips::OP_CONSTANT && auipc.imm_low == f(0x0800) && auipc.imm_high == f(0x21)));
    CHECK(program_entry(pc, {Opcode::auipc, 0, 0, 0, 0x0001'0000})->op == chips::OP_DISCARD_0);
    CHECK(program_entry(pc, {Opcode::xori, 0, 7, 0, 1})->op == chips::OP_DISCARD_1);
    CHECK(program_entry(pc, {Opcode::div, 0, 7, 8, 0})->op == chips::OP_DISCARD_2);
    CHECK(program_entry(pc, {Opcode::jal, 0, 0, 0, -8})->op == chips::OP_JAL);
    CHECK(program_entry(pc, {Opcode::jal, 1, 0, 0, -8})->op == chips::OP_JAL + chips::OP_WRITES);
    CHECK(program_entry(pc, {Opcode::jal, 1, 0, 0, -8})->rs2 == -f(8));
    CHECK(program_entry(pc, {Opcode::lw, 0, 1, 0, 4})->op == chips::OP_LW);
    CHECK_FALSE(program_entry(pc, {Opcode::ebreak, 0, 0, 0, 0}));
    CHECK_FALSE(program_entry(pc, {Opcode::unimp, 0, 0, 0, 0}));
    // All other opcodes have an entry, and different opcodes different codes (lui and auipc apart).
    std::map<uint32_t, Opcode> seen;
    for (size_t op = 0; op < rv32::NUM_OPCODES; op++) {
        const auto o = static_cast<Opcode>(op);
        if (rv32::class_of(o) == rv32::InstructionClass::trap) continue;
        const auto e = program_entry(pc, {o, 1, 2, 3, 4});
        REQUIRE(e);
        const auto [at, fresh] = seen.try_emplace(e->op, o);
        CHECK((fresh || (at->second == Opcode::lui && o == Opcode::auipc)));
    }
}

TEST_CASE("a chunk that does not fit the profile is halved until it does", "[machine_setup]") {
    // Each store touches a leaf of its own: boundary and hash rows by far outweigh the instructions.
    using enum rv32::Opcode;
    using namespace rv32::registers;
    rv32::Assembler a;
    a.li(S0, 0x0100'0000);
    a.li(S1, 9000);
    const auto loop = a.label_here();
    a.store(sw, S1, S0, 0);
    a.immediate(addi, S0, S0, 2047);
    a.immediate(addi, S0, S0, 1);
    a.immediate(addi, S1, S1, -1);
    a.branch(bne, S1, ZERO, loop);
    a.halt();
    exec::ThreadPool pool(2);
    const auto key = setup(a.program(), *iop::named_profile("test"), exec::best_isa(), pool);
    REQUIRE(key);
    const auto run = prove_run(*key, {}, {.threads = 2});
    if (!run) FAIL(run.error().code << ": " << run.error().message);
    CHECK(run->stats.chunks >= 2);
    CHECK(run->stats.cycles == run->report.cycles);
    const auto claims = verify_run(key->vk, run->proof, {.allow_test_profiles = true});
    REQUIRE(claims);
    CHECK(claims->chunks == run->stats.chunks);
}
