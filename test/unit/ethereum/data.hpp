// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "libs/ethereum/chain_config.hpp"

/// The data beside the project (ASHLAR_DATA, default ../shared/data).
namespace ashlar::test {

inline std::filesystem::path data_folder() {
    const char* env = std::getenv("ASHLAR_DATA");
    return env ? env : "../shared/data";
}

/// Folders of data/blocks, sorted; empty if the data is absent.
inline std::vector<std::filesystem::path> block_folders(const char* set = "blocks") {
    std::vector<std::filesystem::path> out;
    std::error_code ec;
    for (const auto& e : std::filesystem::directory_iterator(data_folder() / set, ec))
        if (e.is_directory()) out.push_back(e.path());
    std::sort(out.begin(), out.end());
    return out;
}

/// The chain a folder's name begins with.
inline ethereum::ChainConfig chain_of(const std::filesystem::path& folder) {
    const std::string name = folder.filename().string();
    return ethereum::known_chain(name.substr(0, name.find('-'))).value();
}

}  // namespace ashlar::test
