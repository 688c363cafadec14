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
    /// Whether same_integers() and bound() are read at all: their arguments cost nothing elsewhere.
    static constexpr bool READS_INTEGERS = false;
    /// A constant as a value.
    static V constant(F x) { return V(x); }

    /// x is 0 or 1.
    void boolean(const V& x) { self().zero(x * (x - F::ONE)); }
    /// A constraint whose sides are equal as integers: the integer analyser requires that the ranges which lookups and
    /// other constraints give keep |lhs - rhs| < p on every row that says anything.
    void equal_integers(const V& lhs, const V& rhs) { self().zero(lhs - rhs); }
    /// The same, meant on rows where `when` is 1.
    void equal_integers(const V&, const V& lhs, const V& rhs) { self().zero(lhs - rhs); }
    /// value inverse = flag: value is not 0 where flag is 1, also as an integer, which the integer analyser shows.
    void not_zero(const V& flag, const V& value, const V& inverse) { self().zero(value * inverse - flag); }
    /// No constraint: the sides are one field element by the way they are written (a quotient that is not a column and
    /// what it is the quotient of), and on rows where `when` is 1 also one integer. Only the integer analyser reads it.
    void same_integers(const V&, const V&, const V&) {}
    /// States that `value`, as an integer, lies in [lo, hi] on every row that says anything. No constraint: the integer
    /// analyser derives it from lookups and constraints, or complains.
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
