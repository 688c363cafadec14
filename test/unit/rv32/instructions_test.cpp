// SPDX-License-Identifier: Apache-2.0
// Every ALU, load, store and branch opcode on edge operands, against formulas written from the RISC-V specification on
// wide integers.
#include <catch2/catch.hpp>
#include <functional>

#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

constexpr uint32_t EDGES[] = {0,          1,          2,          3,          31,         32,
                              33,         0x7F,       0x80,       0xFF,       0x7FFF,     0x8000,
                              0xFFFF,     0x10000,    0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001,
                              0xFFFF8000, 0xFFFFFF80, 0xFFFFFFFE, 0xFFFFFFFF, 0x12345678, 0xDEADBEEF};

using Formula = std::function<int64_t(int64_t, int64_t, uint64_t, uint64_t)>;  // signed a, b; unsigned a, b

const std::vector<std::pair<Opcode, Formula>> REGISTER_FORMULAS = {
    {Opcode::add, [](auto a, auto b, auto, auto) { return a + b; }},
    {Opcode::sub, [](auto a, auto b, auto, auto) { return a - b; }},
    {Opcode::sll, [](auto, auto, auto a, auto b) { return static_cast<int64_t>(a << (b % 32)); }},
    {Opcode::slt, [](auto a, auto b, auto, auto) { return a < b; }},
    {Opcode::sltu, [](auto, auto, auto a, auto b) { return a < b; }},
    {Opcode::xor_, [](auto a, auto b, auto, auto) { return a ^ b; }},
    {Opcode::srl, [](auto, auto, auto a, auto b) { return static_cast<int64_t>(a >> (b % 32)); }},
    {Opcode::sra, [](auto a, auto, auto, auto b) { return a >> (b % 32); }},
    {Opcode::or_, [](auto a, auto b, auto, auto) { return a | b; }},
    {Opcode::and_, [](auto a, auto b, auto, auto) { return a & b; }},
    {Opcode::mul, [](auto a, auto b, auto, auto) { return a * b; }},
    {Opcode::mulh, [](auto a, auto b, auto, auto) { return (a * b) >> 32; }},
    {Opcode::mulhsu, [](auto a, auto, auto, auto b) { return (a * static_cast<int64_t>(b)) >> 32; }},
    {Opcode::mulhu, [](auto, auto, auto a, auto b) { return static_cast<int64_t>((a * b) >> 32); }},
    {Opcode::div, [](auto a, auto b, auto, auto) { return b == 0 ? -1 : a / b; }},
    {Opcode::divu, [](auto, auto, auto a, auto b) { return b == 0 ? -1 : static_cast<int64_t>(a / b); }},
    {Opcode::rem, [](auto a, auto b, auto, auto) { return b == 0 ? a : a % b; }},
    {Opcode::remu, [](auto, auto, auto a, auto b) { return static_cast<int64_t>(b == 0 ? a : a % b); }},
};

uint32_t evaluate(const Formula& f, uint32_t a, uint32_t b) {
    return static_cast<uint32_t>(f(static_cast<int32_t>(a), static_cast<int32_t>(b), a, b));
}

/// Runs code that stores `count` words from DATA_BASE on, and returns them.
std::vector<uint32_t> results(Assembler code, size_t count, const std::vector<uint32_t>& data = {}) {
    code.write(3, DATA_BASE, static_cast<uint32_t>(4 * count));
    const auto report = run_code(code, data);
    INFO((report.fault ? report.fault->message : ""));
    REQUIRE_FALSE(report.fault);
    return committed_words(report);
}

}  // namespace

TEST_CASE("register opcodes on edge operands") {
    for (const auto& [op, formula] : REGISTER_FORMULAS) {
        Assembler code;
        std::vector<uint32_t> expected;
        code.li(S0, DATA_BASE);
        for (uint32_t a : EDGES)
            for (uint32_t b : EDGES) {
                code.li(A0, a), code.li(A1, b);
                code.op(op, A2, A0, A1);
                code.store(Opcode::sw, A2, S0, 0);
                code.immediate(Opcode::addi, S0, S0, 4);
                expected.push_back(evaluate(formula, a, b));
            }
        INFO(opcode_name(op));
        CHECK(results(code, expected.size()) == expected);
    }
}

TEST_CASE("immediate opcodes agree with their register forms") {
    const std::pair<Opcode, Opcode> PAIRS[] = {
        {Opcode::addi, Opcode::add},  {Opcode::slti, Opcode::slt}, {Opcode::sltiu, Opcode::sltu},
        {Opcode::xori, Opcode::xor_}, {Opcode::ori, Opcode::or_},  {Opcode::andi, Opcode::and_},
        {Opcode::slli, Opcode::sll},  {Opcode::srli, Opcode::srl}, {Opcode::srai, Opcode::sra}};
    for (const auto& [op, as] : PAIRS) {
        const bool shift = op == Opcode::slli || op == Opcode::srli || op == Opcode::srai;
        const auto& formula = std::find_if(REGISTER_FORMULAS.begin(), REGISTER_FORMULAS.end(), [&](auto& f) {
                                  return f.first == as;
                              })->second;
        Assembler code;
        std::vector<uint32_t> expected;
        code.li(S0, DATA_BASE);
        for (uint32_t a : EDGES)
            for (const int32_t imm : {0, 1, 5, 15, 16, 31, 2047, -1, -2048, -5}) {
                if (shift && (imm < 0 || imm > 31)) continue;
                code.li(A0, a);
                code.immediate(op, A2, A0, imm);
                code.store(Opcode::sw, A2, S0, 0);
                code.immediate(Opcode::addi, S0, S0, 4);
                expected.push_back(evaluate(formula, a, static_cast<uint32_t>(imm)));
            }
        INFO(opcode_name(op));
        CHECK(results(code, expected.size()) == expected);
    }
}

TEST_CASE("loads extend and stores merge") {
    const std::vector<uint32_t> data = {0, 0, 0, 0, 0,          0,          0,          0,
                                        0, 0, 0, 0, 0x80FF7F01, 0x11223344, 0x11223344, 0x11223344};
    Assembler code;
    code.li(S0, DATA_BASE);
    const struct {
        Opcode op;
        int32_t offset;
        uint32_t expected;
    } LOADS[] = {{Opcode::lb, 48, 1},          {Opcode::lb, 49, 0x7F},       {Opcode::lb, 50, 0xFFFFFFFF},
                 {Opcode::lb, 51, 0xFFFFFF80}, {Opcode::lbu, 50, 0xFF},      {Opcode::lbu, 51, 0x80},
                 {Opcode::lh, 48, 0x7F01},     {Opcode::lh, 50, 0xFFFF80FF}, {Opcode::lhu, 50, 0x80FF},
                 {Opcode::lhu, 48, 0x7F01},    {Opcode::lw, 48, 0x80FF7F01}};
    std::vector<uint32_t> expected;
    for (const auto& l : LOADS) {
        code.load(l.op, A0, S0, l.offset);
        code.store(Opcode::sw, A0, S0, static_cast<int32_t>(4 * expected.size()));
        expected.push_back(l.expected);
    }
    code.li(A1, 0xAABBCCDD);
    code.store(Opcode::sb, A1, S0, 52 + 2);
    code.store(Opcode::sh, A1, S0, 56 + 2);
    code.store(Opcode::sw, A1, S0, 60);
    expected.insert(expected.end(), {0, 0x80FF7F01, 0x11DD3344, 0xCCDD3344, 0xAABBCCDD});
    CHECK(results(code, 16, data) == expected);
}

TEST_CASE("branches go where they should") {
    const std::pair<Opcode, std::function<bool(uint32_t, uint32_t)>> BRANCHES[] = {
        {Opcode::beq, [](uint32_t a, uint32_t b) { return a == b; }},
        {Opcode::bne, [](uint32_t a, uint32_t b) { return a != b; }},
        {Opcode::blt, [](uint32_t a, uint32_t b) { return static_cast<int32_t>(a) < static_cast<int32_t>(b); }},
        {Opcode::bge, [](uint32_t a, uint32_t b) { return static_cast<int32_t>(a) >= static_cast<int32_t>(b); }},
        {Opcode::bltu, [](uint32_t a, uint32_t b) { return a < b; }},
        {Opcode::bgeu, [](uint32_t a, uint32_t b) { return a >= b; }},
    };
    for (const auto& [op, taken] : BRANCHES) {
        Assembler code;
        std::vector<uint32_t> expected;
        code.li(S0, DATA_BASE);
        for (uint32_t a : EDGES)
            for (uint32_t b : EDGES) {
                const auto to = code.label();
                code.li(A0, a), code.li(A1, b);
                code.immediate(Opcode::addi, A2, ZERO, 1);
                code.branch(op, A0, A1, to);
                code.immediate(Opcode::addi, A2, ZERO, 0);
                code.bind(to);
                code.store(Opcode::sw, A2, S0, 0);
                code.immediate(Opcode::addi, S0, S0, 4);
                expected.push_back(taken(a, b));
            }
        INFO(opcode_name(op));
        CHECK(results(code, expected.size()) == expected);
    }
}

TEST_CASE("jumps link, jalr adds its immediate and may overwrite its base") {
    Assembler code;
    const auto there = code.label();
    code.li(S0, DATA_BASE);
    code.jal(RA, there);
    const uint32_t jal_link = code.here();
    code.li(RA, 0);  // skipped
    code.bind(there);
    code.store(Opcode::sw, RA, S0, 0);
    code.upper(Opcode::auipc, T1, 0);
    code.immediate(Opcode::jalr, T1, T1, 12);
    const uint32_t jalr_link = code.here();
    code.li(T1, 0);  // skipped
    code.store(Opcode::sw, T1, S0, 4);
    const uint32_t auipc = code.here();
    code.upper(Opcode::auipc, A0, 0x1000);
    code.store(Opcode::sw, A0, S0, 8);
    const std::vector<uint32_t> expected = {TEXT_BASE + jal_link, TEXT_BASE + jalr_link, TEXT_BASE + auipc + 0x1000};
    CHECK(results(code, 3) == expected);
}

TEST_CASE("x0 stays zero") {
    Assembler code;
    code.li(S0, DATA_BASE);
    code.immediate(Opcode::addi, ZERO, ZERO, 5);
    code.load(Opcode::lw, ZERO, S0, 16);
    code.upper(Opcode::lui, ZERO, 0x1000);
    code.jal(ZERO, 4);
    code.op(Opcode::add, A0, ZERO, ZERO);
    code.store(Opcode::sw, A0, S0, 0);
    code.store(Opcode::sw, ZERO, S0, 4);
    CHECK(results(code, 2, {1, 1, 1, 1, 99}) == std::vector<uint32_t>{0, 0});
}
