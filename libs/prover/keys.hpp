// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <list>
#include <string>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"
#include "libs/machine/prover.hpp"

namespace ashlar::prover {

/// Keys of the programs that were used last, made from their ELFs.
class Keys {
  public:
    /// The key of a program under a profile; valid until KEPT other programs were asked for. Codes: profile_unknown,
    /// those of rv32::load_elf and machine::setup.
    HostResult<const machine::ProvingKey*> of(BytesView elf, const std::string& profile, unsigned threads = 0);

  private:
    /// The two block programs and one more.
    static constexpr size_t KEPT = 3;
    struct Entry {
        Bytes32 elf;
        std::string profile;
        machine::ProvingKey key;
    };
    std::list<Entry> entries_;  ///< last used first
};

}  // namespace ashlar::prover
