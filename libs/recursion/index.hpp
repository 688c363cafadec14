// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/step.hpp"

namespace ashlar::recursion {

/// The low bits of an element's representative below p, as an element, and the power of a root of unity that they stand
/// for: w^x where w has order 2^bits, bits <= 24. Also a range check: index = element says that the element is below
/// 2^bits.
struct IndexChip {
    static constexpr std::string_view NAME = "index";
    static constexpr uint32_t BITS = 31, MOST = F::TWO_ADICITY;
    template <class T>
    struct Main {
        T is_real;
        State<T> state;
        Operand<T> operand[3];  ///< element, index, power
        T num_bits;
        T root;              ///< w - 1
        T bit[BITS];         ///< of the element, lowest first
        T low[MOST];         ///< whether a bit belongs to the index
        T high[3];           ///< products of the bits above the lowest 24: of 3, 5 and 7 of them
        T square[MOST - 1];  ///< w^(2^j), j from 1
        T power[MOST];       ///< w^(element mod 2^j), j from 1
    };
    static_assert(F::P == 0x7f000001);

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V op = F::from_canonical(OP_INDEX);
        for (uint32_t k = 0; k < 3; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(b, m.is_real, m.state, op,
                   {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, m.num_bits, m.root, V(F::ZERO)});

        V low_24 = V(F::ZERO), element = V(F::ZERO), index = V(F::ZERO), count = V(F::ZERO);
        for (uint32_t j = 0; j < BITS; j++) {
            b.boolean(m.bit[j]);
            const V value = m.bit[j] * F::from_canonical(1u << j);
            element += value;
            if (j >= MOST) continue;
            low_24 += value;
            b.boolean(m.low[j]);
            if (j > 0) b.zero(m.low[j] * (F::ONE - m.low[j - 1]));
            index += m.low[j] * value;
            count += m.low[j];
        }
        b.zero(m.is_real * (count - m.num_bits));
        if constexpr (B::READS_INTEGERS) {
            b.bound(low_24, 0, (1 << MOST) - 1);
            b.bound(index, 0, (1 << MOST) - 1);
            b.bound(count, 0, MOST);
        }
        // Below p = 127 2^24 + 1: if the seven high bits are all 1, the others are all 0.
        b.zero(m.bit[24] * m.bit[25] * m.bit[26] - m.high[0]);
        b.zero(m.high[0] * m.bit[27] * m.bit[28] - m.high[1]);
        b.zero(m.high[1] * m.bit[29] * m.bit[30] - m.high[2]);
        b.zero(m.high[2] * low_24);

        // One factor a bit; a bit above the index's counts for w^(2^j) = 1.
        V square = m.root + m.is_real, before = m.is_real;
        for (uint32_t j = 0; j < MOST; j++) {
            b.zero(before * (F::ONE + m.bit[j] * (square - F::ONE)) - m.power[j]);
            if (j + 1 == MOST) break;
            b.zero(square * square - m.square[j]);
            before = m.power[j];
            square = m.square[j];
        }

        memory_base_cell(b, m.is_real, address(m.state, m.operand[0]), element);
        memory_base_cell(b, m.is_real, address(m.state, m.operand[1]), index);
        memory_base_cell(b, m.is_real, address(m.state, m.operand[2]), m.power[MOST - 1]);
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        m.is_real = F::ONE;
        m.state = r.state();
        const uint32_t flags = r.instruction.op - OP_INDEX, bits = r.instruction.field[3].canonical();
        for (size_t k = 0; k < 3; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        m.num_bits = r.instruction.field[3];
        m.root = r.instruction.field[4];
        const uint32_t x = r.memory[r.address(0, flags & 1)].c[0].canonical();
        for (uint32_t j = 0; j < BITS; j++) m.bit[j] = F::from_canonical(x >> j & 1);
        for (uint32_t j = 0; j < MOST; j++) m.low[j] = F::from_canonical(j < bits);
        m.high[0] = m.bit[24] * m.bit[25] * m.bit[26];
        m.high[1] = m.high[0] * m.bit[27] * m.bit[28];
        m.high[2] = m.high[1] * m.bit[29] * m.bit[30];
        F square = m.root + F::ONE, power = F::ONE;
        for (uint32_t j = 0; j < MOST; j++) {
            m.power[j] = power *= F::ONE + m.bit[j] * (square - F::ONE);
            square = square.square();
            if (j + 1 < MOST) m.square[j] = square;
        }
    }
};

}  // namespace ashlar::recursion
