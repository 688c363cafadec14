// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::hash {

/// SHA-256 (FIPS 180-4). In the guest blocks are compressed by the two system calls.
Bytes32 sha256(BytesView data);

/// SHA-256 of data that arrives in pieces.
class Sha256 {
  public:
    void update(BytesView data);
    /// The hash of everything so far; the object must not be used afterwards.
    Bytes32 finish();

  private:
    uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t block_[64];
    size_t filled_ = 0;
    uint64_t total_ = 0;
};

}  // namespace ashlar::hash
