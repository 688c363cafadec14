// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <type_traits>

#include "libs/field/koala_bear.hpp"

namespace ashlar::field {

/// An array of E in memory: five planes of F, plane k holding coefficient k. `data` is plane 0, `stride` the distance
/// between planes in elements. Does not own; add an offset to point further into all planes.
template <class T>
struct BasicExtPtr {
    T* data = nullptr;
    size_t stride = 0;

    constexpr BasicExtPtr() = default;
    ASHLAR_INLINE constexpr BasicExtPtr(T* plane_0, size_t distance) : data(plane_0), stride(distance) {}
    /// From the mutable form.
    template <class U>
        requires(!std::is_const_v<U> && std::is_same_v<const U, T>)
    ASHLAR_INLINE constexpr BasicExtPtr(BasicExtPtr<U> o) : data(o.data), stride(o.stride) {}

    ASHLAR_INLINE constexpr T* plane(size_t k) const { return data + k * stride; }
    ASHLAR_INLINE constexpr BasicExtPtr operator+(size_t offset) const { return {data + offset, stride}; }
};

using ExtPtr = BasicExtPtr<KoalaBear>;
using ConstExtPtr = BasicExtPtr<const KoalaBear>;

/// A read-only array of `size` elements of E in planes.
struct ExtSpan {
    const KoalaBear* data = nullptr;
    size_t stride = 0;
    size_t size = 0;

    ExtSpan() = default;
    ASHLAR_INLINE constexpr ExtSpan(ConstExtPtr p, size_t n) : data(p.data), stride(p.stride), size(n) {}
    ASHLAR_INLINE constexpr operator ConstExtPtr() const { return {data, stride}; }
    ASHLAR_INLINE constexpr const KoalaBear* plane(size_t k) const { return data + k * stride; }
};

}  // namespace ashlar::field
