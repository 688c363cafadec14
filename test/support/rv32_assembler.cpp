// SPDX-License-Identifier: Apache-2.0
#include "test/support/rv32_assembler.hpp"

#include <algorithm>

namespace ashlar::test {
namespace {

using rv32::Instruction;
using rv32::Opcode;

struct Coding {
    Opcode op;
    uint32_t major, funct3, funct7;
};

// From the RISC-V unprivileged specification, chapter "RV32/64G instruction set listings".
constexpr Coding CODINGS[] = {
    {Opcode::add, 0x33, 0, 0},     {Opcode::sub, 0x33, 0, 0x20},     {Opcode::sll, 0x33, 1, 0},
    {Opcode::slt, 0x33, 2, 0},     {Opcode::sltu, 0x33, 3, 0},       {Opcode::xor_, 0x33, 4, 0},
    {Opcode::srl, 0x33, 5, 0},     {Opcode::sra, 0x33, 5, 0x20},     {Opcode::or_, 0x33, 6, 0},
    {Opcode::and_, 0x33, 7, 0},    {Opcode::mul, 0x33, 0, 1},        {Opcode::mulh, 0x33, 1, 1},
    {Opcode::mulhsu, 0x33, 2, 1},  {Opcode::mulhu, 0x33, 3, 1},      {Opcode::div, 0x33, 4, 1},
    {Opcode::divu, 0x33, 5, 1},    {Opcode::rem, 0x33, 6, 1},        {Opcode::remu, 0x33, 7, 1},
    {Opcode::addi, 0x13, 0, 0},    {Opcode::slli, 0x13, 1, 0},       {Opcode::slti, 0x13, 2, 0},
    {Opcode::sltiu, 0x13, 3, 0},   {Opcode::xori, 0x13, 4, 0},       {Opcode::srli, 0x13, 5, 0},
    {Opcode::srai, 0x13, 5, 0x20}, {Opcode::ori, 0x13, 6, 0},        {Opcode::andi, 0x13, 7, 0},
    {Opcode::lb, 0x03, 0, 0},      {Opcode::lh, 0x03, 1, 0},         {Opcode::lw, 0x03, 2, 0},
    {Opcode::lbu, 0x03, 4, 0},     {Opcode::lhu, 0x03, 5, 0},        {Opcode::sb, 0x23, 0, 0},
    {Opcode::sh, 0x23, 1, 0},      {Opcode::sw, 0x23, 2, 0},         {Opcode::beq, 0x63, 0, 0},
    {Opcode::bne, 0x63, 1, 0},     {Opcode::blt, 0x63, 4, 0},        {Opcode::bge, 0x63, 5, 0},
    {Opcode::bltu, 0x63, 6, 0},    {Opcode::bgeu, 0x63, 7, 0},       {Opcode::jalr, 0x67, 0, 0},
    {Opcode::jal, 0x6F, 0, 0},     {Opcode::lui, 0x37, 0, 0},        {Opcode::auipc, 0x17, 0, 0},
    {Opcode::ecall, 0x73, 0, 0},   {Opcode::ebreak, 0x100073, 0, 0}, {Opcode::unimp, 0xc0001073, 0, 0},
};

uint32_t bits(uint32_t v, unsigned low, unsigned count) { return v >> low & ((1u << count) - 1); }

void put16(Bytes& b, size_t at, uint32_t v) {
    b[at] = static_cast<uint8_t>(v), b[at + 1] = static_cast<uint8_t>(v >> 8);
}
void put32(Bytes& b, size_t at, uint32_t v) { store_le32(b.data() + at, v); }

}  // namespace

uint32_t encode(const Instruction& in) {
    const Coding& c =
        *std::find_if(std::begin(CODINGS), std::end(CODINGS), [&](const Coding& x) { return x.op == in.op; });
    const auto imm = static_cast<uint32_t>(in.imm);
    const uint32_t rd = uint32_t{in.rd} << 7, rs1 = uint32_t{in.rs1} << 15, rs2 = uint32_t{in.rs2} << 20;
    const uint32_t base = c.major | c.funct3 << 12;
    switch (c.major) {
        case 0x33:
            return base | rd | rs1 | rs2 | c.funct7 << 25;
        case 0x13:
            if (c.funct3 == 1 || c.funct3 == 5) return base | rd | rs1 | (imm & 31) << 20 | c.funct7 << 25;
            [[fallthrough]];
        case 0x03:
        case 0x67:
            return base | rd | rs1 | imm << 20;
        case 0x23:
            return base | rs1 | rs2 | bits(imm, 0, 5) << 7 | bits(imm, 5, 7) << 25;
        case 0x63:
            return base | rs1 | rs2 | bits(imm, 11, 1) << 7 | bits(imm, 1, 4) << 8 | bits(imm, 5, 6) << 25 |
                   bits(imm, 12, 1) << 31;
        case 0x6F:
            return base | rd | bits(imm, 12, 8) << 12 | bits(imm, 11, 1) << 20 | bits(imm, 1, 10) << 21 |
                   bits(imm, 20, 1) << 31;
        case 0x37:
        case 0x17:
            return base | rd | (imm & 0xFFFF'F000);
        default:
            return c.major;
    }
}

void Assembler::li(uint8_t rd, uint32_t value) {
    const uint32_t high = (value + 0x800) & 0xFFFF'F000;
    word(encode({Opcode::lui, rd, 0, 0, static_cast<int32_t>(high)}));
    immediate(Opcode::addi, rd, rd, static_cast<int32_t>(value - high));
}

void Assembler::call(uint32_t word, uint32_t a0, uint32_t a1) {
    li(T0, word);
    li(A0, a0);
    li(A1, a1);
    ecall();
}

void Assembler::write(uint32_t fd, uint32_t address, uint32_t size) {
    li(A2, size);
    call(2, fd, address);
}

void Assembler::branch(Opcode o, uint8_t rs1, uint8_t rs2, Label to) {
    fixups_.push_back({{o, 0, rs1, rs2, 0}, {words_.size(), to}});
    word(0);
}
void Assembler::jal(uint8_t rd, Label to) {
    fixups_.push_back({{Opcode::jal, rd, 0, 0, 0}, {words_.size(), to}});
    word(0);
}

std::vector<uint32_t> Assembler::code() const {
    auto words = words_;
    for (auto [instruction, where] : fixups_) {
        instruction.imm = static_cast<int32_t>(labels_[where.second] - where.first * 4);
        words[where.first] = encode(instruction);
    }
    return words;
}

Bytes words_to_bytes(const std::vector<uint32_t>& words) {
    Bytes b(words.size() * 4);
    for (size_t i = 0; i < words.size(); i++) put32(b, 4 * i, words[i]);
    return b;
}

Bytes make_elf(const std::vector<ElfSegment>& segments, uint32_t entry) {
    constexpr size_t PAGE = 0x1000;
    const auto n = static_cast<uint32_t>(segments.size());
    Bytes b(52 + 32 * n);
    const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
    std::copy(std::begin(ident), std::end(ident), b.begin());
    put16(b, 16, 2), put16(b, 18, 243), put32(b, 20, 1);
    put32(b, 24, entry), put32(b, 28, 52);
    put16(b, 40, 52), put16(b, 42, 32), put16(b, 44, n);
    for (uint32_t i = 0; i < n; i++) {
        const ElfSegment& s = segments[i];
        // Offset and address must agree modulo the page size, or qemu cannot map the file.
        const size_t offset = (b.size() + PAGE - 1) / PAGE * PAGE + s.address % PAGE;
        const size_t h = 52 + 32 * i;
        put32(b, h, 1), put32(b, h + 4, static_cast<uint32_t>(offset)), put32(b, h + 8, s.address),
            put32(b, h + 12, s.address);
        put32(b, h + 16, static_cast<uint32_t>(s.bytes.size())), put32(b, h + 20, s.memory_size),
            put32(b, h + 24, s.flags);
        put32(b, h + 28, PAGE);
        b.resize(offset);
        b.insert(b.end(), s.bytes.begin(), s.bytes.end());
    }
    return b;
}

Bytes make_elf(const Assembler& code, const std::vector<uint32_t>& data, uint32_t data_memory_size) {
    const Bytes text = words_to_bytes(code.code());
    std::vector<ElfSegment> segments = {{TEXT_BASE, text, static_cast<uint32_t>(text.size()), 5}};
    const auto size = std::max(static_cast<uint32_t>(data.size() * 4), data_memory_size);
    if (size > 0) segments.push_back({DATA_BASE, words_to_bytes(data), size, 6});
    return make_elf(segments, TEXT_BASE);
}

}  // namespace ashlar::test
