// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

#include "libs/base/error.hpp"

namespace ashlar::exec {

/// Instruction sets the prover is compiled for, weakest first. `avx2` means x86-64-v3, `avx512` x86-64-v4.
enum class Isa { scalar, avx2, avx512 };

std::string_view isa_name(Isa isa);
std::optional<Isa> parse_isa(std::string_view name);

/// Whether this processor and operating system can run code compiled for `isa` (CPUID and XCR0).
bool cpu_supports(Isa isa);
/// The strongest instruction set that this processor supports.
Isa best_isa();

/// Turns an operator's choice into an Isa: "" or "auto" is best_isa(); errors `isa_unknown`, `isa_unsupported`.
HostResult<Isa> select_isa(std::string_view name);

/// One value per instruction set, usually a pointer to a table of functions; null where it was not compiled in.
template <class T>
struct IsaTable {
    const T* scalar = nullptr;
    const T* avx2 = nullptr;
    const T* avx512 = nullptr;

    /// The entry for `isa`, or the next weaker one that is there.
    const T& select(Isa isa) const {
        if (isa == Isa::avx512 && avx512 != nullptr) return *avx512;
        if (isa >= Isa::avx2 && avx2 != nullptr) return *avx2;
        if (scalar == nullptr) __builtin_trap();
        return *scalar;
    }
};

}  // namespace ashlar::exec

/// Builds IsaTable<type> from `<ns>::scalar::name`, `<ns>::avx2::name`, .. as far as the library that declares them was
/// compiled for these (ASHLAR_HAS_*, set by ashlar_isa_library). The variables must be declared.
#if defined(ASHLAR_HAS_SCALAR)
#define ASHLAR_ISA_ENTRY_SCALAR(ns, name) &ns::scalar::name
#else
#define ASHLAR_ISA_ENTRY_SCALAR(ns, name) nullptr
#endif
#if defined(ASHLAR_HAS_AVX2)
#define ASHLAR_ISA_ENTRY_AVX2(ns, name) &ns::avx2::name
#else
#define ASHLAR_ISA_ENTRY_AVX2(ns, name) nullptr
#endif
#if defined(ASHLAR_HAS_AVX512)
#define ASHLAR_ISA_ENTRY_AVX512(ns, name) &ns::avx512::name
#else
#define ASHLAR_ISA_ENTRY_AVX512(ns, name) nullptr
#endif
#define ASHLAR_ISA_TABLE(type, ns, name)                                                                \
    (::ashlar::exec::IsaTable<type>{ASHLAR_ISA_ENTRY_SCALAR(ns, name), ASHLAR_ISA_ENTRY_AVX2(ns, name), \
                                    ASHLAR_ISA_ENTRY_AVX512(ns, name)})
/// Declares `extern const type name` in each instruction set's namespace.
#define ASHLAR_ISA_DECLARE(type, name) \
    namespace scalar {                 \
    extern const type name;            \
    }                                  \
    namespace avx2 {                   \
    extern const type name;            \
    }                                  \
    namespace avx512 {                 \
    extern const type name;            \
    }
