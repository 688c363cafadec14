// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/commit.hpp"
#include "libs/chips/gadgets/address.hpp"

namespace ashlar::chips {

/// HINT_READ(pointer, length): a step of the call. Checks the pointer and turns the length into ceil(length / 4) words;
/// HintWordChip writes `count` of them one by one, leaving out the first `before`.
///
/// What the words become is the prover's choice, so a word that no step writes is one for which the choice was the
/// value it had. Hence a call may take any number of steps (EcallChip's `repeats`), each may write any part, and all
/// the proof needs is that nothing outside the operand changes.
struct HintReadChip {
    static constexpr std::string_view NAME = "hint_read";
    template <class T>
    struct Main {
        T t;
        T is_real;
        Operand<T> target;
        T length[2];
        T length_nonzero;  ///< of the high limb; only there because the lookup says it
        T pad[2];          ///< bits of 4 words - length
        T words_low;       ///< (length low + pad) / 4
        T before[2];       ///< words left out at the beginning
        T count[2];        ///< words written
        T after_low;       ///< low 16 bits of the words left out at the end
        T is_empty;        ///< count = 0
        T inverse;         ///< of count, if not 0
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.is_real;
        b.boolean(real);
        b.receive(BUS_CALL, real,
                  {m.t, F::from_canonical(CALL_HINT_READ & 0xff), operand_low(m.target), m.target.first.high,
                   m.length[0], m.length[1]});
        // length < 0x7800'0000 is one field element; 4 words = length + pad with words_low of 15 bits, all integers <
        // p.
        b.send(BUS_ADDRESS, real, {m.length[1], m.length_nonzero});
        b.boolean(m.pad[0]);
        b.boolean(m.pad[1]);
        b.equal_integers(real, V(m.length[0] + m.pad[0] + m.pad[1] * 2_f), V(m.words_low * 4_f));
        range_check(b, real, 15u, m.words_low);
        const V words = m.words_low + m.length[1] * F::from_canonical(1 << 14);
        check_operand(b, real, m.target, words);
        // words = before + count + after, each of 29 bits: integers.
        const V before = limbs(b, real, m.before), count = limbs(b, real, m.count);
        range_check(b, real, 16u, m.after_low);
        range_check(b, real, 13u, exact_quotient(b, real, V(words - before - count - m.after_low)));
        const V rows = real - m.is_empty;
        b.boolean(m.is_empty);
        b.boolean(rows);
        b.equal_integers(real, V(m.is_empty * count), V(F::ZERO));
        b.not_zero(rows, count, m.inverse);
        b.send(BUS_HINT, rows, {m.t, V(word_of(m.target.first) + before), count});
    }

    static void fill_row(Main<F>& m, const CallView& r) {
        const uint32_t length = r.call.a1, words = static_cast<uint32_t>((uint64_t{length} + 3) / 4),
                       pad = 4 * words - length, count = r.call.num_accesses;
        m.t = F::from_canonical(r.call.t);
        m.is_real = F::ONE;
        fill(m.target, r.call.a0, words);
        fill_limbs(m.length, length);
        m.length_nonzero = F::from_canonical(length >> 16 != 0);
        m.pad[0] = F::from_canonical(pad & 1);
        m.pad[1] = F::from_canonical(pad >> 1);
        m.words_low = F::from_canonical(((length & 0xffff) + pad) / 4);
        fill_limbs(m.before, r.call.words_before);
        fill_limbs(m.count, count);
        m.after_low = F::from_canonical((words - r.call.words_before - count) & 0xffff);
        m.is_empty = F::from_canonical(count == 0);
        m.inverse = F::from_canonical(count).inverse();
    }

  private:
    /// A number of words, below 2^29, from its checked limbs.
    template <class B, class V>
    ASHLAR_INLINE static V limbs(B& b, const V& real, const V (&x)[2]) {
        range_check(b, real, 16u, x[0]);
        range_check(b, real, 13u, x[1]);
        return V(x[0] + x[1] * F::from_canonical(1 << 16));
    }
};

/// One word of a HINT_READ: an index into the call's accesses.
struct HintWord {
    uint32_t t;          ///< of the call
    uint32_t remaining;  ///< with this one, in this step of the call
    const rv32::WordAccess* access;
};

/// Writes range-checked limbs of the prover's choice to one word at t + 1 and passes the rest on. The number of
/// remaining words falls by 1 from row to row and the last row has 1: it cannot pass through 0, since there are fewer
/// than p rows.
struct HintWordChip {
    static constexpr std::string_view NAME = "hint_word";
    template <class T>
    struct Main {
        T t;
        T is_real;
        T is_last;
        T word;
        T remaining;
        T value[2];
        MemoryAccess<T> access;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.is_real;
        const V goes_on = real - m.is_last;
        b.boolean(real);
        b.boolean(m.is_last);
        b.boolean(goes_on);
        b.zero(m.is_last * (m.remaining - F::ONE));
        b.receive(BUS_HINT, real, {m.t, m.word, m.remaining});
        b.send(BUS_HINT, goes_on, {m.t, m.word + F::ONE, m.remaining - F::ONE});
        range_check(b, real, 16u, m.value[0]);
        range_check(b, real, 16u, m.value[1]);
        memory_write(b, real, m.word, V(m.t + F::ONE), m.access, m.value[0], m.value[1]);
    }

    static void fill_row(Main<F>& m, const HintWord& r) {
        m.t = F::from_canonical(r.t);
        m.is_real = F::ONE;
        m.is_last = F::from_canonical(r.remaining == 1);
        m.word = F::from_canonical(r.access->word);
        m.remaining = F::from_canonical(r.remaining);
        fill_limbs(m.value, r.access->value);
        fill(m.access, *r.access);
    }
};

}  // namespace ashlar::chips
