// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "libs/hash/digest.hpp"

namespace ashlar::rv32 {

/// The proof's own chain over VERIFY_PICO_PROOF calls (MACHINE.md 5): 9 canonical field elements, first
/// all zero.
using DeferredChain = std::array<uint32_t, hash::DIGEST_SIZE>;

/// Chain after one more call: H24(the 9 words, then vk and pv, 8 words each, as 32 limbs, low limb first).
constexpr DeferredChain extend_deferred_chain(const DeferredChain& chain, const uint32_t vk[8], const uint32_t pv[8]) {
    using field::F;
    std::array<F, hash::DIGEST_SIZE + 32> elements{};
    size_t n = 0;
    for (uint32_t c : chain) elements[n++] = F::from_canonical(c);
    for (const uint32_t* words : {vk, pv})
        for (int i = 0; i < 8; i++) {
            elements[n++] = F::from_canonical(words[i] & 0xFFFF);
            elements[n++] = F::from_canonical(words[i] >> 16);
        }
    const hash::Digest digest = hash::hash_elements(elements);
    DeferredChain next{};
    for (size_t i = 0; i < next.size(); i++) next[i] = digest[i].canonical();
    return next;
}

}  // namespace ashlar::rv32
