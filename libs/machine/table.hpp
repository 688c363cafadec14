// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/trace.hpp"

namespace ashlar::machine {

using field::F;

/// The columns of one table: cell (column, row) is at(column, row).
using Table = iop::Trace;

}  // namespace ashlar::machine
