// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/chip_set.hpp"
#include "libs/chips/poseidon2.hpp"
#include "libs/recursion/index.hpp"
#include "libs/recursion/memory.hpp"
#include "libs/recursion/permute.hpp"
#include "libs/recursion/program_table.hpp"
#include "libs/recursion/slice.hpp"
#include "libs/recursion/step.hpp"
#include "libs/recursion/tree.hpp"
#include "libs/recursion/weight.hpp"

namespace ashlar::recursion {

/// The tables of the field machine, in the order of the proof.
using FieldMachineChips = air::ChipSet<ProgramTable, MemoryTable, ArithmeticChip, MoveChip, ControlChip, SliceChip,
                                       PermuteChip, IndexChip, OpenChip, LeafChip, TreeNodeChip, TreeRootChip,
                                       WeightChip, WeightStepChip, chips::HashChip, chips::PermutationChip>;

}  // namespace ashlar::recursion
