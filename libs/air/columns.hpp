// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include "libs/field/koala_bear.hpp"

namespace ashlar::air {

using field::F;

/// A chip is a struct with a NAME, a template `Main<T>` (its columns: members of type T, arrays of T, nested structs of
/// the same kind), for fixed tables also `Prep<T>` (preprocessed columns), and
///   template <class B> static void eval(B& b, const Main<typename B::Value>& m[, const Prep<typename B::Value>& p]);
/// which states every constraint and interaction of one row (MACHINE.md 3).
template <class C>
concept Chip = requires {
    { C::NAME } -> std::convertible_to<std::string_view>;
    typename C::template Main<char>;
};

/// True for a fixed table: it has preprocessed columns.
template <class C>
concept FixedChip = Chip<C> && requires { typename C::template Prep<char>; };

namespace detail {
template <class C>
constexpr size_t prep_columns() {
    if constexpr (FixedChip<C>)
        return sizeof(typename C::template Prep<char>);
    else
        return 0;
}
/// Whether multiplicities of a chip without preprocessed columns may be free (it answers lookups and everything it
/// says follows from its constraints, as a hash chip does).
template <class C>
constexpr bool free_multiplicities() {
    if constexpr (requires { C::FREE_MULTIPLICITIES; })
        return C::FREE_MULTIPLICITIES;
    else
        return FixedChip<C>;
}
}  // namespace detail

/// Number of main columns: `Main<char>` has one byte for each.
template <Chip C>
inline constexpr size_t NUM_MAIN = sizeof(typename C::template Main<char>);
/// Number of preprocessed columns; 0 unless the chip is a fixed table.
template <Chip C>
inline constexpr size_t NUM_PREP = detail::prep_columns<C>();

/// Views a row struct as its columns in order.
template <class T, template <class> class Row>
std::span<T> cells(Row<T>& row) {
    static_assert(sizeof(Row<T>) == sizeof(Row<char>) * sizeof(T), "row structs hold only T and arrays of T");
    return {reinterpret_cast<T*>(&row), sizeof(Row<char>)};
}

/// Index of the first column of a member: `column_of<AddChip>(&AddChip::Main<char>::pc)`.
template <Chip C, class M>
size_t column_of(M C::template Main<char>::* member) {
    static const typename C::template Main<char> row{};
    return static_cast<size_t>(reinterpret_cast<const char*>(&(row.*member)) - reinterpret_cast<const char*>(&row));
}

/// Holds one row of values of type V: main columns, then preprocessed ones, each as the chip's own struct.
template <Chip C, class V>
struct RowOf {
    struct NoPrep {};
    template <class X>
    static auto prep_type() {
        if constexpr (FixedChip<X>)
            return std::type_identity<typename X::template Prep<V>>{};
        else
            return std::type_identity<NoPrep>{};
    }
    using Main = typename C::template Main<V>;
    using Prep = typename decltype(prep_type<C>())::type;
    Main main{};
    [[no_unique_address]] Prep prep{};

    static_assert(sizeof(Main) == NUM_MAIN<C> * sizeof(V), "Main holds only T and arrays of T");

    /// Cell i: main columns first, then preprocessed ones.
    V& operator[](size_t i) {
        if (i < NUM_MAIN<C>) return reinterpret_cast<V*>(&main)[i];
        return reinterpret_cast<V*>(&prep)[i - NUM_MAIN<C>];
    }
};

/// Runs the chip's eval on a row.
template <Chip C, class B>
[[gnu::always_inline]] inline void eval_chip(B& b, const RowOf<C, typename B::Value>& row) {
    if constexpr (FixedChip<C>)
        C::eval(b, row.main, row.prep);
    else
        C::eval(b, row.main);
}

}  // namespace ashlar::air
