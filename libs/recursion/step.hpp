// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "libs/recursion/gadgets.hpp"

/// The instructions of the field machine but for those about hashes: arithmetic, moves, control. All are statements
/// about memory at one state (pc, fp, gp), so a row off the program's path adds conditions and proves nothing.
namespace ashlar::recursion {

/// What a row is made from: the state, its instruction, and memory as the run left it.
template <class Memory>
struct StepView {
    uint32_t pc, fp, gp;
    const Instruction& instruction;
    const Memory& memory;  ///< memory[address] is an element of E

    State<F> state() const { return {F::from_canonical(pc), F::from_canonical(fp), F::from_canonical(gp)}; }
    /// Address of the operand whose offset is field k.
    uint32_t address(size_t k, bool is_global) const {
        return (F::from_canonical(is_global ? gp : fp) + instruction.field[k]).canonical();
    }
};

/// d = a b + s c. d has degree 2 and needs no columns.
struct ArithmeticChip {
    static constexpr std::string_view NAME = "arithmetic";
    template <class T>
    struct Main {
        T is_real;
        State<T> state;
        Operand<T> operand[4];  ///< a, b, c, d
        T scale;                ///< s
        T a[5], b[5], c[5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V op = F::from_canonical(OP_ARITHMETIC);
        for (uint32_t k = 0; k < 4; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(
            b, m.is_real, m.state, op,
            {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, m.operand[3].offset, m.scale, V(F::ZERO)});
        const auto ab = product(m.a, m.b);
        V d[5];
        for (size_t k = 0; k < 5; k++) d[k] = ab[k] + m.scale * m.c[k];
        memory_cell(b, m.is_real, address(m.state, m.operand[0]), m.a);
        memory_cell(b, m.is_real, address(m.state, m.operand[1]), m.b);
        memory_cell(b, m.is_real, address(m.state, m.operand[2]), m.c);
        memory_cell(b, m.is_real, address(m.state, m.operand[3]), d);
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        m.is_real = F::ONE;
        m.state = r.state();
        const uint32_t flags = r.instruction.op - OP_ARITHMETIC;
        for (size_t k = 0; k < 4; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        m.scale = r.instruction.field[4];
        fill(m.a, r.memory[r.address(0, flags & 1)]);
        fill(m.b, r.memory[r.address(1, flags & 2)]);
        fill(m.c, r.memory[r.address(2, flags & 4)]);
    }
};

/// Deref: memory[pointer + offset] = operand, in whichever direction. Constant: the operand is one of E.
struct MoveChip {
    static constexpr std::string_view NAME = "move";
    template <class T>
    struct Main {
        T is_deref, is_constant;
        State<T> state;
        Operand<T> operand;
        T value[5];
        Operand<T> pointer;
        T pointee;  ///< what the pointer's cell holds, an element of F
        T offset;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_deref + m.is_constant;
        b.boolean(m.is_deref);
        b.boolean(m.is_constant);
        b.boolean(real);
        b.boolean(m.operand.is_global);
        b.boolean(m.pointer.is_global);
        sequential(b, real, m.state,
                   V(m.is_deref * F::from_canonical(OP_DEREF) + m.is_constant * F::from_canonical(OP_CONSTANT) +
                     m.operand.is_global + m.pointer.is_global * 2_f),
                   {m.operand.offset, m.is_deref * m.pointer.offset + m.is_constant * m.value[0],
                    m.is_deref * m.offset + m.is_constant * m.value[1], m.is_constant * m.value[2],
                    m.is_constant * m.value[3], m.is_constant * m.value[4]});
        memory_cell(b, real, address(m.state, m.operand), m.value);
        memory_base_cell(b, m.is_deref, address(m.state, m.pointer), m.pointee);
        memory_cell(b, m.is_deref, V(m.pointee + m.offset), m.value);
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        const Instruction& i = r.instruction;
        const bool deref = i.op < OP_CONSTANT;
        const uint32_t flags = i.op - (deref ? OP_DEREF : OP_CONSTANT);
        (deref ? m.is_deref : m.is_constant) = F::ONE;
        m.state = r.state();
        fill(m.operand, i.field[0], flags & 1);
        fill(m.value, r.memory[r.address(0, flags & 1)]);
        if (!deref) return;
        fill(m.pointer, i.field[1], flags & 2);
        m.pointee = r.memory[r.address(1, flags & 2)].c[0];
        m.offset = i.field[2];
    }
};

/// Branch: jumps if the operand is not 0, and moves the frame by `delta` on the way (a loop's next iteration). Call:
/// goes on at the target on the frame that the operand points to, whose first cell holds the state to come back to.
/// Return: to the state that the operand holds.
///
/// Which frame a call takes is the prover's choice. Frames that overlap only add conditions: whatever a program states
/// of cells that are one could be stated of cells that are several and equal.
struct ControlChip {
    static constexpr std::string_view NAME = "control";
    template <class T>
    struct Main {
        T is_branch, is_call, is_return;
        State<T> state;
        Operand<T> operand;
        T target, delta;
        T value[5];
        T taken;       ///< the branch is taken
        T inverse[5];  ///< of the value, if it is
        T enters;      ///< the called frame becomes the global one
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_branch + m.is_call + m.is_return;
        b.boolean(m.is_branch);
        b.boolean(m.is_call);
        b.boolean(m.is_return);
        b.boolean(real);
        b.boolean(m.operand.is_global);
        b.boolean(m.taken);
        b.zero(m.taken * (F::ONE - m.is_branch));
        b.boolean(m.enters);
        b.zero(m.enters * (F::ONE - m.is_call));
        // On a branch the value is 0, or it has an inverse and the branch is taken.
        const auto unit = product(m.value, m.inverse);
        b.zero(m.is_branch * unit[0] - m.taken);
        for (size_t k = 1; k < 5; k++) b.zero(m.is_branch * unit[k]);
        for (size_t k = 0; k < 5; k++) b.zero((m.is_branch - m.taken) * m.value[k]);

        const State<V>& s = m.state;
        const V after = s.pc + F::ONE;
        const State<V> next = {
            m.is_branch * after + m.taken * (m.target - after) + m.is_call * m.target + m.is_return * m.value[0],
            m.is_branch * s.fp + m.taken * m.delta + m.is_call * m.value[0] + m.is_return * m.value[1],
            (m.is_branch + m.is_call) * s.gp + m.enters * (m.value[0] - s.gp) + m.is_return * m.value[2]};
        instruction(b, real, s, next,
                    V(m.is_branch * F::from_canonical(OP_BRANCH) + m.is_call * F::from_canonical(OP_CALL) +
                      m.is_return * F::from_canonical(OP_RETURN) + m.operand.is_global +
                      m.enters * F::from_canonical(OP_CALL_ENTER)),
                    {m.operand.offset, m.target, m.delta, V(F::ZERO), V(F::ZERO), V(F::ZERO)});
        memory_cell(b, real, address(s, m.operand), m.value);
        b.send(BUS_MEMORY, m.is_call, {m.value[0], after, s.fp, s.gp, V(F::ZERO), V(F::ZERO)});
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        const Instruction& i = r.instruction;
        m.state = r.state();
        const uint32_t first = i.op < OP_CALL ? OP_BRANCH : i.op < OP_RETURN ? OP_CALL : OP_RETURN;
        const bool is_global = (i.op - first) & 1;
        const Ext value = r.memory[r.address(0, is_global)];
        fill(m.operand, i.field[0], is_global);
        fill(m.value, value);
        m.target = i.field[1];
        m.delta = i.field[2];
        (first == OP_BRANCH ? m.is_branch : first == OP_CALL ? m.is_call : m.is_return) = F::ONE;
        if (first == OP_CALL) m.enters = F::from_canonical((i.op - first) >= OP_CALL_ENTER);
        if (first != OP_BRANCH || value.is_zero()) return;
        m.taken = F::ONE;
        fill(m.inverse, value.inverse());
    }
};

}  // namespace ashlar::recursion
