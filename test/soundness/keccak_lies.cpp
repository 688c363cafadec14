// SPDX-License-Identifier: Apache-2.0
// Lies about a call of Keccak: a limb of the operand that is the sum of something else than bits, results that follow
// from it as polynomials. Messages and layers hold; only the constraint that makes it a bit does not.
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

std::vector<Lie> keccak_lies() {
    using Chip = chips::KeccakPermuteChip;
    const auto honest = every_chip_lab().row<Chip>(0);
    const air::LayeredPart& part = Chip::layered();
    std::vector<Lie> out;
    for (size_t lane = 0; lane < Chip::LANES; lane++)
        for (size_t z = 0; z < 64; z++) {
            auto row = honest;
            auto& bits = row.main.bits[lane];
            for (size_t i = 0; i < 16; i++) bits[z - z % 16 + i] = F::ZERO;
            bits[z] = F::from_canonical(5) * F::from_canonical(1u << z % 16).inverse();  // the limb is 5
            const auto limbs = air::layers::output_limbs(part.circuit, {&row.main.bits[0][0], part.num_bits()});
            F* result = &row.main.result[0][0];
            for (size_t l = 0; l < limbs.size(); l++) result[l] = limbs[l] - part.zero_limbs[l];
            REQUIRE(air::layers_hold<Chip>(row));
            out.push_back(make_lie<Chip>("a bit that is none", row));
        }
    return out;
}

}  // namespace ashlar::test
