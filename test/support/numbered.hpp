// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::test {

/// An address that is no precompiled contract.
inline Address numbered(uint8_t n) {
    Address a;
    a[0] = 0xee;
    a[19] = n;
    return a;
}

}  // namespace ashlar::test
