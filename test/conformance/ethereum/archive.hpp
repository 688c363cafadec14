// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <vector>

namespace ashlar::conformance {

/// The packed test sets of data/ethereum-tests, sorted; empty if the data is absent.
std::vector<std::filesystem::path> test_archives();

}  // namespace ashlar::conformance
