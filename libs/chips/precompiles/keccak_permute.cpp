// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/precompiles/keccak_permute.hpp"

#include "libs/chips/precompiles/keccak_layers.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::chips {

const air::LayeredPart& KeccakPermuteChip::layered() {
    static const air::LayeredPart part(keccak_circuit(KECCAK_ROUNDS),
                                       air::column_of<KeccakPermuteChip>(&Main<char>::bits),
                                       air::column_of<KeccakPermuteChip>(&Main<char>::result));
    return part;
}

bool KeccakPermuteChip::fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
    Main<F>& m = *rows;
    m.is_real = F::ONE;
    m.t = F::from_canonical(call.t);
    chips::fill(m.state, call.a0, WORDS);
    uint64_t lanes[LANES];
    for (size_t i = 0; i < LANES; i++) {
        lanes[i] = accesses[2 * i].prev | uint64_t{accesses[2 * i + 1].prev} << 32;
        for (size_t z = 0; z < 64; z++) m.bits[i][z] = lanes[i] >> z & 1 ? F::ONE : F::ZERO;
    }
    hash::keccak_permute(lanes);
    bool right = call.a1 == 0;
    const std::vector<F>& of_zeros = layered().zero_limbs;
    for (size_t i = 0; i < WORDS; i++) {
        chips::fill(m.access[i], accesses[i]);
        fill_limbs(m.result[i], accesses[i].value);
        for (size_t half = 0; half < 2; half++) m.result[i][half] -= of_zeros[2 * i + half];
        right &= accesses[i].value == static_cast<uint32_t>(lanes[i / 2] >> (32 * (i % 2)));
    }
    return right;
}

}  // namespace ashlar::chips
