// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <type_traits>

#include "libs/field/lane.hpp"

/// Inner loops of the fractional sum, templated on the lane.
namespace ashlar::iop {

using field::ConstExtPtr;
using field::Ext;
using field::Extension;
using field::ExtPtr;
using field::F;

template <class X>
ASHLAR_INLINE field::Pair<Extension<X>> deinterleave(const Extension<X>& a, const Extension<X>& b) {
    field::Pair<Extension<X>> out;
    for (size_t k = 0; k < 5; k++) {
        const auto [even, odd] = X::deinterleave(a.c[k], b.c[k]);
        out.first.c[k] = even;
        out.second.c[k] = odd;
    }
    return out;
}
template <class X>
ASHLAR_INLINE field::Pair<Extension<X>> load_pairs(ConstExtPtr p, size_t at) {
    return deinterleave(Extension<X>::load(p, at), Extension<X>::load(p, at + X::WIDTH));
}
template <class X>
ASHLAR_INLINE field::Pair<X> load_pairs(const F* p, size_t at) {
    return X::deinterleave(X::load(p + at), X::load(p + at + X::WIDTH));
}

/// out[i] = in[2i] + in[2i + 1] as fractions, for n outputs.
template <class X, bool BASE>
ASHLAR_INLINE void add_fraction_lanes(ConstExtPtr num, ConstExtPtr den, ExtPtr num_out, ExtPtr den_out, size_t from,
                                      size_t to) {
    const auto [b, d] = load_pairs<X>(den, from);
    if constexpr (BASE) {
        const auto [a, c] = load_pairs<X>(num.data, from);
        (d * a + b * c).store(num_out, to);
    } else {
        const auto [a, c] = load_pairs<X>(num, from);
        (d * a + b * c).store(num_out, to);
    }
    (b * d).store(den_out, to);
}
template <class L, bool BASE>
void add_fractions(ConstExtPtr num, ConstExtPtr den, ExtPtr num_out, ExtPtr den_out, size_t from, size_t to, size_t n) {
    size_t i = 0;
    for (; i + L::WIDTH <= n; i += L::WIDTH)
        add_fraction_lanes<L, BASE>(num, den, num_out, den_out, from + 2 * i, to + i);
    for (; i < n; i++) add_fraction_lanes<F, BASE>(num, den, num_out, den_out, from + 2 * i, to + i);
}

/// The four arrays of a layer: p0, p1 + lambda q1, q0, q1 by parent.
struct StateArrays {
    ExtPtr array[4];
};

/// Parents with their children's values; P is a lane (numerators of leaves) or E over it. `primed`: p1 already has
/// lambda q1 added.
template <class P, class E>
struct Parents {
    P p0, p1;
    E q0, q1;
};

/// p0 q1 + (p1 + lambda q1) q0.
template <class P, class E>
ASHLAR_INLINE E layer_term(const Parents<P, E>& a, const E& lambda) {
    return a.q1 * a.p0 + (lambda * a.q1 + a.p1) * a.q0;
}
template <class E>
ASHLAR_INLINE E primed_term(const Parents<E, E>& a) {
    return a.q1 * a.p0 + a.p1 * a.q0;
}
template <class P, class E>
ASHLAR_INLINE Parents<P, E> difference(const Parents<P, E>& a, const Parents<P, E>& b) {
    return {a.p0 - b.p0, a.p1 - b.p1, a.q0 - b.q0, a.q1 - b.q1};
}

template <class X, class Array>
ASHLAR_INLINE auto load_children(Array p, size_t at) {
    // Four vectors: children at even and odd positions, then parents at even and odd positions.
    const auto [even0, odd0] = load_pairs<X>(p, at);
    const auto [even1, odd1] = load_pairs<X>(p, at + 2 * X::WIDTH);
    struct Out {
        decltype(field::Pair{even0, odd0}) first, second;  // first: child 0 of even, odd parents; second: child 1
    };
    if constexpr (std::is_same_v<Array, const F*>) {
        const auto a = X::deinterleave(even0, even1), b = X::deinterleave(odd0, odd1);
        return Out{{a.first, a.second}, {b.first, b.second}};
    } else {
        const auto a = deinterleave(even0, even1), b = deinterleave(odd0, odd1);
        return Out{{a.first, a.second}, {b.first, b.second}};
    }
}

/// Leaves: numerators in F.
template <class L>
struct LeafSource {
    static constexpr size_t INPUTS = 4;  // entries for a pair of parents
    static constexpr bool PRIMED = false;
    const F* num;
    ConstExtPtr den;
    Ext lambda;
    template <class X>
    ASHLAR_INLINE void load(size_t at, Parents<X, Extension<X>>& even, Parents<X, Extension<X>>& odd) const {
        const auto p = load_children<X>(num, at);
        const auto q = load_children<X>(den, at);
        even = {p.first.first, p.second.first, q.first.first, q.second.first};
        odd = {p.first.second, p.second.second, q.first.second, q.second.second};
    }
    template <class X>
    using Numerator = X;
};

/// Inner levels: numerators in E.
template <class L>
struct ChildSource {
    static constexpr size_t INPUTS = 4;
    static constexpr bool PRIMED = false;
    ConstExtPtr num, den;
    Ext lambda;
    template <class X>
    ASHLAR_INLINE void load(size_t at, Parents<Extension<X>, Extension<X>>& even,
                            Parents<Extension<X>, Extension<X>>& odd) const {
        const auto p = load_children<X>(num, at);
        const auto q = load_children<X>(den, at);
        even = {p.first.first, p.second.first, q.first.first, q.second.first};
        odd = {p.first.second, p.second.second, q.first.second, q.second.second};
    }
    template <class X>
    using Numerator = Extension<X>;
};

/// Parents stored by an earlier fold.
template <class L>
struct StateSource {
    static constexpr size_t INPUTS = 2;
    static constexpr bool PRIMED = true;
    StateArrays from;
    template <class X>
    ASHLAR_INLINE void load(size_t at, Parents<Extension<X>, Extension<X>>& even,
                            Parents<Extension<X>, Extension<X>>& odd) const {
        const auto a = load_pairs<X>(ConstExtPtr(from.array[0]), at), b = load_pairs<X>(ConstExtPtr(from.array[1]), at);
        const auto c = load_pairs<X>(ConstExtPtr(from.array[2]), at), d = load_pairs<X>(ConstExtPtr(from.array[3]), at);
        even = {a.first, b.first, c.first, d.first};
        odd = {a.second, b.second, c.second, d.second};
    }
    template <class X>
    using Numerator = Extension<X>;
};

/// Binds the lowest variable of a source to r, stores the outcome, and gives its pairs.
template <class L, class Source>
struct Folded {
    static constexpr size_t INPUTS = 2 * Source::INPUTS;
    static constexpr bool PRIMED = true;
    Source source;
    Ext r, lambda;
    StateArrays to;
    template <class X>
    using Numerator = Extension<X>;

    template <class X>
    ASHLAR_INLINE Parents<Extension<X>, Extension<X>> fold(size_t at, size_t target) const {
        Parents<typename Source::template Numerator<X>, Extension<X>> even, odd;
        source.template load<X>(at, even, odd);
        const Extension<X> x = Extension<X>::broadcast(r);
        Parents<Extension<X>, Extension<X>> y{x * (odd.p0 - even.p0) + even.p0, x * (odd.p1 - even.p1) + even.p1,
                                              x * (odd.q0 - even.q0) + even.q0, x * (odd.q1 - even.q1) + even.q1};
        if constexpr (!Source::PRIMED) y.p1 += Extension<X>::broadcast(lambda) * y.q1;
        y.p0.store(to.array[0], target);
        y.p1.store(to.array[1], target);
        y.q0.store(to.array[2], target);
        y.q1.store(to.array[3], target);
        return y;
    }
    template <class X>
    ASHLAR_INLINE void load_store(size_t at, size_t target, Parents<Extension<X>, Extension<X>>& even,
                                  Parents<Extension<X>, Extension<X>>& odd) const {
        const auto a = fold<X>(at, target), b = fold<X>(at + Source::INPUTS * X::WIDTH, target + X::WIDTH);
        const auto p0 = deinterleave(a.p0, b.p0), p1 = deinterleave(a.p1, b.p1);
        const auto q0 = deinterleave(a.q0, b.q0), q1 = deinterleave(a.q1, b.q1);
        even = {p0.first, p1.first, q0.first, q1.first};
        odd = {p0.second, p1.second, q0.second, q1.second};
    }
};

template <class X, class Source>
ASHLAR_INLINE void sum_pair_lanes(const Source& source, size_t at, size_t target, ConstExtPtr eq, size_t i,
                                  Extension<X> (&sums)[2]) {
    using E = Extension<X>;
    Parents<typename Source::template Numerator<X>, E> even, odd;
    if constexpr (requires { source.to; })
        source.template load_store<X>(at, target, even, odd);
    else
        source.template load<X>(at, even, odd);
    const E e = E::load(eq, i);
    if constexpr (Source::PRIMED) {
        sums[0] += e * primed_term(even);
        sums[1] += e * primed_term(difference(odd, even));
    } else {
        const E lambda = E::broadcast(source.lambda);
        sums[0] += e * layer_term(even, lambda);
        sums[1] += e * layer_term(difference(odd, even), lambda);
    }
}

/// Sums of eq[i] h_i over n pairs: value at 0 and leading coefficient. Inputs start at `from`; a folding source stores
/// its outputs from `target` on.
template <class L, class Source>
std::array<Ext, 2> sum_pairs(const Source& source, size_t from, size_t target, ConstExtPtr eq, size_t n) {
    Extension<L> wide[2] = {Extension<L>::zero(), Extension<L>::zero()};
    Ext narrow[2] = {Ext::zero(), Ext::zero()};
    size_t i = 0;
    for (; i + L::WIDTH <= n; i += L::WIDTH)
        sum_pair_lanes<L>(source, from + Source::INPUTS * i, target + 2 * i, eq, i, wide);
    for (; i < n; i++) sum_pair_lanes<F>(source, from + Source::INPUTS * i, target + 2 * i, eq, i, narrow);
    return {field::lane_sum(wide[0]) + narrow[0], field::lane_sum(wide[1]) + narrow[1]};
}

}  // namespace ashlar::iop
