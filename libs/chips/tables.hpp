// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/chips/call_table.hpp"
#include "libs/chips/gadgets/lookup.hpp"
#include "libs/chips/machine_opcode.hpp"

/// The fixed tables. Each row answers lookups of its entry with a free multiplicity; heights are fixed by the verifying
/// key and filled to the end with repeats of the last entry.
namespace ashlar::chips {

/// One column: how often each row's entry was looked up.
template <class T>
struct Multiplicity {
    T multiplicity;
};

/// (pc, opcode, ...) of every instruction that can be proven. Height: that of the program.
struct ProgramTable {
    static constexpr std::string_view NAME = "program";
    template <class T>
    using Main = Multiplicity<T>;
    template <class T>
    struct Prep {
        T pc, op, rd, rs1, rs2, imm_low, imm_high;
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_PROGRAM, m.multiplicity, {p.pc, p.op, p.rd, p.rs1, p.rs2, p.imm_low, p.imm_high});
    }
    static Prep<F> prep_row(const ProgramEntry& e) {
        return {F::from_canonical(e.pc),
                F::from_canonical(e.op),
                F::from_canonical(e.rd),
                F::from_canonical(e.rs1),
                e.rs2,
                e.imm_low,
                e.imm_high};
    }
};

/// Every (bits, value) with value < 2^bits, bits 0..16: entry of (bits, value) is row 2^bits - 1 + value.
struct RangeTable {
    static constexpr std::string_view NAME = "range";
    static constexpr size_t HEIGHT = size_t{1} << 17;
    template <class T>
    using Main = Multiplicity<T>;
    template <class T>
    struct Prep {
        T bits, value;
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_RANGE, m.multiplicity, {p.bits, p.value});
    }
    /// Row of a lookup's canonical values; HEIGHT if there is none.
    static size_t index(uint32_t bits, uint32_t value) {
        return bits <= 16 && value < 1u << bits ? (size_t{1} << bits) - 1 + value : HEIGHT;
    }
    static Prep<F> prep_row(size_t i) {
        if (i == HEIGHT - 1) i--;  // the one row left over repeats (16, 65535)
        const unsigned bits = 31 - static_cast<unsigned>(__builtin_clz(static_cast<uint32_t>(i + 1)));
        return {F::from_canonical(bits), F::from_canonical(static_cast<uint32_t>(i + 1) - (1u << bits))};
    }
};

/// Pairs of bytes: row x + 256 y answers BYTE_PAIR (x, y, 0) and BYTE_AND (x, y, x & y).
struct ByteTable {
    static constexpr std::string_view NAME = "byte";
    static constexpr size_t HEIGHT = size_t{1} << 16;
    template <class T>
    struct Main {
        T pairs, ands;
    };
    template <class T>
    struct Prep {
        T x, y, both;
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_BYTE, m.pairs, {F::from_canonical(BYTE_PAIR), p.x, p.y, F::ZERO});
        b.receive(BUS_BYTE, m.ands, {F::from_canonical(BYTE_AND), p.x, p.y, p.both});
    }
    static size_t index(uint32_t x, uint32_t y) { return x < 256 && y < 256 ? x + 256 * y : HEIGHT; }
    static Prep<F> prep_row(size_t i) {
        const uint32_t x = i & 255, y = static_cast<uint32_t>(i >> 8);
        return {F::from_canonical(x), F::from_canonical(y), F::from_canonical(x & y)};
    }
};

/// (high, nonzero) for every high limb of an address below 0x7800'0000.
struct AddressTable {
    static constexpr std::string_view NAME = "address";
    static constexpr size_t ENTRIES = 0x7800;
    static constexpr size_t HEIGHT = size_t{1} << 15;
    template <class T>
    using Main = Multiplicity<T>;
    template <class T>
    struct Prep {
        T high, nonzero;
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_ADDRESS, m.multiplicity, {p.high, p.nonzero});
    }
    static size_t index(uint32_t high, uint32_t nonzero) {
        return high < ENTRIES && nonzero == (high != 0) ? high : HEIGHT;
    }
    static Prep<F> prep_row(size_t i) {
        if (i >= ENTRIES) i = ENTRIES - 1;
        return {F::from_canonical(static_cast<uint32_t>(i)), F::from_canonical(i != 0)};
    }
};

/// Syscall words (call_table.hpp).
struct CallTable {
    static constexpr std::string_view NAME = "call_table";
    static constexpr size_t HEIGHT = 64;
    static_assert(PROVABLE_CALLS.size() <= HEIGHT);
    template <class T>
    using Main = Multiplicity<T>;
    template <class T>
    struct Prep {
        T low, high, id, advance, has_chip, returns, is_free, halts;
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_CALL_TABLE, m.multiplicity,
                  {p.low, p.high, p.id, p.advance, p.has_chip, p.returns, p.is_free, p.halts});
    }
    static size_t index(uint32_t low, uint32_t high) {
        for (size_t i = 0; i < PROVABLE_CALLS.size(); i++)
            if (PROVABLE_CALLS[i].word == (low | high << 16)) return i;
        return HEIGHT;
    }
    /// Row i of a program whose guest field is KoalaBear, or not; the first entry fills rows without one of their own.
    static Prep<F> prep_row(size_t i, bool koala_bear = true) {
        const bool is_entry = i < PROVABLE_CALLS.size() && is_provable(PROVABLE_CALLS[i].word, koala_bear);
        const ProvableCall& c = PROVABLE_CALLS[is_entry ? i : 0];
        const auto bit = [](bool x) { return F::from_canonical(x); };
        return {F::from_canonical(c.word & 0xffff),
                F::from_canonical(c.word >> 16),
                F::from_canonical(c.id()),
                F::from_canonical(c.advance()),
                bit(c.has_chip),
                bit(c.returns),
                bit(c.free),
                bit(c.halts)};
    }
};

}  // namespace ashlar::chips
