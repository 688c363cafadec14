// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/memory_access.hpp"

/// Byte addresses as limbs (MACHINE.md 2, "Addresses").
namespace ashlar::chips {

/// A checked data address: low limb = 4 quarter + offset, high limb < 0x7800, and not below 0x80.
template <class T>
struct Address {
    T quarter;  ///< low limb / 4
    T high;
    T nonzero;  ///< high != 0; bound by the lookup
};

/// Word number of a checked address: below 0x1e00'0000.
template <class V>
ASHLAR_INLINE auto word_of(const Address<V>& a) {
    return a.quarter + a.high * F::from_canonical(1 << 14);
}

/// Two interactions: high < 0x7800 with its zero test, and 14 bits for the quarter, from 32 on if high = 0.
///
/// With high = 0 the quarter may reach 2^14 + 31; quarter + 2^14 high is the one word number of the address all the
/// same, since it is that of the integer 4 quarter + 2^16 high.
template <class B, class V>
ASHLAR_INLINE void check_address(B& b, const V& flag, const Address<V>& a) {
    b.send(BUS_ADDRESS, flag, {a.high, a.nonzero});
    range_check(b, flag, 14u, a.quarter - (F::ONE - a.nonzero) * 32_f);
}

/// Cells of the address `byte_address` (its low two bits are the caller's).
inline void fill(Address<F>& a, uint32_t byte_address) {
    a.quarter = F::from_canonical((byte_address & 0xffff) >> 2);
    a.high = F::from_canonical(byte_address >> 16);
    a.nonzero = byte_address >> 16 ? F::ONE : F::ZERO;
}

/// A call's pointer operand of a fixed or variable length: its first word is a checked address that is a multiple of 4,
/// and first + length <= 0x1e00'0000 words as integers. The CALL message carries its limbs as operand_low and
/// first.high, so they need no columns.
template <class T>
struct Operand {
    Address<T> first;
    T room;  ///< low 16 bits of 0x1e00'0000 - first - length
};

/// Low limb of the pointer: a multiple of 4 by construction.
template <class V>
ASHLAR_INLINE auto operand_low(const Operand<V>& o) {
    return o.first.quarter * 4_f;
}

/// Four interactions. `words`: the operand's length, an integer below 2^30.
template <class B, class V>
ASHLAR_INLINE void check_operand(B& b, const V& flag, const Operand<V>& o, const V& words) {
    check_address(b, flag, o.first);
    range_check(b, flag, 16u, o.room);
    range_check(b, flag, 13u,
                exact_quotient(b, flag, V(F::from_canonical(0x1e00'0000) - word_of(o.first) - words - o.room)));
}
template <class B, class V>
ASHLAR_INLINE void check_operand(B& b, const V& flag, const Operand<V>& o, unsigned words) {
    check_operand(b, flag, o, V(F::from_canonical(words)));
}

/// Cells of an operand at byte address `pointer` of `words` words.
inline void fill(Operand<F>& o, uint32_t pointer, uint32_t words) {
    fill(o.first, pointer);
    o.room = F::from_canonical((0x1e00'0000 - pointer / 4 - words) & 0xffff);
}

}  // namespace ashlar::chips
