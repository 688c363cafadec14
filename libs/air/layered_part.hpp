// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/columns.hpp"
#include "libs/air/layered_circuit.hpp"

namespace ashlar::air {

/// A chip's part that the layered argument proves: on every row, padding included, a circuit takes the bits in some of
/// its columns to the limbs in others. A limb's column holds it less the limb that input 0 gives, so that the zero row
/// keeps the rule. The chip's constraints make each input a bit; its limbs are then in range.
///
/// A chip with such a part has `static const LayeredPart& layered()`.
struct LayeredPart {
    layers::Circuit circuit;
    uint32_t first_bit = 0;   ///< position z of input word w is main column first_bit + 64 w + z
    uint32_t first_limb = 0;  ///< limb l of the output words, low limbs first, is column first_limb + l + zero_limbs[l]
    std::vector<F> zero_limbs;

    LayeredPart(layers::Circuit c, size_t bit_column, size_t limb_column);

    uint32_t num_bits() const { return circuit.inputs * layers::WORD_BITS; }
    uint32_t num_limbs() const { return circuit.outputs * layers::LIMBS; }
    /// Whether a row with these main columns keeps the rule, its bits read as what they are in F.
    bool holds(std::span<const F> main) const;
    /// Canonical list for the structure digest.
    std::vector<uint32_t> words() const;
};

template <class C>
concept LayeredChip = Chip<C> && requires {
    { C::layered() } -> std::same_as<const LayeredPart&>;
};

/// The chip's layered part; null if it has none.
template <Chip C>
const LayeredPart* layered_part() {
    if constexpr (LayeredChip<C>)
        return &C::layered();
    else
        return nullptr;
}

}  // namespace ashlar::air
