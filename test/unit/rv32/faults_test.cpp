// SPDX-License-Identifier: Apache-2.0
// Every way a run can end without success, with its kind and pc.
#include <catch2/catch.hpp>

#include "libs/base/utf8.hpp"
#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

void expect_fault(const ExecuteReport& r, FaultKind kind, uint32_t pc) {
    REQUIRE(r.fault);
    INFO(fault_name(r.fault->kind) << ": " << r.fault->message);
    CHECK(r.fault->kind == kind);
    CHECK(r.fault->pc == pc);
    CHECK_FALSE(r.fault->message.empty());
}

/// Runs `code`, whose last instruction must be the one that faults.
void expect_last_faults(const Assembler& code, FaultKind kind, const Stdin& in = {}) {
    const uint32_t length = code.here();
    const auto r = run_elf(make_elf(code, std::vector<uint32_t>(64)), in);
    expect_fault(r, kind, TEXT_BASE + length - 4);
    CHECK(r.cycles == length / 4 - 1);
    CHECK_FALSE(r.exit_code);
    uint64_t counted = 0;
    for (uint64_t n : r.opcodes) counted += n;
    CHECK(counted == r.cycles);
}

Assembler with(std::initializer_list<uint32_t> words) {
    Assembler code;
    for (uint32_t w : words) code.word(w);
    return code;
}

}  // namespace

TEST_CASE("traps fault") {
    expect_last_faults(with({0x13, 0x0ff0000f}), FaultKind::unimplemented_instruction);
    expect_last_faults(with({0xc0001073}), FaultKind::unimplemented_instruction);
    expect_last_faults(with({0x13, 0x13, 0x30200073}), FaultKind::unimplemented_instruction);
    expect_last_faults(with({0x00100073}), FaultKind::breakpoint);
}

TEST_CASE("misaligned and out-of-range accesses fault") {
    const struct {
        Opcode op;
        uint32_t address;
        FaultKind kind;
    } CASES[] = {
        {Opcode::lw, DATA_BASE + 1, FaultKind::misaligned_access},
        {Opcode::lw, DATA_BASE + 2, FaultKind::misaligned_access},
        {Opcode::sw, DATA_BASE + 3, FaultKind::misaligned_access},
        {Opcode::lh, DATA_BASE + 1, FaultKind::misaligned_access},
        {Opcode::lhu, DATA_BASE + 3, FaultKind::misaligned_access},
        {Opcode::sh, DATA_BASE + 1, FaultKind::misaligned_access},
        {Opcode::lw, 0x7C, FaultKind::address_out_of_range},
        {Opcode::lb, 0x7F, FaultKind::address_out_of_range},
        {Opcode::sb, 0, FaultKind::address_out_of_range},
        {Opcode::lw, 0x78000000, FaultKind::address_out_of_range},
        {Opcode::sw, 0xFFFFFFFC, FaultKind::address_out_of_range},
        {Opcode::lbu, 0x78000000, FaultKind::address_out_of_range},
        {Opcode::sh, 0x7E, FaultKind::address_out_of_range},
        {Opcode::lw, 0x80000000, FaultKind::address_out_of_range},
    };
    for (const auto& c : CASES) {
        INFO(opcode_name(c.op) << " at " << c.address);
        Assembler code;
        code.li(A0, c.address);
        const auto cls = class_of(c.op);
        if (cls == InstructionClass::store_word || cls == InstructionClass::store_sub)
            code.store(c.op, A1, A0, 0);
        else
            code.load(c.op, A1, A0, 0);
        expect_last_faults(code, c.kind);
    }
    // The first and last usable addresses work, and base + immediate wraps.
    Assembler code;
    code.li(A0, 0x80);
    code.store(Opcode::sw, A0, A0, 0);
    code.load(Opcode::lb, A1, A0, 3);
    code.li(A0, 0x77FFFFFF);
    code.store(Opcode::sb, A0, A0, 0);
    code.load(Opcode::lw, A1, A0, -3);
    code.li(A0, 0xFFFFFFFF);
    code.load(Opcode::lw, A1, A0, 0x81);
    CHECK_FALSE(run_code(code).fault);
}

TEST_CASE("leaving the text faults at the target") {
    Assembler fall;
    fall.word(0x13);
    const auto r = run_elf(make_elf(fall));
    expect_fault(r, FaultKind::pc_outside_text, TEXT_BASE + 4);
    CHECK(r.cycles == 1);

    const auto jump_to = [](uint32_t target) {
        Assembler code;
        code.li(A0, target);
        code.immediate(Opcode::jalr, RA, A0, 0);
        return run_elf(make_elf(code));
    };
    expect_fault(jump_to(0), FaultKind::pc_outside_text, 0);
    expect_fault(jump_to(TEXT_BASE + 12), FaultKind::pc_outside_text, TEXT_BASE + 12);
    expect_fault(jump_to(TEXT_BASE - 4), FaultKind::pc_outside_text, TEXT_BASE - 4);
    // Bit 0 of a jalr target is not cleared.
    expect_fault(jump_to(TEXT_BASE + 1), FaultKind::misaligned_pc, TEXT_BASE + 1);
    expect_fault(jump_to(TEXT_BASE + 2), FaultKind::misaligned_pc, TEXT_BASE + 2);
    CHECK(jump_to(0).cycles == 2);

    const auto relative = [](Opcode op, int32_t distance) {
        Assembler code;
        code.instruction({op, 0, 0, 0, distance});
        return run_elf(make_elf(code));
    };
    expect_fault(relative(Opcode::jal, -8), FaultKind::pc_outside_text, TEXT_BASE - 8);
    expect_fault(relative(Opcode::jal, 2), FaultKind::misaligned_pc, TEXT_BASE + 2);
    expect_fault(relative(Opcode::beq, 4094), FaultKind::misaligned_pc, TEXT_BASE + 4094);
    expect_fault(relative(Opcode::beq, 4), FaultKind::pc_outside_text, TEXT_BASE + 4);
    // A branch that is not taken may name any target.
    Assembler code;
    code.branch(Opcode::bne, ZERO, ZERO, 2);
    CHECK_FALSE(run_code(code).fault);
}

TEST_CASE("unknown system calls fault; all four bytes count") {
    for (const uint32_t word :
         {1u, 5u, 0x00020109u, 0x01010109u, 0x00000109u, 0x00010009u, 0xFFFFFFFFu, 0x80000000u, 0x33u, 0x11u}) {
        INFO("word " << word);
        Assembler code;
        code.call(word);
        expect_last_faults(code, FaultKind::unknown_syscall);
    }
}

TEST_CASE("arguments that calls forbid fault") {
    const struct {
        uint32_t word, a0, a1;
    } CASES[] = {
        {0x10, 8, 0},                      // COMMIT
        {0x1A, 0xFFFFFFFF, 0},             // COMMIT_DEFERRED_PROOFS
        {0x1B, DATA_BASE + 2, DATA_BASE},  // VERIFY_PICO_PROOF
        {0x1B, DATA_BASE, 0x77FFFFE4},
        {0x1B, 0x7C, DATA_BASE},
        {0x00300105, DATA_BASE, 1},          // SHA_EXTEND: a1 != 0
        {0x00300105, 0x77FFFF04, 0},         // 64 words would not fit
        {0x00010106, DATA_BASE, DATA_BASE},  // SHA_COMPRESS: w = h
        {0x00010106, DATA_BASE, DATA_BASE + 2},
        {0x00010109, DATA_BASE, 4},  // KECCAK_PERMUTE: a1 != 0
        {0x00010109, DATA_BASE + 1, 0},
        {0x00010109, 0xFFFFFFFC, 0},
        {0x0001012F, DATA_BASE + 2, DATA_BASE},  // POSEIDON2_PERMUTE
        {0x0001012F, DATA_BASE, DATA_BASE + 2},
        {0x0001011D, DATA_BASE, DATA_BASE + 1},  // UINT256_MUL
        {0x0001010A, DATA_BASE, DATA_BASE},      // SECP256K1_ADD: equal points
        {0x0000010B, DATA_BASE, 0},              // DOUBLE: y = 0
        {0x0000010C, DATA_BASE, 2},              // DECOMPRESS: sign
        {0x0000010C, DATA_BASE, 0},              // x = 0: 7 is not a square
        {0x00000108, DATA_BASE, 0},              // ED_DECOMPRESS: y = 0
    };
    for (const auto& c : CASES) {
        INFO("word " << c.word << " a0 " << c.a0 << " a1 " << c.a1);
        Assembler code;
        code.call(c.word, c.a0, c.a1);
        expect_last_faults(code, FaultKind::bad_argument);
    }
}

TEST_CASE("hint misuse faults") {
    const uint32_t fresh = DATA_BASE + 0x1000;
    const Stdin one{{{1, 2, 3, 4}}};
    const auto call = [](uint32_t word, uint32_t a0, uint32_t a1) {
        Assembler code;
        code.call(word, a0, a1);
        return code;
    };
    expect_last_faults(call(0xF0, 0, 0), FaultKind::hint_missing);
    expect_last_faults(call(0xF1, fresh, 0), FaultKind::hint_missing);
    expect_last_faults(call(0xF1, fresh, 3), FaultKind::hint_length, one);
    expect_last_faults(call(0xF1, fresh, 5), FaultKind::hint_length, one);
    expect_last_faults(call(0xF1, fresh + 1, 4), FaultKind::bad_argument, one);
    expect_last_faults(call(0xF1, 0x78000000, 4), FaultKind::bad_argument, one);
    expect_last_faults(call(0xF1, 0x7C, 4), FaultKind::bad_argument, one);
    expect_last_faults(call(0xF1, TEXT_BASE, 4), FaultKind::hint_not_fresh, one);  // non-zero word
    {
        Assembler code;  // read before
        code.li(S0, fresh);
        code.load(Opcode::lbu, A3, S0, 2);
        code.call(0xF1, fresh, 4);
        expect_last_faults(code, FaultKind::hint_not_fresh, one);
    }
    {
        Assembler code;  // written before, with 0
        code.li(S0, fresh);
        code.store(Opcode::sh, ZERO, S0, 0);
        code.call(0xF1, fresh, 4);
        expect_last_faults(code, FaultKind::hint_not_fresh, one);
    }
    {
        Assembler code;  // hinted before
        code.call(0xF1, fresh, 4);
        code.call(0xF1, fresh, 4);
        expect_last_faults(code, FaultKind::hint_not_fresh, {{{1, 2, 3, 4}, {5, 6, 7, 8}}});
    }
    {
        Assembler code;  // an operand of a precompile before
        code.call(0x00010109, fresh);
        code.call(0xF1, fresh + 196, 4);
        expect_last_faults(code, FaultKind::hint_not_fresh, one);
    }
    // A neighbouring word does not matter, an empty buffer needs no room.
    Assembler code;
    code.li(S0, fresh);
    code.store(Opcode::sw, S0, S0, 4);
    code.call(0xF1, fresh, 4);
    code.call(0xF1, 4, 0);
    CHECK_FALSE(run_code(code, {}, {{{1, 2, 3, 4}, {}}}).fault);
}

TEST_CASE("only WRITE and EXIT are allowed inside an unconstrained block") {
    for (const uint32_t word : {0x00u, 0x03u, 0x10u, 0x1Au, 0x1Bu, 0xF0u, 0xF1u, 0x00010109u}) {
        INFO("word " << word);
        Assembler code;
        code.call(3);
        code.call(word, DATA_BASE, 0);
        const auto r = run_elf(make_elf(code), {{{1}}});
        expect_fault(r, FaultKind::unconstrained_call, TEXT_BASE + code.here() - 4);
    }
}

TEST_CASE("faults inside an unconstrained block end the run there") {
    Assembler code;
    code.call(3);
    code.load(Opcode::lw, A0, ZERO, 0);
    expect_fault(run_elf(make_elf(code)), FaultKind::address_out_of_range, TEXT_BASE + code.here() - 4);
    Assembler leaves;
    leaves.call(3);
    leaves.immediate(Opcode::jalr, ZERO, ZERO, 0);
    expect_fault(run_elf(make_elf(leaves)), FaultKind::pc_outside_text, 0);
    Assembler endless;
    endless.call(3);
    const auto loop = endless.label_here();
    endless.jal(ZERO, loop);
    ExecuteOptions options;
    options.max_cycles = 100000;
    expect_fault(run_elf(make_elf(endless), {}, options), FaultKind::cycle_limit, TEXT_BASE + endless.here() - 4);
}

TEST_CASE("the cycle limit is exact") {
    Assembler code;
    code.immediate(Opcode::addi, A0, ZERO, 10);
    const auto loop = code.label_here();
    code.word(0x13);
    code.immediate(Opcode::addi, A0, A0, -1);
    code.branch(Opcode::bne, A0, ZERO, loop);
    code.halt();
    const Bytes elf = make_elf(code);
    const uint64_t needed = run_elf(elf).cycles;
    CHECK(needed == 1 + 30 + 3);
    for (uint64_t limit = 0; limit < needed; limit++) {
        INFO("limit " << limit);
        ExecuteOptions options;
        options.max_cycles = limit;
        const auto r = run_elf(elf, {}, options);
        REQUIRE(r.fault);
        CHECK(r.fault->kind == FaultKind::cycle_limit);
        CHECK(r.cycles == limit);
        CHECK_FALSE(r.exit_code);
        uint64_t counted = 0;
        for (uint64_t n : r.opcodes) counted += n;
        CHECK(counted == limit);
    }
    ExecuteOptions options;
    options.max_cycles = needed;
    CHECK_FALSE(run_elf(elf, {}, options).fault);
}

TEST_CASE("output is bounded") {
    Assembler code;
    const auto loop = code.label_here();
    code.write(1, DATA_BASE, 4096);
    code.jal(ZERO, loop);
    ExecuteOptions options;
    options.max_output_bytes = 100000;
    const auto r = run_elf(make_elf(code), {}, options);
    expect_fault(r, FaultKind::output_limit, TEXT_BASE + code.here() - 8);
    CHECK(r.stdout_text.size() == 24 * 4096);
}

TEST_CASE("an exit code other than 0 is a fault that quotes the panic") {
    Assembler code;
    code.write(2, DATA_BASE, 11);
    code.halt(3);
    const auto r = run_elf(make_elf(code, {0x67676f6c, 0x6f6f620a, 0x000a216d}));  // "logg\nboom!\n"
    expect_fault(r, FaultKind::nonzero_exit, TEXT_BASE + code.here() - 4);
    CHECK(r.exit_code == 3u);
    CHECK(r.fault->message.find("boom!") != std::string::npos);
    CHECK(r.stderr_text == "logg\nboom!\n");
}

TEST_CASE("whatever bytes a guest writes, its output and the panic that is quoted are UTF-8") {
    // 600 bytes without a newline; characters of three bytes from an odd place, so that 500 falls into one.
    std::vector<uint32_t> all, cut(150, 0x82e282ac);  // ac 82 e2 82 ...
    for (uint32_t i = 0; i < 256; i += 4) all.push_back(i | (i + 1) << 8 | (i + 2) << 16 | (i + 3) << 24);
    for (const std::vector<uint32_t>& data : {all, cut}) {
        Assembler code;
        const auto size = static_cast<uint32_t>(4 * data.size());
        code.write(1, DATA_BASE, size);
        code.write(2, DATA_BASE, size);
        code.halt(1);
        const auto r = run_elf(make_elf(code, data));
        REQUIRE(r.fault);
        for (const std::string& text : {r.stdout_text, r.stderr_text, r.fault->message}) {
            CHECK(utf8_text(text) == text);
            CHECK(text.find("\\xac") != std::string::npos);
        }
    }
}

TEST_CASE("a committed digest that is not the stream's is a fault") {
    Assembler code;
    code.write(3, DATA_BASE, 4);
    code.call(0x10, 0, 1);
    const auto r = run_code(code, {1});
    REQUIRE(r.fault);
    CHECK(r.fault->kind == FaultKind::digest_mismatch);
    CHECK(r.exit_code == 0u);
}
