// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/transcript.hpp"

namespace ashlar::recursion {

/// The rounds of a sumcheck, as many as a cell says: messages of `degree` elements are advice, absorbed; the challenges
/// go to memory from `point` on; each next claim follows by poly::sumcheck_claim, as on the host. Returns the last
/// claim. The transcript must have nothing to absorb.
Element verify_rounds(Emitter& e, Transcript& transcript, const Element& count, uint32_t degree, const Element& claim,
                      const Element& point);

}  // namespace ashlar::recursion
