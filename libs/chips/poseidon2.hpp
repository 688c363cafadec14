// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "libs/chips/gadgets/lookup.hpp"
#include "libs/hash/digest.hpp"

/// Poseidon2-24 in one row: the state after each full round (x^3 has degree 3: one column an element and round) and the
/// cube of element 0 in each partial round.
namespace ashlar::chips {

namespace poseidon2 {

using Parameters = hash::Poseidon2Parameters<24>;
inline constexpr size_t WIDTH = 24;
inline constexpr size_t HALF = Parameters::HALF_FULL_ROUNDS;
inline constexpr size_t PARTIAL = Parameters::PARTIAL_ROUNDS;

template <class V>
ASHLAR_INLINE void external_layer(V (&s)[WIDTH]) {
    V column[4];
    for (size_t i = 0; i < WIDTH; i += 4) {
        const V a = s[Parameters::position(i)], b = s[Parameters::position(i + 1)];
        const V c = s[Parameters::position(i + 2)], d = s[Parameters::position(i + 3)];
        const V t = a + b + c + d;
        const V out[4] = {t + a + b + b, t + b + c + c, t + c + d + d, t + d + a + a};
        for (size_t k = 0; k < 4; k++) {
            s[Parameters::position(i + k)] = out[k];
            column[k] = i == 0 ? out[k] : column[k] + out[k];
        }
    }
    for (size_t i = 0; i < WIDTH; i++) {
        V& x = s[Parameters::position(i)];
        x = x + column[i % 4];
    }
}

template <class V>
ASHLAR_INLINE void internal_layer(V (&s)[WIDTH]) {
    V sum = s[0];
    for (size_t i = 1; i < WIDTH; i++) sum = sum + s[i];
    for (size_t i = 0; i < WIDTH; i++) s[i] = sum + s[i] * Parameters::DIAGONAL[i];
}

}  // namespace poseidon2

/// One permutation. FULL: all 24 inputs and outputs, on BUS_PERMUTATION. Otherwise what trees need, on BUS_HASH:
/// inputs 18..22 are 0, nine outputs. Round constants are multiplied by is_real, so that the zero row is valid; the
/// free multiplicity is 0 unless is_real is 1, so that no row without constants answers.
template <bool FULL>
struct Poseidon2Chip {
    static constexpr std::string_view NAME = FULL ? "permutation" : "hash";
    static constexpr bool FREE_MULTIPLICITIES = true;
    static constexpr size_t INPUTS = FULL ? 24 : 19;
    static constexpr size_t OUTPUTS = FULL ? 24 : 9;
    template <class T>
    struct Main {
        T is_real;
        T multiplicity;
        T input[INPUTS];
        T first[poseidon2::HALF][24];
        T cubes[poseidon2::PARTIAL];
        T last[poseidon2::HALF - 1][24];
        T output[OUTPUTS];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        using namespace poseidon2;
        b.boolean(m.is_real);
        b.zero(m.multiplicity * (F::ONE - m.is_real));
        V s[WIDTH];
        for (size_t i = 0; i < WIDTH; i++) s[i] = F::ZERO;
        for (size_t i = 0; i < INPUTS; i++) s[FULL || i < 18 ? i : hash::DOMAIN_POSITION] = m.input[i];
        external_layer(s);
        const auto full_round = [&](const auto& constants, const V* after, size_t n) {
            for (size_t i = 0; i < WIDTH; i++) {
                const V x = s[i] + m.is_real * constants[i];
                s[i] = x * x * x;
            }
            external_layer(s);
            for (size_t i = 0; i < n; i++) {
                b.zero(s[i] - after[i]);
                s[i] = after[i];
            }
        };
        for (size_t r = 0; r < HALF; r++) full_round(Parameters::FIRST[r], m.first[r], WIDTH);
        for (size_t r = 0; r < PARTIAL; r++) {
            const V x = s[0] + m.is_real * Parameters::MIDDLE[r];
            b.zero(x * x * x - m.cubes[r]);
            s[0] = m.cubes[r];
            internal_layer(s);
        }
        for (size_t r = 0; r + 1 < HALF; r++) full_round(Parameters::LAST[r], m.last[r], WIDTH);
        full_round(Parameters::LAST[HALF - 1], m.output, OUTPUTS);

        V message[INPUTS + OUTPUTS];
        for (size_t i = 0; i < INPUTS; i++) message[i] = m.input[i];
        for (size_t i = 0; i < OUTPUTS; i++) message[INPUTS + i] = m.output[i];
        b.receive(FULL ? BUS_PERMUTATION : BUS_HASH, m.multiplicity, std::span<const V>(message));
    }

    struct Request {
        std::array<F, INPUTS> input;
        uint32_t multiplicity;
    };
    static void fill_row(Main<F>& m, const Request& r) {
        using namespace poseidon2;
        m.is_real = F::ONE;
        m.multiplicity = F::from_canonical(r.multiplicity);
        std::array<F, WIDTH> s{};
        for (size_t i = 0; i < INPUTS; i++) {
            m.input[i] = r.input[i];
            s[FULL || i < 18 ? i : hash::DOMAIN_POSITION] = r.input[i];
        }
        using Scalar = hash::Poseidon2<24>;
        Scalar::external_layer(s);
        const auto full_round = [&](const auto& constants, F* after, size_t n) {
            for (size_t i = 0; i < WIDTH; i++) s[i] = (s[i] + constants[i]).cube();
            Scalar::external_layer(s);
            for (size_t i = 0; i < n; i++) after[i] = s[i];
        };
        for (size_t k = 0; k < HALF; k++) full_round(Parameters::FIRST[k], m.first[k], WIDTH);
        for (size_t k = 0; k < PARTIAL; k++) {
            m.cubes[k] = s[0] = (s[0] + Parameters::MIDDLE[k]).cube();
            Scalar::internal_layer(s);
        }
        for (size_t k = 0; k + 1 < HALF; k++) full_round(Parameters::LAST[k], m.last[k], WIDTH);
        full_round(Parameters::LAST[HALF - 1], m.output, OUTPUTS);
    }
};

using HashChip = Poseidon2Chip<false>;
using PermutationChip = Poseidon2Chip<true>;

}  // namespace ashlar::chips
