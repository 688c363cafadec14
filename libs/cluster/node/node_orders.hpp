// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/cluster/node/node_work.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/cluster/wire/operation.hpp"

namespace ashlar::cluster {

/// Carries out what the coordinator asks of a node; returns the result for its answer.
wire::Json carry_out(NodeWork& node, const BlobStore& blobs, const NodeOrder& order);

/// Findings that every daemon can make about its host: disk, memory, descriptors.
std::vector<Finding> examine_host(const std::filesystem::path& state_dir);

/// The last log lines of this process.
LogPage log_page(const LogOrder& order);

}  // namespace ashlar::cluster
