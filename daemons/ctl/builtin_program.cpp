// SPDX-License-Identifier: Apache-2.0
#include "daemons/ctl/builtin_program.hpp"

#include "libs/rv32/assembler.hpp"

namespace ashlar::ctl {

namespace {

/// SHA-256 of nothing: what a program that commits nothing must commit (ABI.md 7).
constexpr uint32_t EMPTY_DIGEST[8] = {0x42c4b0e3, 0x141cfc98, 0xc8f4fb9a, 0x24b96f99,
                                      0xe441ae27, 0x4c939b64, 0x1b9995a4, 0x55b85278};

}  // namespace

Bytes builtin_program(uint32_t loops) {
    using enum rv32::Opcode;
    using enum rv32::Syscall;
    using namespace rv32::registers;
    rv32::Assembler a;
    a.li(S0, loops);
    a.li(S1, rv32::DATA_BASE);
    a.li(A0, 12345);
    a.li(A1, 0x9E3779B9);
    const auto loop = a.label_here();
    a.op(mul, A2, A0, A1);
    a.op(xor_, A2, A2, A0);
    a.immediate(addi, A0, A2, 77);
    a.store(sw, A0, S1, 0);
    a.op(mulhu, A3, A0, A1);
    a.op(sub, A3, A3, A2);
    a.store(sw, A3, S1, 4);
    a.op(sll, A4, A0, A3);
    a.load(lw, T1, S1, 0);
    a.op(and_, A4, A4, T1);
    a.op(sltu, T2, A4, A0);
    a.op(add, A0, A0, T2);
    a.load(lw, T2, S1, 4);
    a.op(divu, T2, T2, A1);
    a.immediate(addi, S0, S0, -1);
    a.branch(bne, S0, ZERO, loop);
    for (uint32_t i = 0; i < 8; i++) a.call(COMMIT, i, EMPTY_DIGEST[i]);
    a.halt();
    return rv32::make_elf(a);
}

}  // namespace ashlar::ctl
