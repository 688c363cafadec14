// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/isa.hpp"

#include <string>

namespace ashlar::exec {

std::string_view isa_name(Isa isa) {
    switch (isa) {
        case Isa::scalar:
            return "scalar";
        case Isa::avx2:
            return "avx2";
        case Isa::avx512:
            return "avx512";
    }
    __builtin_trap();
}

std::optional<Isa> parse_isa(std::string_view name) {
    for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512})
        if (name == isa_name(isa)) return isa;
    return std::nullopt;
}

bool cpu_supports(Isa isa) {
#if defined(__x86_64__)
    switch (isa) {
        case Isa::scalar:
            return true;
        case Isa::avx2:
            return __builtin_cpu_supports("x86-64-v3");
        case Isa::avx512:
            return __builtin_cpu_supports("x86-64-v4");
    }
    return false;
#else
    return isa == Isa::scalar;
#endif
}

Isa best_isa() {
    for (Isa isa : {Isa::avx512, Isa::avx2})
        if (cpu_supports(isa)) return isa;
    return Isa::scalar;
}

HostResult<Isa> select_isa(std::string_view name) {
    if (name.empty() || name == "auto") return best_isa();
    const auto isa = parse_isa(name);
    if (!isa)
        return fail("isa_unknown", "unknown instruction set '" + std::string(name) + "'",
                    "use auto, scalar, avx2 or avx512");
    if (!cpu_supports(*isa))
        return fail("isa_unsupported", "this processor does not support " + std::string(name),
                    "use auto; the strongest it supports is " + std::string(isa_name(best_isa())));
    return *isa;
}

}  // namespace ashlar::exec
