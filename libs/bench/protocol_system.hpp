// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/iop/table_kernels.hpp"

/// Synthetic chips shaped like the machine's: an instruction chip of 25 columns and 14 interactions, a wider one of 20
/// columns and 6, and a fixed table. Each bus closes inside a row, so any values that satisfy the constraints do.
namespace ashlar::bench {

using field::F;
using namespace field::literals;

struct Instruction {
    static constexpr std::string_view NAME = "instruction";
    template <class T>
    struct Main {
        T real, flag[3], a[4], b[4], c[4], t, address, before, gap, d[5];
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        b.boolean(m.real);
        for (size_t i = 0; i < 3; i++) b.boolean(m.flag[i]);
        b.zero(m.real - m.flag[0] - m.flag[1] - m.flag[2]);
        for (size_t i = 0; i < 4; i++) b.zero(m.real * (m.c[i] - m.a[i] * m.b[i]));
        for (size_t i = 0; i < 3; i++) b.zero(m.flag[i] * (m.d[i] - m.a[i] - m.b[i]));
        b.zero(m.gap - m.t + m.before + m.real);
        for (uint32_t j = 0; j < 7; j++) {
            b.receive(j + 1, m.real, {m.t + F::from_canonical(j), m.address, m.a[j % 4], m.b[j % 4], m.c[j % 4]});
            b.send(j + 1, m.real, {m.t + F::from_canonical(j), m.address, m.a[j % 4], m.b[j % 4], m.c[j % 4]});
        }
    }
};
struct Memory {
    static constexpr std::string_view NAME = "memory";
    template <class T>
    struct Main {
        T real, x[19];
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        b.boolean(m.real);
        for (size_t i = 0; i + 2 < 19; i += 3) b.zero(m.real * (m.x[i + 2] - m.x[i] * m.x[i + 1]));
        for (uint32_t j = 0; j < 3; j++) {
            b.receive(j + 1, m.real, {m.x[0], m.x[1], m.x[2], m.x[3 + j], m.x[4]});
            b.send(j + 1, m.real, {m.x[0], m.x[1], m.x[2], m.x[3 + j], m.x[4]});
        }
    }
};
struct Table {
    static constexpr std::string_view NAME = "table";
    template <class T>
    struct Main {
        T multiplicity;
    };
    template <class T>
    struct Prep {
        T a, b, c;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.send(9, m.multiplicity, {p.a, p.b, p.c});
    }
};
struct Statement {
    static constexpr size_t NUM_PUBLIC = 0;
    template <class B>
    static void messages(B&, std::span<const typename B::Value>) {}
};
using Chips = air::ChipSet<Instruction, Memory, Table>;

struct Functions {
    std::vector<iop::TableKernels> (*kernels)();
    /// n products in E, a dependency chain in each of several registers; for the bound.
    void (*multiply)(size_t n, F* sink);
};
ASHLAR_ISA_DECLARE(Functions, FUNCTIONS)

}  // namespace ashlar::bench
