// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ashlar::conformance {

/// The packed test sets of data/ethereum-tests, sorted; empty if the data is absent.
std::vector<std::filesystem::path> test_archives();

/// Calls `visit(path, text)` for each JSON file of an archive, read in place. False if it cannot be read.
bool each_json_file(const std::filesystem::path& archive,
                    const std::function<void(const std::string& path, const std::string& text)>& visit);

}  // namespace ashlar::conformance
