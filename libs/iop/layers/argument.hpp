// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_circuit.hpp"
#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"

/// What prover and verifier of the layered argument compute alike (README.md of this directory says how it works).
namespace ashlar::iop::layers {

using namespace air::layers;
using field::Ext;
using field::F;
using poly::Point;
using poly::PointView;

/// A point over the positions of a word: position z has weight low[z mod |low|] eq(high, z / |low|).
struct WordPoint {
    std::vector<Ext> low;
    Point high;

    static WordPoint multilinear(Point point) { return {{Ext::one()}, std::move(point)}; }
    /// The same with 2^log_low entries in `low`, at least as many as now.
    WordPoint widened(uint32_t log_low) const;
    /// Weight of each position.
    std::vector<Ext> table() const;
};

/// Values at r of the polynomials of degree < n that are 1 at one of 0 .. n-1 and 0 at the others.
std::vector<Ext> lagrange_basis(size_t n, const Ext& r);
/// 1, x, x^2, ..
std::vector<Ext> powers(const Ext& x, size_t n);
inline Ext halved(Ext x) {
    for (F& c : x.c) c = c.halved();
    return x;
}

/// sum_z w(z + s) v(z) for every s, w a product of `low` and `high` and v multilinear: two small tables, with a carry
/// from the low part to the high one.
class Correlations {
  public:
    Correlations(const WordPoint& w, PointView v);
    /// For a rotation by s; positions z in `negated` count negatively.
    Ext at(uint32_t s, uint64_t negated) const;

  private:
    size_t size_, blocks_;
    std::vector<Ext> w_low_, w_high_, v_low_, v_high_;
    std::vector<Ext> stay_, carry_;  // low part for s mod size_: no carry, carry
    std::vector<Ext> high_;          // high part for each s / size_
};

/// Weights of the layer's outputs at the point of the wiring's sumcheck, from those of the lanes above.
std::vector<Ext> wire_weights(const Step& step, std::span<const Ext> above, const WordPoint& at, PointView point);
/// The same for the first step: limb l of the output words has weight gamma^l.
std::vector<Ext> output_weights(const Step& step, std::span<const Ext> gamma, PointView point);
/// What the weights of output_weights do not account for: limbs are sums of b = (1 - u) / 2.
Ext output_constant(std::span<const Ext> gamma);

/// The layer's map at claimed values.
Ext layer_value(const Layer& layer, std::span<const Ext> weights, std::span<const Ext> claims);
/// Weight of each lane when claim q has weight beta[q].
std::vector<Ext> lane_weights(const Layer& layer, std::span<const Ext> weights, std::span<const Ext> beta);

/// What is left to show of a proof: two linear claims.
struct Claims {
    Point outputs_at;        ///< instances
    std::vector<Ext> gamma;  ///< weight of limb l: bits 16 (l mod 4) .. of output word l / 4
    Ext output;              ///< the limbs' sum
    Point inputs_at;         ///< instances
    std::vector<Ext> bits;   ///< weight of each position z of an input word
    std::vector<Ext> words;  ///< weight of each input word
    Ext input;               ///< sum over words and positions of weights times bit (0 or 1)

    /// The claim on the inputs from the last layer's, which is on u = 1 - 2 bit. The weights in `bits_` add up to 1.
    void set_inputs(Point at, std::vector<Ext> bits_, std::vector<Ext> words_, const Ext& claim);
};

}  // namespace ashlar::iop::layers
