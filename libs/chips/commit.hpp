// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/chips/call_table.hpp"
#include "libs/chips/gadgets/memory_access.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::chips {

/// A call and its memory accesses.
struct CallView {
    const rv32::CallRecord& call;
    std::span<const rv32::WordAccess> accesses;
};

inline void fill(MemoryAccess<F>& a, const rv32::WordAccess& w) { fill(a, w.t, w.t_prev, w.prev); }

/// COMMIT, COMMIT_DEFERRED_PROOFS: reserved word a0 (0..7) of the digest := a1, at t + 1.
struct CommitChip {
    static constexpr std::string_view NAME = "commit";
    template <class T>
    struct Main {
        T t;
        T is_commit, is_deferred;
        T index;
        T value[2];
        MemoryAccess<T> access;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_commit + m.is_deferred;
        b.boolean(m.is_commit);
        b.boolean(m.is_deferred);
        b.boolean(real);
        b.receive(BUS_CALL, real,
                  {m.t,
                   m.is_commit * F::from_canonical(CALL_COMMIT) +
                       m.is_deferred * F::from_canonical(CALL_COMMIT_DEFERRED_PROOFS),
                   m.index, F::ZERO, m.value[0], m.value[1]});
        range_check(b, real, 3u, m.index);
        memory_write(b, real,
                     V(m.is_commit * F::from_canonical(rv32::WORD_COMMITTED_DIGEST) +
                       m.is_deferred * F::from_canonical(rv32::WORD_DEFERRED_DIGEST) + m.index),
                     V(m.t + F::ONE), m.access, m.value[0], m.value[1]);
    }

    static void fill_row(Main<F>& m, const CallView& r) {
        m.t = F::from_canonical(r.call.t);
        (r.call.word == CALL_COMMIT ? m.is_commit : m.is_deferred) = F::ONE;
        m.index = F::from_canonical(r.call.a0);
        fill_limbs(m.value, r.call.a1);
        fill(m.access, r.accesses[0]);
    }
};

/// HALT: exit code := a0, halted := 1, both at t + 1.
struct HaltChip {
    static constexpr std::string_view NAME = "halt";
    template <class T>
    struct Main {
        T t;
        T is_real;
        T code[2];
        T ignored[2];  ///< a1
        MemoryAccess<T> exit_code, halted;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        b.receive(BUS_CALL, m.is_real,
                  {m.t, F::from_canonical(CALL_HALT), m.code[0], m.code[1], m.ignored[0], m.ignored[1]});
        const V t = m.t + F::ONE;
        memory_write(b, m.is_real, V(F::from_canonical(rv32::WORD_EXIT_CODE)), t, m.exit_code, m.code[0], m.code[1]);
        memory_write(b, m.is_real, V(F::from_canonical(rv32::WORD_HALTED)), t, m.halted, V(F::ONE), V(F::ZERO));
    }

    static void fill_row(Main<F>& m, const CallView& r) {
        m.t = F::from_canonical(r.call.t);
        m.is_real = F::ONE;
        fill_limbs(m.code, r.call.a0);
        fill_limbs(m.ignored, r.call.a1);
        fill(m.exit_code, r.accesses[0]);
        fill(m.halted, r.accesses[1]);
    }
};

}  // namespace ashlar::chips
