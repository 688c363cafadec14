// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>

#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// The arguments of recover_address.
struct RecoveryRequest {
    Bytes32 digest, r, s;
    bool y_odd = false;
};
/// out[i] := recover_address(requests[i]). Where the processor multiplies 52-bit numbers in vectors (AVX-512 IFMA),
/// eight recoveries run side by side. Host only.
void recover_addresses(std::span<const RecoveryRequest> requests, std::optional<Address>* out);

}  // namespace ashlar::crypto
