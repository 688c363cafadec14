// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>

#include "libs/field/koala_bear.hpp"

namespace ashlar::air {

using field::F;

/// What every builder offers to a chip's eval. A builder D derives from BuilderBase<D, Value> and has
///   void zero(const Value&)                                            a constraint: the value is 0; degree <= 3
///   void interaction(uint32_t bus, const Value& multiplicity, std::span<const Value> values)
/// The rest is defined here in their terms.
template <class D, class V>
class BuilderBase {
  public:
    using Value = V;
    /// A constant as a value.
    static V constant(F x) { return V(x); }

    /// x is 0 or 1.
    void boolean(const V& x) { self().zero(x * (x - F::ONE)); }
    /// The sides are equal as integers: besides the constraint, the range analyser requires |lhs - rhs| < p.
    void equal_integers(const V& lhs, const V& rhs) { self().zero(lhs - rhs); }
    /// Declares that lookups and constraints of this chip keep `value`, as an integer, in [lo, hi]. Only the range
    /// analyser reads it.
    void bound(const V&, int64_t, int64_t) {}

    /// Adds a message to a bus `multiplicity` times. A bus balances when all its messages cancel.
    template <class Bus>
    void send(Bus bus, const V& multiplicity, std::initializer_list<V> values) {
        self().interaction(static_cast<uint32_t>(bus), multiplicity, std::span<const V>(values.begin(), values.size()));
    }
    template <class Bus>
    void send(Bus bus, const V& multiplicity, std::span<const V> values) {
        self().interaction(static_cast<uint32_t>(bus), multiplicity, values);
    }
    /// send with the multiplicity negated.
    template <class Bus>
    void receive(Bus bus, const V& multiplicity, std::initializer_list<V> values) {
        self().interaction(static_cast<uint32_t>(bus), -multiplicity,
                           std::span<const V>(values.begin(), values.size()));
    }
    template <class Bus>
    void receive(Bus bus, const V& multiplicity, std::span<const V> values) {
        self().interaction(static_cast<uint32_t>(bus), -multiplicity, values);
    }

  private:
    D& self() { return static_cast<D&>(*this); }
};

}  // namespace ashlar::air
