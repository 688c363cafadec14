// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>

#include "libs/iop/security.hpp"
#include "libs/machine/verifying_key.hpp"

namespace ashlar::cluster {

/// Bits of security of proofs under a key, computed from the key's own profile and machine, hash collisions included.
inline double security_bits(const machine::VerifyingKey& vk) {
    const iop::System& system = vk.proof.system;
    iop::MachineSize size;
    size.constraints = system.num_constraints();
    for (const iop::TableInfo& t : system.tables) size.columns += t.num_columns();
    size.message_length = system.message_length;
    return std::min(iop::security_bits(vk.proof.profile, size), iop::collision_bits());
}

}  // namespace ashlar::cluster
