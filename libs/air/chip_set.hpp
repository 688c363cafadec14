// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <tuple>

#include "libs/air/columns.hpp"

namespace ashlar::air {

/// A compile-time list of chips, in the order of the proof's tables.
template <Chip... Cs>
struct ChipSet {
    static constexpr size_t SIZE = sizeof...(Cs);
    template <size_t I>
    using At = std::tuple_element_t<I, std::tuple<Cs...>>;

    /// Calls f.template operator()<Chip>() for each chip in order.
    template <class F>
    static void for_each(F&& f) {
        (f.template operator()<Cs>(), ...);
    }
    /// Index of chip C in the list.
    template <class C>
    static constexpr size_t index_of() {
        size_t i = 0, found = SIZE;
        ((std::is_same_v<C, Cs> ? void(found = i++) : void(i++)), ...);
        return found;
    }
    static constexpr std::array<std::string_view, SIZE> names() { return {std::string_view(Cs::NAME)...}; }
};

}  // namespace ashlar::air
