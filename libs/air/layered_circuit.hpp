// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libs/field/koala_bear.hpp"

/// A function on bits, described for the layered argument: read by the verifier, the prover, the structure digest and
/// the tests.
///
/// An instance of a circuit works on words of 64 bits. A bit b is held as u = 1 - 2b, so that exclusive or is a
/// product. Position z of a word in instance i is one value; "lane" means the values of one word over all (z, i).
namespace ashlar::air::layers {

inline constexpr uint32_t WORD_BITS = 64, LOG_WORD = 6;
/// Words of input and output are made of so many limbs of so many bits.
inline constexpr uint32_t LIMBS = 4, LIMB_BITS = 16;

/// How a group's factors b, c, .. multiply its linear part.
enum class Form : uint32_t {
    product = 1,  ///< b c ..: exclusive or
    chi = 2,      ///< 1 - (1 + b)(1 - c) / 2: exclusive or with "not b and c"
};

/// Output `output` of the layer has input lane `lane` in this place.
struct Term {
    uint32_t output, lane;
};

/// Each term's output is its lane times the form of the factors. Outputs of one group are claimed together: with weight
/// w_o on output o they are (sum_terms w_output lane) times the form, one product whatever the number of terms.
struct Group {
    std::vector<Term> linear;
    std::vector<uint32_t> factors;  ///< input lanes
};

/// A local map: output o at (z, i) depends on input lanes at (z, i) only.
struct Layer {
    uint32_t lanes = 0, outputs = 0;
    uint32_t log_first = 3;  ///< the first message binds 2^log_first positions of a word at once
    Form form = Form::product;
    std::vector<Group> groups;  ///< all with the same number of factors
    std::vector<Term> copies;   ///< outputs that are their lane
    /// The layer ends in claims on its lanes; or, if true, on the linear part of each group and then on the lanes that
    /// are factors, ascending. Copies are then not possible.
    bool claims_sums = false;

    uint32_t factors() const { return static_cast<uint32_t>(groups.front().factors.size()); }
    uint32_t degree() const { return factors() + 1; }
    uint32_t first_size() const { return 1u << log_first; }
    /// Elements of the first message: values at 0, 1, ..
    uint32_t first_length() const { return degree() * (first_size() - 1) + 1; }
    /// Lanes that are a factor somewhere, ascending.
    std::vector<uint32_t> factor_lanes() const;
    uint32_t num_claims() const;
};

/// Lane `upper` of the layer above is output `lower` of the layer below, with the bits in `negated` flipped, then
/// rotated left: upper(z + rotation) = +-lower(z).
struct Wire {
    uint32_t upper, lower, rotation;
    uint64_t negated;
};

struct Step {
    /// From the lanes of the step before (for the first step: the circuit's output words) to this layer's outputs.
    /// Empty: lane o is output o.
    std::vector<Wire> wires;
    Layer layer;
};

struct Circuit {
    uint32_t inputs = 0, outputs = 0;  ///< words
    std::vector<Step> steps;           ///< from the outputs to the inputs; the first has wires

    /// Canonical list for the structure digest.
    std::vector<uint32_t> words() const;
};

/// The output limbs of one instance, as polynomials of its input bits: for bits in F they are what the circuit gives;
/// for anything else what the argument would speak of. bits[64 w + z] is position z of word w.
std::vector<field::F> output_limbs(const Circuit& circuit, std::span<const field::F> bits);

/// Calls visit(name, number of elements of E) for each prover message of a proof for 2^k instances, in order.
template <class Visit>
void for_each_message(const Circuit& circuit, uint32_t k, Visit&& visit) {
    visit("layers output", size_t{1});
    for (const Step& step : circuit.steps) {
        if (!step.wires.empty())
            for (uint32_t j = 0; j < LOG_WORD; j++) visit("layers wiring", size_t{2});
        const Layer& layer = step.layer;
        visit("layers first", size_t{layer.first_length()});
        for (uint32_t j = layer.log_first; j < LOG_WORD + k; j++) visit("layers round", size_t{layer.degree()});
        visit("layers claims", size_t{layer.num_claims()});
    }
}
/// Elements of E in such a proof.
size_t proof_length(const Circuit& circuit, uint32_t k);

}  // namespace ashlar::air::layers
