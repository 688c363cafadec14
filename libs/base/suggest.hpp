// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

/// "did you mean 'X'?" for the candidate nearest to a mistyped name; `otherwise` when none is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates,
                         std::string_view otherwise = "");

}  // namespace ashlar
