// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <type_traits>
#include <utility>

#pragma clang diagnostic ignored "-Wparentheses-equality"  // every operand gets brackets

/// The run-time switch of mutated sources (README.md). mutants.py writes uses of it into copies of the sources; the
/// sources themselves know nothing of it.
namespace ashlar::mutation {

/// True if mutant `id` is the one that the environment variable ASHLAR_MUTANT selects. Called only where the mutant
/// would change something, so it also notes in the file ASHLAR_MUTANTS_REACHED (one byte per mutant) that it was here.
#ifdef __riscv
constexpr bool selected(int) { return false; }  // guests run unchanged
#else
bool selected(int id);
#endif

/// `selected`, false in constant evaluation.
constexpr bool on(int id) {
    if (std::is_constant_evaluated()) return false;
    return selected(id);
}
/// `plain`, or `mutated` if mutant `id` is selected.
constexpr bool pick(int id, bool plain, bool mutated) {
    if (plain == mutated) return plain;
    return on(id) ? mutated : plain;
}

/// The value of a result; one without it (its error ignored) gives an empty value.
template <class Result>
auto value_or_empty(Result& r) {
    using Value = std::remove_cvref_t<decltype(*r)>;
    if (r) return Value(std::move(*r));
    if constexpr (std::is_default_constructible_v<Value>)
        return Value{};
    else
        __builtin_trap();
}

}  // namespace ashlar::mutation

/// ASHLAR_TRY and ASHLAR_ASSIGN that go on after an error.
#define ASHLAR_MUTATION_TRY(id, expr)                                               \
    do {                                                                            \
        if (auto ashlar_try_ = (expr); !ashlar_try_ && !::ashlar::mutation::on(id)) \
            return ::ashlar::Fail{std::move(ashlar_try_).error()};                  \
    } while (0)
#define ASHLAR_MUTATION_ASSIGN(id, decl, expr)                                      \
    auto ASHLAR_JOIN(ashlar_r_, __LINE__) = (expr);                                 \
    if (!ASHLAR_JOIN(ashlar_r_, __LINE__) && !::ashlar::mutation::on(id))           \
        return ::ashlar::Fail{std::move(ASHLAR_JOIN(ashlar_r_, __LINE__)).error()}; \
    decl = ::ashlar::mutation::value_or_empty(ASHLAR_JOIN(ashlar_r_, __LINE__))
