// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/air/builder.hpp"
#include "libs/air/columns.hpp"
#include "libs/recursion/emitter.hpp"

/// What a verifier evaluates of a chip at one point of E (libs/pcs/PROTOCOL.md 5.4), written as a program.
namespace ashlar::recursion {

/// A builder's value that is computed by the program. A temporary goes on as part of a longer expression; a value with
/// a name is computed where it is first used, once. For code without branches.
class EmittedValue {
  public:
    EmittedValue() : EmittedValue(F::ZERO) {}
    EmittedValue(F x) : expression_(Expression::constant(nullptr, x)) {}
    EmittedValue(const Element& x) : expression_(x) {}
    EmittedValue(const EmittedValue& o) : expression_(o.settled()) {}
    EmittedValue(EmittedValue&& o) noexcept : expression_(std::move(o.expression_)) {}
    EmittedValue& operator=(const EmittedValue& o) { return expression_ = o.settled(), *this; }
    EmittedValue& operator=(EmittedValue&& o) noexcept { return expression_ = std::move(o.expression_), *this; }

    template <class X, class Y>
        requires(std::is_same_v<std::remove_cvref_t<X>, EmittedValue> &&
                 std::is_same_v<std::remove_cvref_t<Y>, EmittedValue>)
    friend EmittedValue operator+(X&& x, Y&& y) {
        return Expression::sum(part(std::forward<X>(x)), part(std::forward<Y>(y)));
    }
    template <class X, class Y>
        requires(std::is_same_v<std::remove_cvref_t<X>, EmittedValue> &&
                 std::is_same_v<std::remove_cvref_t<Y>, EmittedValue>)
    friend EmittedValue operator-(X&& x, Y&& y) {
        return Expression::sum(part(std::forward<X>(x)), part(std::forward<Y>(y)).negated());
    }
    template <class X, class Y>
        requires(std::is_same_v<std::remove_cvref_t<X>, EmittedValue> &&
                 std::is_same_v<std::remove_cvref_t<Y>, EmittedValue>)
    friend EmittedValue operator*(X&& x, Y&& y) {
        return Expression::times(part(std::forward<X>(x)), part(std::forward<Y>(y)));
    }
    friend EmittedValue operator+(EmittedValue x, F y) { return std::move(x) + EmittedValue(y); }
    friend EmittedValue operator+(F x, EmittedValue y) { return std::move(y) + EmittedValue(x); }
    friend EmittedValue operator-(EmittedValue x, F y) { return std::move(x) + EmittedValue(-y); }
    friend EmittedValue operator-(F x, EmittedValue y) { return EmittedValue(x) - std::move(y); }
    friend EmittedValue operator*(EmittedValue x, F y) { return std::move(x) * EmittedValue(y); }
    friend EmittedValue operator*(F x, EmittedValue y) { return std::move(y) * EmittedValue(x); }
    EmittedValue operator-() const { return settled().negated(); }
    EmittedValue& operator+=(const EmittedValue& o) { return *this = std::move(*this) + o; }
    EmittedValue& operator+=(EmittedValue&& o) { return *this = std::move(*this) + std::move(o); }
    EmittedValue& operator-=(const EmittedValue& o) { return *this = std::move(*this) - o; }
    EmittedValue& operator*=(const EmittedValue& o) { return *this = std::move(*this) * o; }

    /// The value in a cell; not of a constant, which belongs to no program yet.
    Element element() const { return settled(); }

  private:
    EmittedValue(Expression e) : expression_(std::move(e)) {}
    static const Expression& part(const EmittedValue& x) { return x.settled(); }
    static Expression part(EmittedValue&& x) { return std::move(x.expression_); }
    const Expression& settled() const {
        if (!expression_.is_simple()) expression_ = Element(expression_);
        return expression_;
    }
    mutable Expression expression_;
};

/// The cells that a chip's evaluation reads besides its columns: as iop::RowWeights.
struct PointWeights {
    Element alpha;
    std::vector<Element> w, prefix, lambda_powers;
    Element mu;
};

/// num + mu den + mu^2 sum_k lambda^k C_k, one instruction for each product.
class EmittedPoint : public air::BuilderBase<EmittedPoint, EmittedValue> {
  public:
    using V = EmittedValue;
    explicit EmittedPoint(const PointWeights& weights) : w_(weights) {}
    void zero(const V& x) { constraints_ += V(w_.lambda_powers[k_++]) * x; }
    void interaction(uint32_t bus, const V& multiplicity, std::span<const V> values) {
        V d = V(w_.w[0]) * F::from_canonical(bus) + V(w_.alpha);
        for (size_t i = 0; i < values.size(); i++) d += V(w_.w[i + 1]) * values[i];
        num_ += V(w_.prefix[j_]) * multiplicity;
        den_ += V(w_.prefix[j_++]) * d;
    }
    Element result() { return ((constraints_ * V(w_.mu) + den_) * V(w_.mu) + num_).element(); }

  private:
    const PointWeights& w_;
    size_t k_ = 0, j_ = 0;
    V num_, den_, constraints_;
};

/// The bracket of chip C at its claimed columns: main, then preprocessed.
template <air::Chip C>
Element evaluate_at_point(const PointWeights& weights, std::span<const Element> columns) {
    air::RowOf<C, EmittedValue> row;
    for (size_t i = 0; i < columns.size(); i++) row[i] = columns[i];
    EmittedPoint b(weights);
    air::eval_chip<C>(b, row);
    return b.result();
}

}  // namespace ashlar::recursion
