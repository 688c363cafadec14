// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/assembler.hpp"

#include "libs/rv32/decode.hpp"
#include "libs/rv32/encode.hpp"

namespace ashlar::rv32 {
namespace {

using namespace registers;

/// Odd, so that no instruction can name it.
constexpr uint32_t UNBOUND = UINT32_MAX;

uint32_t encode_exactly(const Instruction& in) {
    const uint32_t word = encode(in);
    if (decode(word) != in) __builtin_trap();
    return word;
}

}  // namespace

void Assembler::instruction(const Instruction& in) { word(encode_exactly(in)); }

Assembler::Label Assembler::label() {
    labels_.push_back(UNBOUND);
    return Label(labels_.size() - 1);
}

Assembler::Label Assembler::label_here() {
    const Label l = label();
    bind(l);
    return l;
}

void Assembler::branch(Opcode o, uint8_t rs1, uint8_t rs2, Label to) { jump({o, 0, rs1, rs2, 0}, to); }

void Assembler::jal(uint8_t rd, Label to) { jump({Opcode::jal, rd, 0, 0, 0}, to); }

void Assembler::jump(const Instruction& in, Label to) {
    jumps_.push_back({in, words_.size(), to});
    word(0);
}

void Assembler::li(uint8_t rd, uint32_t value) {
    const int32_t low = static_cast<int32_t>(value << 20) >> 20;
    const uint32_t high = value - static_cast<uint32_t>(low);
    if (high != 0) upper(Opcode::lui, rd, high);
    if (high == 0 || low != 0) immediate(Opcode::addi, rd, high != 0 ? rd : uint8_t{ZERO}, low);
}

void Assembler::call(uint32_t word) {
    li(T0, word);
    ecall();
}

void Assembler::call(uint32_t word, uint32_t a0, uint32_t a1) {
    li(A0, a0);
    li(A1, a1);
    call(word);
}

void Assembler::write(uint32_t fd, uint32_t address, uint32_t size) {
    li(A2, size);
    call(Syscall::WRITE, fd, address);
}

void Assembler::halt(uint32_t exit_code) {
    li(A0, exit_code);
    call(Syscall::HALT);
}

std::vector<uint32_t> Assembler::code() const {
    auto words = words_;
    for (auto [in, index, to] : jumps_) {
        in.imm = static_cast<int32_t>(labels_[static_cast<size_t>(to)] - 4 * index);
        words[index] = encode_exactly(in);
    }
    return words;
}

Program Assembler::program() const { return *load_elf(make_elf(*this)); }

Bytes make_elf(const Assembler& code, const std::vector<uint32_t>& data) {
    const Bytes text = words_to_bytes(code.code()), rest = words_to_bytes(data);
    std::vector<ElfSegment> segments = {{TEXT_BASE, text, static_cast<uint32_t>(text.size()), 5}};
    if (!rest.empty()) segments.push_back({DATA_BASE, rest, static_cast<uint32_t>(rest.size()), 6});
    return make_elf(segments, TEXT_BASE);
}

}  // namespace ashlar::rv32
