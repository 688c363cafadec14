// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/step.hpp"

/// The weight of a query: the multilinear function with value z^b at index b of the cube, at a point rho in memory, z
/// in F.
namespace ashlar::recursion {

/// Asks for the weight of z at the `count` cells that a pointer finds.
struct WeightChip {
    static constexpr std::string_view NAME = "weight";
    enum : uint32_t { POINTER, Z, VALUE };
    template <class T>
    struct Main {
        T is_real;
        State<T> state;
        Operand<T> operand[3];
        T count;
        T pointer, z;
        T value[5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V op = F::from_canonical(OP_WEIGHT);
        for (uint32_t k = 0; k < 3; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(b, m.is_real, m.state, op,
                   {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, m.count, V(F::ZERO), V(F::ZERO)});
        memory_base_cell(b, m.is_real, address(m.state, m.operand[POINTER]), m.pointer);
        memory_base_cell(b, m.is_real, address(m.state, m.operand[Z]), m.z);
        memory_cell(b, m.is_real, address(m.state, m.operand[VALUE]), m.value);
        const V* v = m.value;
        b.send(BUS_WEIGHT, m.is_real, {m.pointer, m.count, m.z, v[0], v[1], v[2], v[3], v[4]});
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        m.is_real = F::ONE;
        m.state = r.state();
        const uint32_t flags = r.instruction.op - OP_WEIGHT;
        for (size_t k = 0; k < 3; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        m.count = r.instruction.field[3];
        m.pointer = r.memory[r.address(POINTER, flags & 1)].c[0];
        m.z = r.memory[r.address(Z, flags & 2)].c[0];
        fill(m.value, r.memory[r.address(VALUE, flags & 4)]);
    }
};

/// One factor of a weight and the weight of the others.
struct WeightStep {
    uint32_t pointer, count;
    F z;
    Ext rest;  ///< prod over the cells after the first, for z^2
    friend bool operator==(const WeightStep&, const WeightStep&) = default;
};

/// weight(rho, n, z) = weight(rho from the next cell on, n - 1, z^2) (1 + (z - 1) rho_0), and 1 for n = 0.
struct WeightStepChip {
    static constexpr std::string_view NAME = "weight_step";
    static constexpr bool FREE_MULTIPLICITIES = true;
    template <class T>
    struct Main {
        T is_real, is_last;
        T asked;
        T pointer, count, z;
        T rho[5], rest[5], value[5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V more = m.is_real - m.is_last;
        b.boolean(m.is_real);
        b.boolean(m.is_last);
        b.boolean(more);
        b.zero(m.asked * (F::ONE - m.is_real));
        b.zero(m.is_last * (m.count - F::ONE));
        b.zero(m.is_last * (m.rest[0] - F::ONE));
        for (size_t k = 1; k < 5; k++) b.zero(m.is_last * m.rest[k]);
        const auto product_ = product(m.rest, m.rho);
        for (size_t k = 0; k < 5; k++) b.zero(m.rest[k] + (m.z - F::ONE) * product_[k] - m.value[k]);
        const V *v = m.value, *r = m.rest;
        b.receive(BUS_WEIGHT, m.asked, {m.pointer, m.count, m.z, v[0], v[1], v[2], v[3], v[4]});
        b.send(BUS_WEIGHT, more, {m.pointer + F::ONE, m.count - F::ONE, m.z * m.z, r[0], r[1], r[2], r[3], r[4]});
        memory_cell(b, m.is_real, m.pointer, m.rho);
    }

    /// `asked` is left to whoever counts.
    static void fill_row(Main<F>& m, const WeightStep& r, const Ext& rho) {
        m.is_real = F::ONE;
        m.is_last = F::from_canonical(r.count == 1);
        m.pointer = F::from_canonical(r.pointer);
        m.count = F::from_canonical(r.count);
        m.z = r.z;
        fill(m.rho, rho);
        fill(m.rest, r.rest);
        fill(m.value, r.rest + r.rest * rho * (r.z - F::ONE));
    }
};

}  // namespace ashlar::recursion
