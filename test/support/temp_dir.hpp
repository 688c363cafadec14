// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "libs/base/files.hpp"

namespace ashlar::test {

/// A fresh directory, removed at the end.
struct TempDir {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("ashlar-test-" + random_hex(8));
    TempDir() { std::filesystem::create_directories(path); }
    ~TempDir() {
        std::error_code ec;
        std::filesystem::remove_all(path, ec);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
};

}  // namespace ashlar::test
