// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/koala_bear.hpp"

namespace ashlar::field {

/// An array of E in memory: five planes of F, plane k holding coefficient k. `data` is plane 0, `stride` the distance
/// between planes in elements. Does not own; add an offset to point further into all planes.
template <class T>
struct BasicExtPtr {
    T* data = nullptr;
    size_t stride = 0;

    ASHLAR_INLINE constexpr T* plane(size_t k) const { return data + k * stride; }
    ASHLAR_INLINE constexpr BasicExtPtr operator+(size_t offset) const { return {data + offset, stride}; }
    ASHLAR_INLINE constexpr operator BasicExtPtr<const T>() const { return {data, stride}; }
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
