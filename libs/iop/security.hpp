// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/iop/profile.hpp"
#include "libs/iop/system.hpp"

/// Security of a profile by round-by-round error terms (PROTOCOL.md 7). Host only.
namespace ashlar::iop {

/// What of a machine enters the errors.
struct MachineSize {
    uint32_t constraints = 0;                               // of all tables: lambda counts globally
    uint32_t columns = 0;                                   // of all tables, main and preprocessed
    uint32_t message_length = 0;                            // L: the longest message, without the bus id
    std::vector<const air::layers::Circuit*> layered = {};  // of the tables that have a layered part
};
MachineSize size_of(const System& system);

/// One error term: -log2 of it, proof of work included.
struct SecurityComponent {
    std::string name;
    double bits;
    double work;    ///< bits of proof of work in `bits`
    double rounds;  ///< rounds of the protocol that have this error; 0 if another component counts them all
};

/// All terms for a joint stack of 2^k0 slices. Names and formulas of the terms that the project's soundness tool knows
/// are the tool's; `mu`, `top point`, `last gamma`, `final sumcheck` and those of the layered argument are those it
/// leaves out.
std::vector<SecurityComponent> security_components(const Profile& profile, uint32_t k0, const MachineSize& machine);

/// The least term over all k0 = 1 .. max_log_slices: bits of the proof system under this profile, hash collisions
/// apart.
double security_bits(const Profile& profile, const MachineSize& machine);

/// What may be said of a profile (in bits), each for the worst number of slices. A non-interactive proof is as hard to
/// forge as its weakest round, each try costing a hash: `minimum`. `sum` adds the errors of all rounds: what one run of
/// the interactive protocol errs by, the more careful reading. `without_work` is the weakest round if proof of work
/// were free.
struct SecurityBits {
    double minimum, sum, without_work;
};
SecurityBits security_summary(const Profile& profile, const MachineSize& machine);

/// Whether any oracle is decoded beyond its unique decoding radius: the figures then rest on mutual correlated
/// agreement up to the Johnson bound.
bool uses_johnson_bound(const Profile& profile);

/// Bits of the hash against collisions: half of the digest's.
double collision_bits();

}  // namespace ashlar::iop
