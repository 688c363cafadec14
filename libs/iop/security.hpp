// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/iop/profile.hpp"

/// Security of a profile by round-by-round error terms (design: proof-system 6). Host only.
namespace ashlar::iop {

/// What of a machine enters the errors.
struct MachineSize {
    uint32_t constraints = 0;     // of all tables: lambda counts globally
    uint32_t columns = 0;         // of all tables, main and preprocessed
    uint32_t message_length = 0;  // L: the longest message, without the bus id
};

/// One error term: -log2 of it, proof of work included.
struct SecurityComponent {
    std::string name;
    double bits;
};

/// All terms for a joint stack of 2^k0 slices. Names and formulas of the terms that the project's soundness tool knows
/// are the tool's; `mu`, `top point`, `last gamma` and `final sumcheck` are those it leaves out.
std::vector<SecurityComponent> security_components(const Profile& profile, uint32_t k0, const MachineSize& machine);

/// The least term over all k0 = 1 .. max_log_slices: bits of the proof system under this profile, hash collisions
/// apart.
double security_bits(const Profile& profile, const MachineSize& machine);

/// Bits of the hash against collisions: half of the digest's.
double collision_bits();

}  // namespace ashlar::iop
