// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/integers.hpp"

namespace ashlar::chips {

/// What the machine's buses promise and ask, for the integer analyser (buses.hpp says what the messages are).
///
/// Lookups promise what their fixed tables hold. On the other buses a receiver relies on what every sender keeps, and
/// the analyser asks each sender for it. Where no row alone can show it, a sender is asked for what one step may add to
/// what it received, and the rest follows over all rows:
/// - times of the state bus: at most one advance more; the statement bounds the last (MACHINE.md 5);
/// - the tree: one level down, twice the index and at most 1 more; the root is (26, 0), and a leaf takes level 0 only;
/// - words of a HINT_READ: the next one; as many as the call's operand has room for (hint_read.hpp).
/// Limbs that enter from the memory image are good by induction over chunks (the same section).
const air::BusContracts& bus_contracts();

}  // namespace ashlar::chips
