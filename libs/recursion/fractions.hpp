// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/rounds.hpp"

namespace ashlar::recursion {

/// prod_l eq of coordinate l of two points of `count` coordinates each, by pointers.
Element eq_points(Emitter& e, const Element& count, const Element& x, const Element& y);

/// Claims on numerators and denominators at a point of `coordinates` elements of E, which `point` finds.
struct FractionClaims {
    Element p, q, point, coordinates;
};
/// The layers of the fractional sum below the fractions in clear (libs/pcs/PROTOCOL.md 5.3), as many as a cell says but
/// at least one: iop::verify_fractional_sum from there on. Messages are advice. No layer has more than `most` rounds.
/// The transcript must have nothing to absorb.
FractionClaims verify_fraction_layers(Emitter& e, Transcript& transcript, const Element& layers,
                                      const FractionClaims& top, uint32_t most);

}  // namespace ashlar::recursion
