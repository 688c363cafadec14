// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/structure.hpp"

namespace ashlar::iop {

using field::F;

hash::Digest chip_digest(const air::ChipStructure& chip) {
    std::vector<F> elements{F::reduce(static_cast<uint32_t>(chip.name.size()))};
    for (char c : chip.name) elements.push_back(F::reduce(uint32_t{static_cast<uint8_t>(c)}));
    for (uint32_t w : chip.words()) elements.push_back(F::reduce(w));
    return hash::hash_elements(elements);
}

hash::Digest structure_digest(const std::vector<air::ChipStructure>& chips, const air::ChipStructure& statement) {
    std::vector<F> all{F::reduce(static_cast<uint32_t>(chips.size()))};
    // A digest for each chip first: the list hashed last is short, and every part has its own length in it.
    auto add = [&](const air::ChipStructure& chip) {
        const hash::Digest d = chip_digest(chip);
        all.insert(all.end(), d.begin(), d.end());
    };
    for (const air::ChipStructure& chip : chips) add(chip);
    add(statement);
    return hash::hash_elements(all);
}

}  // namespace ashlar::iop
