// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>

#include "libs/chips/buses.hpp"
#include "libs/hash/digest.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::machine {

using field::F;
using hash::Digest;

/// One end of a chunk.
struct ChunkEnd {
    uint32_t pc = 0;
    Digest root{};  ///< of the memory image
    friend bool operator==(const ChunkEnd&, const ChunkEnd&) = default;
};

/// What a chunk proof says (MACHINE.md 5): the program goes from `start` to `end`. t_out only closes the
/// state bus.
struct Statement {
    ChunkEnd start, end;
    uint32_t t_out = rv32::FIRST_TIMESTAMP;
    friend bool operator==(const Statement&, const Statement&) = default;
};

/// The statement as the proof system's public values: pc_in, root_in (9), pc_out, root_out (9), t_out.
struct PublicStatement {
    static constexpr size_t NUM_PUBLIC = 21;
    static constexpr uint32_t ROOT_LEVEL = 26;

    template <class B>
    static void messages(B& b, std::span<const typename B::Value> v) {
        using V = typename B::Value;
        b.send(chips::BUS_STATE, V(F::ONE), {v[0], V(F::from_canonical(rv32::FIRST_TIMESTAMP))});
        b.receive(chips::BUS_STATE, V(F::ONE), {v[10], v[20]});
        V node[20];
        node[0] = F::from_canonical(ROOT_LEVEL);
        node[1] = F::ZERO;
        for (size_t i = 0; i < 9; i++) node[2 + i] = v[1 + i], node[11 + i] = v[11 + i];
        b.send(chips::BUS_TREE, V(F::ONE), std::span<const V>(node));
    }

    /// pc and t_out must be below p.
    static std::array<F, NUM_PUBLIC> values(const Statement& s) {
        std::array<F, NUM_PUBLIC> v;
        v[0] = F::from_canonical(s.start.pc);
        v[10] = F::from_canonical(s.end.pc);
        v[20] = F::from_canonical(s.t_out);
        for (size_t i = 0; i < 9; i++) v[1 + i] = s.start.root[i], v[11 + i] = s.end.root[i];
        return v;
    }
};

}  // namespace ashlar::machine
