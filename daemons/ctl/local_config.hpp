// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/config.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::ctl {

/// Every setting of `ashlarctl local`; each is a flag of it, too.
inline constexpr ConfigKey LOCAL_KEYS[] = {
    {"workers", ConfigType::number, "2", "Worker processes (default 2).", "processes", 1, 64},
    {"port", ConfigType::number, "8080", "Port of the coordinator (default 8080, or another one if that is taken).", "",
     0, 65535},
    {"state_dir", ConfigType::path, "", "Where everything is kept; default: a temporary folder."},
    {"artefacts", ConfigType::path, "", "Folder with subblock-elf and aggregator-elf; default: where they were built."},
    {"chain", ConfigType::choice_or_file, "mainnet", "Chain of the blocks: a name, or a JSON file (default mainnet).",
     "", 0, 0, false, prover::CHAINS},
    {"inputs", ConfigType::directories, "", "Folders of blocks for jobs of mode reproduce."},
    {"rpc", ConfigType::url, "", "Ethereum node for jobs over ranges and latest blocks."},
    {"subblock_gas", ConfigType::number, "10000000", "Gas of one subblock (default 10000000; 500000 with --demo).",
     "gas", 1, 1'000'000'000'000},
    {"chunk_size", ConfigType::number, "1048576", "Cycles of one chunk (default 1048576).", "cycles", 1024, 1u << 26},
    {"profile", ConfigType::text, prover::DEFAULT_PROFILE, "Security profile of the proofs (default chunk-small).", "",
     0, 0, false, prover::PROFILES},
};

}  // namespace ashlar::ctl
