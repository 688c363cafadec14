// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_part.hpp"
#include "libs/exec/isa.hpp"
#include "libs/iop/table_kernels.hpp"

/// A system with layered parts, small enough for many proofs: two tables of Keccak cut short, and one that has no such
/// part. No buses: all there is to prove is constraints and layers.
namespace ashlar::test {

using field::F;

template <size_t ROUNDS>
struct Mixer {
    static constexpr std::string_view NAME = ROUNDS == 1 ? "one_round" : "two_rounds";
    template <class T>
    struct Main {
        T before;
        T bits[25][64];
        T between;
        T result[100];
    };
    static const air::LayeredPart& layered();
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        for (const auto& lane : m.bits)
            for (const auto& bit : lane) b.boolean(bit);
        b.zero(m.before - m.between);
    }
};

struct Product {
    static constexpr std::string_view NAME = "product";
    template <class T>
    struct Main {
        T a, b, c;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        b.zero(m.a * m.b - m.c);
    }
};

using JoinChips = air::ChipSet<Mixer<2>, Product, Mixer<1>>;

struct JoinKernels {
    std::vector<iop::TableKernels> (*make)();
};
ASHLAR_ISA_DECLARE(JoinKernels, JOIN_KERNELS)

}  // namespace ashlar::test
