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

/// Whether the block's witness lacks the node next to a slot that the block deletes: the programs that made these two
/// took that node for a branch.
inline bool lacks_a_neighbour(const std::filesystem::path& folder) {
    const std::string name = folder.filename().string();
    return name.starts_with("mainnet-20378342-") || name.starts_with("mainnet-22075730-");
}

/// Folders of data/`set`, sorted; empty if the data is absent.
inline std::vector<std::filesystem::path> all_block_folders(const char* set = "blocks") {
    std::vector<std::filesystem::path> out;
    std::error_code ec;
    for (const auto& e : std::filesystem::directory_iterator(data_folder() / set, ec))
        if (e.is_directory()) out.push_back(e.path());
    std::sort(out.begin(), out.end());
    return out;
}

/// Folders of data/blocks whose witness has all that the block needs.
inline std::vector<std::filesystem::path> block_folders() {
    auto out = all_block_folders();
    std::erase_if(out, lacks_a_neighbour);
    return out;
}

/// Folders whose witness lacks something: data/blocks-invalid and some of data/blocks.
inline std::vector<std::filesystem::path> lacking_block_folders() {
    auto out = all_block_folders("blocks-invalid");
    for (auto& f : all_block_folders())
        if (lacks_a_neighbour(f)) out.push_back(std::move(f));
    return out;
}

/// The chain a folder's name begins with.
inline ethereum::ChainConfig chain_of(const std::filesystem::path& folder) {
    const std::string name = folder.filename().string();
    return ethereum::known_chain(name.substr(0, name.find('-'))).value();
}

}  // namespace ashlar::test
