// SPDX-License-Identifier: Apache-2.0
#include "test/support/rv32_random.hpp"

namespace ashlar::test {
namespace {

using namespace rv32::registers;
using rv32::Assembler;
using rv32::DATA_BASE;
using rv32::Opcode;
using enum rv32::Opcode;

constexpr Opcode REGISTER_OPS[] = {add,  sub, sll,  slt,    sltu,  xor_, srl,  sra, or_,
                                   and_, mul, mulh, mulhsu, mulhu, div,  divu, rem, remu};
constexpr Opcode IMMEDIATE_OPS[] = {addi, slti, sltiu, xori, ori, andi};
constexpr Opcode SHIFT_OPS[] = {slli, srli, srai};
constexpr Opcode BRANCH_OPS[] = {beq, bne, blt, bge, bltu, bgeu};
constexpr Opcode LOAD_OPS[] = {lb, lh, lw, lbu, lhu};
constexpr Opcode STORE_OPS[] = {sb, sh, sw};
constexpr uint32_t EDGES[] = {0,          1,          2,          31,         32,        0x7F,
                              0x80,       0xFF,       0x7FFF,     0x8000,     0xFFFF,    0x10000,
                              0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE};

class Generator {
  public:
    Generator(uint64_t seed) : random_(seed) {}

    Assembler program(size_t body, uint32_t rounds) {
        for (uint8_t r = 1; r < 32; r++)
            if (!is_reserved(r)) code_.li(r, value());
        code_.li(SP, DATA_BASE + RANDOM_DATA_BYTES / 2);
        code_.li(TP, rounds);
        const auto top = code_.label_here(), leave = code_.label();
        while (body > 0) body -= std::min(body, instruction());
        code_.immediate(addi, TP, TP, -1);
        code_.branch(beq, TP, ZERO, leave);
        code_.jal(ZERO, top);
        code_.bind(leave);
        for (uint8_t r = 0; r < 32; r++) code_.store(sw, r, SP, 4 * r - static_cast<int32_t>(RANDOM_DATA_BYTES / 2));
        return code_;
    }

    uint32_t value() { return below(3) ? static_cast<uint32_t>(random_()) : EDGES[below(std::size(EDGES))]; }

  private:
    static bool is_reserved(uint8_t r) { return r == ZERO || r == SP || r == GP || r == TP; }
    size_t below(size_t n) { return random_() % n; }
    template <size_t N>
    Opcode one_of(const Opcode (&ops)[N]) {
        return ops[below(N)];
    }
    uint8_t source() { return static_cast<uint8_t>(below(32)); }
    uint8_t target() {
        const auto r = static_cast<uint8_t>(below(32));
        return r != ZERO && is_reserved(r) ? uint8_t{T0} : r;  // x0 stays possible
    }
    int32_t immediate() {
        constexpr int32_t IMMEDIATE_EDGES[] = {0, 1, -1, 2047, -2048, 31, 32};
        return below(3) ? static_cast<int32_t>(below(4096)) - 2048 : IMMEDIATE_EDGES[below(std::size(IMMEDIATE_EDGES))];
    }
    int32_t offset(Opcode op) {
        const size_t size = op == lw || op == sw ? 4 : op == lh || op == lhu || op == sh ? 2 : 1;
        return static_cast<int32_t>(below(RANDOM_DATA_BYTES / size) * size) -
               static_cast<int32_t>(RANDOM_DATA_BYTES / 2);
    }
    void simple() {
        switch (below(10)) {
            case 0:
            case 1:
            case 2:
                return code_.op(one_of(REGISTER_OPS), target(), source(), source());
            case 3:
                return code_.immediate(one_of(IMMEDIATE_OPS), target(), source(), immediate());
            case 4:
                return code_.immediate(one_of(SHIFT_OPS), target(), source(), static_cast<int32_t>(below(32)));
            case 5:
                return code_.upper(below(2) ? lui : auipc, target(), random_() & 0xFFFFF000);
            case 6:
            case 7: {
                const Opcode op = one_of(LOAD_OPS);
                return code_.load(op, target(), SP, offset(op));
            }
            default: {
                const Opcode op = one_of(STORE_OPS);
                return code_.store(op, source(), SP, offset(op));
            }
        }
    }
    /// Emits one construct; returns its number of instructions.
    size_t instruction() {
        const size_t skipped = below(6);
        const auto to = code_.label();
        switch (below(12)) {
            case 0:
                code_.branch(one_of(BRANCH_OPS), source(), source(), to);
                break;
            case 1:
                code_.jal(target(), to);
                break;
            case 2: {  // auipc, jalr: a jump over `skipped` instructions with an arbitrary link register
                code_.upper(auipc, GP, 0);
                const int32_t distance = static_cast<int32_t>(8 + 4 * skipped);
                code_.immediate(jalr, target(), GP, distance);
                break;
            }
            case 3: {  // an inner loop of a few turns
                code_.immediate(addi, GP, ZERO, static_cast<int32_t>(1 + below(4)));
                code_.bind(to);
                for (size_t i = 0; i < skipped; i++) simple();
                code_.immediate(addi, GP, GP, -1);
                code_.branch(bne, GP, ZERO, to);
                return 3 + skipped;
            }
            default:
                simple();
                return 1;
        }
        for (size_t i = 0; i < skipped; i++) simple();
        code_.bind(to);
        return 2 + skipped;
    }

    std::mt19937_64 random_;
    Assembler code_;
};

}  // namespace

rv32::Assembler random_program(uint64_t seed, size_t body_instructions, uint32_t rounds) {
    return Generator(seed).program(body_instructions, rounds);
}

std::vector<uint32_t> random_memory(uint64_t seed) {
    Generator g(seed ^ 0x9E37'79B9);
    std::vector<uint32_t> data(RANDOM_DATA_BYTES / 4);
    for (uint32_t& w : data) w = g.value();
    return data;
}

}  // namespace ashlar::test
