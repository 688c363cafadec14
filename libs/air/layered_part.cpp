// SPDX-License-Identifier: Apache-2.0
#include "libs/air/layered_part.hpp"

namespace ashlar::air {

LayeredPart::LayeredPart(layers::Circuit c, size_t bit_column, size_t limb_column)
    : circuit(std::move(c)),
      first_bit(static_cast<uint32_t>(bit_column)),
      first_limb(static_cast<uint32_t>(limb_column)),
      zero_limbs(layers::output_limbs(circuit, std::vector<F>(num_bits(), F::ZERO))) {}

bool LayeredPart::holds(std::span<const F> main) const {
    const std::vector<F> limbs = layers::output_limbs(circuit, main.subspan(first_bit, num_bits()));
    for (size_t l = 0; l < limbs.size(); l++)
        if (main[first_limb + l] + zero_limbs[l] != limbs[l]) return false;
    return true;
}

std::vector<uint32_t> LayeredPart::words() const {
    std::vector<uint32_t> out{first_bit, first_limb};
    for (uint32_t w : circuit.words()) out.push_back(w);
    return out;
}

}  // namespace ashlar::air
