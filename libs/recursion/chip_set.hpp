// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/chip_set.hpp"
#include "libs/recursion/memory.hpp"
#include "libs/recursion/program_table.hpp"
#include "libs/recursion/step.hpp"

namespace ashlar::recursion {

/// The tables of the field machine, in the order of the proof.
using FieldMachineChips = air::ChipSet<ProgramTable, MemoryTable, ArithmeticChip, MoveChip, ControlChip>;

}  // namespace ashlar::recursion
