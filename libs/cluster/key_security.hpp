// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>

#include "libs/cluster/engine.hpp"
#include "libs/iop/security.hpp"
#include "libs/machine/verifying_key.hpp"

namespace ashlar::cluster {

/// Collisions of the 256-bit digests (SHA-256, Keccak) that name committed values, keys and blocks: no proof is worth
/// more. Poseidon2's capacity and digests have 139 bits.
inline constexpr double DIGEST_BITS = 128;

/// Security of proofs under a key, computed from the key's own profile and machine.
inline Security security_of(const machine::VerifyingKey& vk) {
    const iop::System& system = vk.proof.system;
    iop::MachineSize size;
    size.constraints = system.num_constraints();
    for (const iop::TableInfo& t : system.tables) size.columns += t.num_columns();
    size.message_length = system.message_length;
    const iop::SecurityBits bits = iop::security_summary(vk.proof.profile, size);
    Security s;
    s.bits = std::min({bits.minimum, iop::collision_bits(), DIGEST_BITS});
    s.minimum = bits.minimum, s.sum = bits.sum, s.without_grinding = bits.without_work;
    s.rests_on = iop::uses_johnson_bound(vk.proof.profile) ? "mutual correlated agreement up to the Johnson bound"
                                                           : "unique decoding, no conjecture about codes";
    return s;
}

}  // namespace ashlar::cluster
