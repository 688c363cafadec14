// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/base/error.hpp"
#include "libs/ethereum/chain_config.hpp"

namespace ashlar::ethereum {

/// The chain for a name (mainnet, sepolia, holesky, hoodi) or a file with the `config` object of a genesis file, or
/// with a genesis file. Errors: unknown_chain, chain_config.
HostResult<ChainConfig> load_chain(const std::string& name_or_file);

/// The `config` object of a genesis file as geth writes it, blob schedule included. What is not known is refused, keys
/// as well as forks: a rule that is passed over would make another chain of it. Error: chain_config.
HostResult<ChainConfig> parse_chain_config(std::string_view json);

}  // namespace ashlar::ethereum
