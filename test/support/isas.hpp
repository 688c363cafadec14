// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <iostream>
#include <vector>

#include "libs/exec/isa.hpp"

namespace ashlar::test {

/// The instruction sets that can be tested here; says which cannot.
inline std::vector<exec::Isa> testable_isas() {
    std::vector<exec::Isa> out;
    for (exec::Isa isa : {exec::Isa::scalar, exec::Isa::avx2, exec::Isa::avx512})
        if (exec::cpu_supports(isa))
            out.push_back(isa);
        else
            std::cout << "not checked, the processor lacks it: " << exec::isa_name(isa) << "\n";
    return out;
}

}  // namespace ashlar::test
