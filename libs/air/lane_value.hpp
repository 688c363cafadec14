// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/extension.hpp"

namespace ashlar::air {

using field::F;

/// A lane as a builder's value: constants of F convert by broadcasting.
template <class L>
struct LaneValue {
    L v;
    LaneValue() = default;
    ASHLAR_INLINE LaneValue(L x) : v(x) {}
    ASHLAR_INLINE LaneValue(F x)
        requires(!std::is_same_v<L, F>)
        : v(L::broadcast(x)) {}
    ASHLAR_INLINE friend LaneValue operator+(const LaneValue& a, const LaneValue& b) { return a.v + b.v; }
    ASHLAR_INLINE friend LaneValue operator-(const LaneValue& a, const LaneValue& b) { return a.v - b.v; }
    ASHLAR_INLINE friend LaneValue operator*(const LaneValue& a, const LaneValue& b) { return a.v * b.v; }
    ASHLAR_INLINE LaneValue operator-() const { return -v; }
    ASHLAR_INLINE LaneValue& operator+=(const LaneValue& o) { return *this = *this + o; }
    ASHLAR_INLINE LaneValue& operator-=(const LaneValue& o) { return *this = *this - o; }
    ASHLAR_INLINE LaneValue& operator*=(const LaneValue& o) { return *this = *this * o; }
};

/// Elements of E over a lane as a builder's value. Operations with constants of F stay cheap.
template <class L>
struct ExtValue {
    field::Extension<L> v;
    ExtValue() = default;
    ASHLAR_INLINE ExtValue(const field::Extension<L>& x) : v(x) {}
    ASHLAR_INLINE ExtValue(F x) : v(field::Extension<L>::from_base(L::broadcast(x))) {}
    ASHLAR_INLINE friend ExtValue operator+(const ExtValue& a, const ExtValue& b) { return a.v + b.v; }
    ASHLAR_INLINE friend ExtValue operator-(const ExtValue& a, const ExtValue& b) { return a.v - b.v; }
    ASHLAR_INLINE friend ExtValue operator*(const ExtValue& a, const ExtValue& b) { return a.v * b.v; }
    ASHLAR_INLINE friend ExtValue operator+(const ExtValue& a, F b) { return a.v + L::broadcast(b); }
    ASHLAR_INLINE friend ExtValue operator+(F a, const ExtValue& b) { return b.v + L::broadcast(a); }
    ASHLAR_INLINE friend ExtValue operator-(const ExtValue& a, F b) { return a.v - L::broadcast(b); }
    ASHLAR_INLINE friend ExtValue operator-(F a, const ExtValue& b) { return L::broadcast(a) - b.v; }
    ASHLAR_INLINE friend ExtValue operator*(const ExtValue& a, F b) { return a.v * L::broadcast(b); }
    ASHLAR_INLINE friend ExtValue operator*(F a, const ExtValue& b) { return b.v * L::broadcast(a); }
    ASHLAR_INLINE ExtValue operator-() const { return -v; }
    ASHLAR_INLINE ExtValue& operator+=(const ExtValue& o) { return *this = *this + o; }
    ASHLAR_INLINE ExtValue& operator-=(const ExtValue& o) { return *this = *this - o; }
    ASHLAR_INLINE ExtValue& operator*=(const ExtValue& o) { return *this = *this * o; }
};

}  // namespace ashlar::air
