// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/base/bytes.hpp"

namespace ashlar::hash {

/// keccak256 of each message: out[i] := keccak256(messages[i]). Where the processor has AVX-512, eight messages share
/// the instructions of one permutation. Host only.
void keccak256_batch(std::span<const BytesView> messages, Bytes32* out);

/// The same without the vector unit, for processors without one and as the reference.
void keccak256_batch_scalar(std::span<const BytesView> messages, Bytes32* out);

}  // namespace ashlar::hash
