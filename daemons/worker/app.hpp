// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/prover/engine_process.hpp"

namespace ashlar::worker {

/// A whole GPU daemon in one of its two roles, "worker" or "aggregator". With ENGINE_ARGUMENT first, an engine.
using ProverFactory = std::function<std::unique_ptr<prover::Prover>()>;
int run(const std::string& role, int argc, char** argv, const ProverFactory& make_prover);

}  // namespace ashlar::worker
