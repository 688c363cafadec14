// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/instruction.hpp"

/// Instructions that touch the stack only, and the ones that move the program counter; internal to libs/evm.
namespace ashlar::evm::op {

#define ASHLAR_BINARY(NAME, EXPRESSION)         \
    struct NAME {                               \
        static constexpr int IN = 2, OUT = 1;   \
        static void run(uint256* s) {           \
            const uint256 &a = s[1], &b = s[0]; \
            s[0] = EXPRESSION;                  \
        }                                       \
    };
ASHLAR_BINARY(Add, a + b)
ASHLAR_BINARY(Mul, a* b)
ASHLAR_BINARY(Sub, a - b)
ASHLAR_BINARY(Div, a / b)
ASHLAR_BINARY(Sdiv, sdiv(a, b))
ASHLAR_BINARY(Mod, a % b)
ASHLAR_BINARY(Smod, smod(a, b))
ASHLAR_BINARY(SignExtend, sign_extend(a, b))
ASHLAR_BINARY(Lt, uint256{a < b})
ASHLAR_BINARY(Gt, uint256{b < a})
ASHLAR_BINARY(Slt, uint256{signed_less(a, b)})
ASHLAR_BINARY(Sgt, uint256{signed_less(b, a)})
ASHLAR_BINARY(Eq, uint256{a == b})
ASHLAR_BINARY(And, a& b)
ASHLAR_BINARY(Or, a | b)
ASHLAR_BINARY(Xor, a ^ b)
ASHLAR_BINARY(Byte, byte_at(a, b))
ASHLAR_BINARY(Shl, a.fits_u32() ? b << a.low32() : uint256{})
ASHLAR_BINARY(Shr, a.fits_u32() ? b >> a.low32() : uint256{})
ASHLAR_BINARY(Sar, shift_right_arithmetic(b, a.fits_u32() ? a.low32() : 256))
#undef ASHLAR_BINARY

struct IsZero {
    static constexpr int IN = 1, OUT = 1;
    static void run(uint256* s) { s[0] = uint256{s[0].is_zero()}; }
};
struct Not {
    static constexpr int IN = 1, OUT = 1;
    static void run(uint256* s) { s[0] = ~s[0]; }
};
/// EIP-7939.
struct CountLeadingZeros {
    static constexpr int IN = 1, OUT = 1;
    static void run(uint256* s) { s[0] = uint256{256 - s[0].bit_length()}; }
};
struct AddMod {
    static constexpr int IN = 3, OUT = 1;
    static void run(uint256* s) { s[0] = addmod(s[2], s[1], s[0]); }
};
struct MulMod {
    static constexpr int IN = 3, OUT = 1;
    static void run(uint256* s) { s[0] = mulmod(s[2], s[1], s[0]); }
};
struct Pop {
    static constexpr int IN = 1, OUT = 0;
    static void run(uint256*) {}
};
template <int N>
struct Dup {
    static constexpr int IN = N, OUT = N + 1;
    static void run(uint256* s) { s[N] = s[0]; }
};
template <int N>
struct Swap {
    static constexpr int IN = N + 1, OUT = N + 1;
    static void run(uint256* s) {
        // Limb by limb: fewer registers are live than with two whole values.
        for (unsigned i = 0; i < uint256::LIMBS; i++) std::swap(s[0].w[i], s[N].w[i]);
    }
};

/// The immediates of EIP-8024. False: one that ends the frame.
inline bool decode_depth(uint8_t x, unsigned& n) {
    n = (x + 145u) % 256;
    return x < 91 || x > 127;
}
inline bool decode_depths(uint8_t x, unsigned& n, unsigned& m) {
    const unsigned k = x ^ 143u, quotient = k / 16, rest = k % 16;
    if (quotient < rest)
        n = quotient + 1, m = rest + 1;
    else
        n = rest + 1, m = 29 - quotient;
    return x < 82 || x > 127;
}

/// EIP-8024: DUPN puts the n-th item on top, SWAPN swaps the top with the item n below it.
template <bool SWAPS, uint16_t GAS>
Exit reach(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    unsigned n;
    if (!decode_depth(pc[1], n)) return exit_with(Status::invalid_opcode);
    if (sp < base + n + SWAPS) return exit_with(Status::stack_underflow);
    if constexpr (SWAPS) {
        std::swap(sp[-1], sp[-1 - static_cast<int>(n)]);
    } else {
        ASHLAR_REQUIRE_SPACE;
        *sp = sp[-static_cast<int>(n)];
        sp++;
    }
    pc += 2;
    ASHLAR_DISPATCH;
}
/// EIP-8024: EXCHANGE swaps the items n and m below the top.
template <uint16_t GAS>
Exit exchange(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    unsigned n, m;
    if (!decode_depths(pc[1], n, m)) return exit_with(Status::invalid_opcode);
    if (sp < base + m + 1) return exit_with(Status::stack_underflow);
    std::swap(sp[-1 - static_cast<int>(n)], sp[-1 - static_cast<int>(m)]);
    pc += 2;
    ASHLAR_DISPATCH;
}

struct Exp {
    static constexpr int IN = 2, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        const uint256& exponent = top[-2];
        if (!f.charge(gas, uint64_t{f.parameters->exp_byte} * exponent.byte_length())) return Status::out_of_gas;
        top[-2] = exp(top[-1], exponent);
        return Status::success;
    }
};

template <int N, uint16_t GAS>
Exit push(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE_SPACE;
    if constexpr (N == 32) {
        *sp = uint256::load(pc + 1);
    } else {
        *sp = uint256::from_be(pc + 1, N);
    }
    sp++;
    pc += N + 1;
    ASHLAR_DISPATCH;
}

template <uint16_t GAS>
Exit jumpdest(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_NEXT;
}

template <uint16_t GAS>
Exit jump(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(1);
    const uint256& target = *--sp;
    if (!target.fits_u32() || !f.code->is_jumpdest(target.low32())) [[unlikely]]
        return exit_with(Status::bad_jump);
    pc = f.code_begin + target.low32();
    ASHLAR_DISPATCH;
}

template <uint16_t GAS>
Exit jump_if(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(2);
    sp -= 2;
    if (sp[0].is_zero()) {
        ASHLAR_NEXT;
    }
    const uint256& target = sp[1];
    if (!target.fits_u32() || !f.code->is_jumpdest(target.low32())) [[unlikely]]
        return exit_with(Status::bad_jump);
    pc = f.code_begin + target.low32();
    ASHLAR_DISPATCH;
}

template <uint16_t GAS>
Exit program_counter(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE_SPACE;
    *sp++ = uint256{static_cast<uint64_t>(pc - f.code_begin)};
    ASHLAR_NEXT;
}

template <uint16_t GAS>
Exit gas_left(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE_SPACE;
    *sp++ = uint256{f.total_gas(gas)};
    ASHLAR_NEXT;
}

inline Exit undefined(ASHLAR_HANDLER_PARAMETERS) {
    (void)pc, (void)sp, (void)gas, (void)f, (void)table, (void)base;
    return exit_with(Status::invalid_opcode);
}

}  // namespace ashlar::evm::op
