// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/chip_set.hpp"
#include "libs/chips/add_sub.hpp"
#include "libs/chips/bitwise.hpp"
#include "libs/chips/boundary.hpp"
#include "libs/chips/branch.hpp"
#include "libs/chips/bump.hpp"
#include "libs/chips/commit.hpp"
#include "libs/chips/constant.hpp"
#include "libs/chips/div_rem.hpp"
#include "libs/chips/ecall.hpp"
#include "libs/chips/hint_read.hpp"
#include "libs/chips/jump.hpp"
#include "libs/chips/less_than.hpp"
#include "libs/chips/load.hpp"
#include "libs/chips/mul.hpp"
#include "libs/chips/mulh.hpp"
#include "libs/chips/poseidon2.hpp"
#include "libs/chips/shift_left.hpp"
#include "libs/chips/shift_right.hpp"
#include "libs/chips/store.hpp"
#include "libs/chips/tables.hpp"

namespace ashlar::chips {

// Chips in groups, so that what is compiled per chip can be split over translation units.
using TableChips = air::ChipSet<ProgramTable, RangeTable, ByteTable, AddressTable, CallTable>;
using AluChips = air::ChipSet<AddSubChip, AddiChip, BitwiseChip<false>, BitwiseChip<true>, ShiftLeftChip<false>,
                              ShiftLeftChip<true>, ShiftRightChip<false>, ShiftRightChip<true>, LessThanChip<false>,
                              LessThanChip<true>, ConstantChip, DiscardChip, MulChip, MulhChip, DivRemChip>;
using ControlChips = air::ChipSet<BranchEqualChip, BranchLessChip, JalChip, JalrChip, LoadWordChip, LoadSubChip,
                                  StoreWordChip, StoreSubChip, BumpChip>;
using CallChips = air::ChipSet<EcallChip, CommitChip, HaltChip, HintReadChip, HintWordChip>;
using BoundaryChips = air::ChipSet<MemoryLeafChip, MerkleNodeChip, HashChip, PermutationChip>;

}  // namespace ashlar::chips
