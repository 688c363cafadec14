// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ashlar::evm {

/// The rule sets of the execution layer after the merge, oldest first. Blob-parameter-only forks change no rule here.
enum class Revision : uint8_t { paris, shanghai, cancun, prague, osaka, amsterdam };

/// The newest that runs on mainnet.
inline constexpr Revision LATEST_REVISION = Revision::osaka;
inline constexpr unsigned REVISION_COUNT = 6;

constexpr const char* revision_name(Revision r) {
    constexpr const char* NAMES[REVISION_COUNT] = {"paris", "shanghai", "cancun", "prague", "osaka", "amsterdam"};
    return NAMES[static_cast<unsigned>(r)];
}

}  // namespace ashlar::evm
