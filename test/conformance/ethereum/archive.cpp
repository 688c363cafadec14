// SPDX-License-Identifier: Apache-2.0
#include "test/conformance/ethereum/archive.hpp"

#include <algorithm>

#include "test/unit/ethereum/data.hpp"

namespace ashlar::conformance {

std::vector<std::filesystem::path> test_archives() {
    std::vector<std::filesystem::path> out;
    std::error_code ec;
    for (const auto& e : std::filesystem::directory_iterator(test::data_folder() / "ethereum-tests", ec))
        if (e.path().filename().string().find(".tar") != std::string::npos) out.push_back(e.path());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace ashlar::conformance
