// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/keys.hpp"
#include "libs/iop/structure.hpp"

/// The test system of the executable specification: chain (rows linked by the state bus), square (fixed lookup table
/// (v, v^2 + 1)), mem and cells (a memory bus), one (sends what a public value receives), cube (no bus), never (empty).
namespace ashlar::test {

using field::F;
using namespace field::literals;

enum class SpecBus : uint32_t { state = 1, square = 2, memory = 3, out = 4 };

struct Chain {
    static constexpr std::string_view NAME = "chain";
    template <class T>
    struct Main {
        T real, clk, x, y, a, u, sq;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.boolean(r.real);
        b.zero(r.u - r.x * r.y * r.a);
        b.receive(SpecBus::state, r.real, {r.clk, r.x, r.y});
        b.send(SpecBus::state, r.real, {r.clk + 1_f, r.y, r.x * r.y + r.clk});
        b.receive(SpecBus::square, r.real, {r.a, r.sq});
    }
};
struct Never {
    static constexpr std::string_view NAME = "never";
    template <class T>
    struct Main {
        T real, x;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.boolean(r.real);
        b.zero(r.x * r.x * r.x);
        b.send(SpecBus::state, r.real, {r.x, r.x, r.x});
    }
};
struct Square {
    static constexpr std::string_view NAME = "square";
    template <class T>
    struct Main {
        T mult;
    };
    template <class T>
    struct Prep {
        T v, sq;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.send(SpecBus::square, m.mult, {p.v, p.sq});
    }
};
struct Mem {
    static constexpr std::string_view NAME = "mem";
    template <class T>
    struct Main {
        T real, addr, old, old_t, now, now_t, write;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.boolean(r.real);
        b.boolean(r.write);
        b.zero(r.real * (1_f - r.write) * (r.now - r.old));
        b.receive(SpecBus::memory, r.real, {r.addr, r.old, r.old_t});
        b.send(SpecBus::memory, r.real, {r.addr, r.now, r.now_t});
        const auto gap = r.now_t - r.old_t - 1_f;
        b.receive(SpecBus::square, r.real, {gap, gap * gap + 1_f});
    }
};
struct Cells {
    static constexpr std::string_view NAME = "cells";
    template <class T>
    struct Main {
        T real, addr, init, last, last_t;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.boolean(r.real);
        b.send(SpecBus::memory, r.real, {r.addr, r.init, F::ZERO});
        b.receive(SpecBus::memory, r.real, {r.addr, r.last, r.last_t});
    }
};
struct One {
    static constexpr std::string_view NAME = "one";
    // v is a free multiplicity on purpose: the bus answers a public value.
    static constexpr bool FREE_MULTIPLICITIES = true;
    template <class T>
    struct Main {
        T v, w;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.zero(r.w - r.v * r.v * r.v);
        b.send(SpecBus::out, r.v, {r.w});
    }
};
struct Cube {
    static constexpr std::string_view NAME = "cube";
    template <class T>
    struct Main {
        T a, b, c;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& r) {
        b.zero(r.c - r.a * r.a * r.b);
    }
};

/// Public values: first state (2), number of steps, last state (2), v, w.
struct SpecStatement {
    static constexpr size_t NUM_PUBLIC = 7;
    template <class B>
    static void messages(B& b, std::span<const typename B::Value> v) {
        b.send(SpecBus::state, F::ONE, {F::ZERO, v[0], v[1]});
        b.receive(SpecBus::state, F::ONE, {v[2], v[3], v[4]});
        b.receive(SpecBus::out, v[5], {v[6]});
    }
};
struct NoStatement {
    static constexpr size_t NUM_PUBLIC = 0;
    template <class B>
    static void messages(B&, std::span<const typename B::Value>) {}
};

using SpecChips = air::ChipSet<Chain, Never, Square, Mem, Cells, One, Cube>;
using LoneChips = air::ChipSet<Cube>;

inline constexpr uint32_t SQUARE_RANGE = 11;

}  // namespace ashlar::test
