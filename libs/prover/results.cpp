// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/results.hpp"

#include <algorithm>

namespace ashlar::prover {

void ProveCost::add(const ProveCost& part) {
    chunks += part.chunks, cycles += part.cycles, cells += part.cells, interactions += part.interactions;
    seconds += part.seconds, cpu_seconds += part.cpu_seconds;
    uncommitted_bytes += part.uncommitted_bytes;
    for (const auto& [stage, took] : part.stages) {
        const auto known = std::find_if(stages.begin(), stages.end(), [&](const auto& s) { return s.first == stage; });
        if (known == stages.end())
            stages.emplace_back(stage, took);
        else
            known->second += took;
    }
}

}  // namespace ashlar::prover
