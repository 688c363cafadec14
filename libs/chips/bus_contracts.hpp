// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/integers.hpp"

namespace ashlar::chips {

/// What the machine's buses promise and ask, for the integer analyser (buses.hpp says what the messages are).
///
/// Lookups promise what their fixed tables hold. On the other buses a receiver relies on what every sender keeps:
/// limbs of memory words and of call operands below 2^16, times below 2^29. Not asked of senders, because no row alone
/// can show it: the times of the state bus and of calls (the bound on the heights, proof-system.md section 7), and the
/// limbs that enter from the memory image (good by induction over chunks, the same section).
const air::BusContracts& bus_contracts();

}  // namespace ashlar::chips
