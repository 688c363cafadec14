// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::ctl {

/// A small program as an ELF file: a loop of arithmetic, loads and stores, `loops` times around (16 instructions each),
/// then COMMIT of the empty digest and HALT 0. Needs no input.
Bytes builtin_program(uint32_t loops);

}  // namespace ashlar::ctl
