// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_circuit.hpp"

namespace ashlar::chips {

inline constexpr size_t KECCAK_ROUNDS = 24;

/// Keccak-f[1600] (FIPS 202, 3.3) as a layered circuit, from its last round to its first; `rounds` < KECCAK_ROUNDS
/// stops early (tests). Lane x + 5y is word x + 5y.
///
/// A round is, from the output: chi; the wires of rho and pi; theta's sum A C_{x-1} rotl(C_{x+1}, 1), in which the five
/// lanes of a column have the same factors; the wires that bring C and its rotation to one point, with iota of the
/// round before as signs; and the parities C together with copies of all lanes.
air::layers::Circuit keccak_circuit(size_t rounds);

}  // namespace ashlar::chips
