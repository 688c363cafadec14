// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/frame.hpp"

/// How instructions are written; internal to libs/evm. A handler checks gas and stack, works, and ends in ASHLAR_NEXT.
namespace ashlar::evm {

#define ASHLAR_HANDLER_PARAMETERS \
    const uint8_t *pc, uint256 *sp, GasRegister gas, Frame &f, const HandlerTable *table, uint256 *base
#define ASHLAR_HANDLER_ARGUMENTS pc, sp, gas, f, table, base

/// Goes on with the instruction at pc.
#define ASHLAR_DISPATCH [[clang::musttail]] return table->at[*pc](ASHLAR_HANDLER_ARGUMENTS)
#define ASHLAR_NEXT \
    pc++;           \
    ASHLAR_DISPATCH

/// Charges COST, which is a constant, before anything else has changed. When the register runs dry, the reserve refills
/// it and the instruction starts over.
#define ASHLAR_CHARGE_BASE(COST)                                                 \
    if constexpr ((COST) != 0) {                                                 \
        if ((gas -= (COST)) < 0) [[unlikely]] {                                  \
            gas += (COST);                                                       \
            [[clang::musttail]] return refill<(COST)>(ASHLAR_HANDLER_ARGUMENTS); \
        }                                                                        \
    }
#define ASHLAR_REQUIRE(N)                              \
    if constexpr ((N) == 1) {                          \
        if (sp == base) [[unlikely]]                   \
            return exit_with(Status::stack_underflow); \
    } else if constexpr ((N) > 1) {                    \
        if (sp < base + (N)) [[unlikely]]              \
            return exit_with(Status::stack_underflow); \
    }
#define ASHLAR_REQUIRE_SPACE              \
    if (sp == f.stack_limit) [[unlikely]] \
    return exit_with(Status::stack_overflow)

template <uint32_t COST>
[[gnu::noinline]] Exit refill(ASHLAR_HANDLER_PARAMETERS) {
    const uint64_t total = f.total_gas(gas);
    if (total < COST) return exit_with(Status::out_of_gas);
    gas = f.split_gas(total);
    ASHLAR_DISPATCH;
}

/// An instruction that works on IN operands from the stack and leaves OUT results there, and sees nothing else.
/// Op::run gets the address of the lowest operand: s[IN - 1] is the top of the stack.
template <class Op, uint16_t GAS>
Exit pure(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(Op::IN);
    if constexpr (Op::OUT > Op::IN) {
        ASHLAR_REQUIRE_SPACE;
    }
    Op::run(sp - Op::IN);
    sp += Op::OUT - Op::IN;
    ASHLAR_NEXT;
}

/// An instruction that pushes one value computed from the frame.
template <class Op, uint16_t GAS>
Exit push_value(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE_SPACE;
    *sp = Op::get(f);
    sp++;
    ASHLAR_NEXT;
}

/// An instruction whose cost depends on its operands. Op::run(f, gas, top) sees top[-1] as the first operand and
/// returns Status::success or why the frame ends; results go where the operands were.
template <class Op, uint16_t GAS>
Exit checked(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(Op::IN);
    if constexpr (Op::OUT > Op::IN) {
        ASHLAR_REQUIRE_SPACE;
    }
    {
        GasRegister g = gas;
        const Status s = Op::run(f, g, sp);
        if (s != Status::success) [[unlikely]]
            return exit_with(s);
        gas = g;
    }
    sp += Op::OUT - Op::IN;
    ASHLAR_NEXT;
}

}  // namespace ashlar::evm
