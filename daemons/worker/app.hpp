// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/cluster/engine_process.hpp"

namespace ashlar::worker {

/// A whole GPU daemon in one of its two roles, "worker" or "aggregator". With ENGINE_ARGUMENT first, an engine.
int run(const std::string& role, int argc, char** argv, const cluster::ServiceFactory& service);

}  // namespace ashlar::worker
