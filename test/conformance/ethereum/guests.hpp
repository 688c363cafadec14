// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "libs/ethereum/native.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::conformance {

/// Both guest programs, in the executor.
struct Guests {
    rv32::Program subblock, aggregator;

    /// nullopt if they are not built.
    static std::optional<Guests> load();
    /// Cuts the block, runs both programs and compares what they commit with the native claims; the text says what is
    /// wrong, empty if nothing. Adds to `cycles`.
    std::string run(const ethereum::ChainConfig& config, BytesView rlp, const ethereum::Witness& witness,
                    uint64_t& cycles, uint64_t subblock_gas = 1'000'000) const;
};

}  // namespace ashlar::conformance
