// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/bench/protocol_system.hpp"

namespace ashlar::bench::ASHLAR_ISA {

using L = field::ASHLAR_ISA::Lane;

namespace {
void multiply(size_t n, F* sink) {
    using E = field::Extension<L>;
    E a = E::broadcast({{3_f, 5_f, 7_f, 11_f, 13_f}}), b = a + a, c = a * b;
    for (size_t i = 0; i < n; i += 2 * L::WIDTH) {
        a = a * c;
        b = b * c;
    }
    (a + b).c[0].store(sink);
}
}  // namespace

const Functions FUNCTIONS{&iop::make_kernels<L, Chips>, &multiply};

}  // namespace ashlar::bench::ASHLAR_ISA
