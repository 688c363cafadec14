// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libs/air/debug.hpp"

namespace ashlar::air {

/// Adds up messages and tells which do not cancel: the bus balance of a whole proof, by names. For tests and debugging;
/// memory grows with the number of different messages that are open.
class BusLedger {
  public:
    /// `source` names the chip (its text must outlive the ledger).
    void add(const Message& m, std::string_view source);

    struct Open {
        uint32_t bus;
        F multiplicity;                // what is left over
        std::vector<uint32_t> values;  // canonical
        std::string_view source;       // who spoke last
    };
    /// Messages that do not cancel, at most `limit`.
    std::vector<Open> open(size_t limit = 20) const;
    bool balanced() const { return entries_.empty(); }

  private:
    struct Entry {
        F multiplicity = F::ZERO;
        std::string_view source;
    };
    std::map<std::vector<uint32_t>, Entry> entries_;  // key: bus, then canonical values
};

/// One line for a message that is left over.
std::string to_string(const BusLedger::Open& open);

}  // namespace ashlar::air
