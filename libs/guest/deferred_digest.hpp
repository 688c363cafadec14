// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/field/koala_bear.hpp"
#include "libs/hash/poseidon2.hpp"

namespace ashlar::guest {

/// The ABI's running digest over demanded proofs: D := sponge(D, vk, pv bytes), eight elements, zero at the start
/// (ABI.md 8.1). Kept because hosts of the ABI expect it; what a proof here binds is the machine's own chain of
/// nine elements (MACHINE.md 5).
class DeferredDigest {
  public:
    /// Absorbs one demand: 8 words of the program's digest (taken mod p) and 32 bytes of its public values' digest.
    constexpr void extend(const uint32_t vk[8], const Bytes32& pv) {
        using F = field::KoalaBear;
        F in[48];
        for (int i = 0; i < 8; i++) {
            in[i] = state_[i];
            in[8 + i] = F::reduce(vk[i]);
        }
        for (int i = 0; i < 32; i++) in[16 + i] = F::from_canonical(pv[static_cast<size_t>(i)]);
        std::array<F, 16> s{};
        for (int block = 0; block < 6; block++) {
            for (int i = 0; i < 8; i++) s[static_cast<size_t>(i)] = in[8 * block + i];
            hash::Poseidon2<16>::permute(s);
        }
        for (int i = 0; i < 8; i++) state_[i] = s[static_cast<size_t>(i)];
    }
    /// Element i, canonical.
    constexpr uint32_t word(uint32_t i) const { return state_[i].canonical(); }

  private:
    field::KoalaBear state_[8] = {};
};

}  // namespace ashlar::guest
