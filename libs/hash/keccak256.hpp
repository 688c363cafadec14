// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::hash {

/// Keccak-f[1600] in place on 25 lanes, lane x + 5y; one system call in the guest.
void keccak_permute(uint64_t state[25]);

/// Keccak-256 as Ethereum uses it (the padding of the original submission, not of FIPS 202).
Bytes32 keccak256(BytesView data);

/// Keccak-256 of data that arrives in pieces.
class Keccak256 {
  public:
    void update(BytesView data);
    /// The hash of everything so far; the object must not be used afterwards.
    Bytes32 finish();

  private:
    alignas(8) uint64_t state_[25] = {};
    size_t filled_ = 0;
};

}  // namespace ashlar::hash
