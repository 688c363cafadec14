// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/base/bytes.hpp"

namespace ashlar::test {

/// Inputs that fuzz_replay mutates; every fuzz target built with it defines this.
std::vector<Bytes> fuzz_seeds();

}  // namespace ashlar::test
