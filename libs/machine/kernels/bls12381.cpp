// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/chip_set.hpp"
#include "libs/machine/kernels/kernels.hpp"

namespace ashlar::machine::ASHLAR_ISA {

Kernels bls12381_kernels() { return kernels_of<chips::Bls12381Chips>(); }

}  // namespace ashlar::machine::ASHLAR_ISA
