// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <random>

#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/recursion/transcript.hpp"
#include "test/support/recursion_programs.hpp"

/// A program that opens leaves of trees at indices from a transcript, and the trees.
namespace ashlar::test {

/// A small tree of rows.
class RowTree {
  public:
    RowTree(uint32_t depth, uint32_t width, std::mt19937_64& rng) : width_(width) {
        levels_.emplace_back();
        for (uint32_t i = 0; i < 1u << depth; i++) {
            for (uint32_t k = 0; k < width; k++) rows_.push_back(F::reduce(static_cast<uint32_t>(rng())));
            levels_[0].push_back(hash::hash_elements(row(i), hash::Domain::leaf));
        }
        while (levels_.back().size() > 1) {
            const auto below = levels_.back();
            levels_.emplace_back();
            for (size_t i = 0; i < below.size(); i += 2)
                levels_.back().push_back(hash::hash_node(below[i], below[i + 1]));
        }
    }
    const hash::Digest& root() const { return levels_.back()[0]; }
    std::span<const F> row(uint32_t i) const { return std::span(rows_).subspan(size_t{i} * width_, width_); }
    recursion::Opening open(uint32_t i) const {
        recursion::Opening o{{row(i).begin(), row(i).end()}, {}};
        for (size_t level = 0; level + 1 < levels_.size(); level++) o.path.push_back(levels_[level][(i >> level) ^ 1]);
        return o;
    }

  private:
    uint32_t width_;
    std::vector<F> rows_;
    std::vector<std::vector<hash::Digest>> levels_;
};

inline std::vector<Ext> cells_of(const hash::Digest& d) {
    return {{{d[0], d[1], d[2], d[3], d[4]}}, {{d[5], d[6], d[7], d[8], F::ZERO}}};
}

/// Two trees of `depth` levels and rows of `width` and 15 elements; `queries` leaves of each. Public: coefficient 0 of
/// what is opened, weighed and batched, with the weights of the queries at a point.
inline SampleProgram openings_program(uint32_t depth, uint32_t width, uint32_t queries, uint64_t seed) {
    std::mt19937_64 rng(seed);
    const RowTree trees[] = {{depth, width, rng}, {depth, 15, rng}};
    SampleProgram s;
    const auto give = [&](const std::vector<Ext>& x) {
        s.advice.elements.insert(s.advice.elements.end(), x.begin(), x.end());
    };
    recursion::Emitter e(1);
    recursion::Transcript tr(e);
    iop::Transcript host;
    std::vector<recursion::Element> roots;
    for (const RowTree& t : trees) {
        roots.push_back(e.advice(2));
        give(cells_of(t.root()));
        tr.absorb_digest(roots.back());
        host.absorb(std::span<const F>(t.root()));
    }
    const recursion::Element eta = tr.challenge();
    const Ext host_eta = host.challenge();
    // Weights: the powers of eta; the point: the first four of them.
    const recursion::Element weights = e.array(width),
                             lengths[] = {e.constant(F::reduce(width)) * e.one(), e.constant(15_f) * e.one()};
    std::vector<Ext> powers{Ext::one()};
    e.assert_equal(e.one() * e.one(), weights);
    for (uint32_t k = 1; k < width; k++) {
        e.assert_equal(e.at(weights, k - 1) * eta, e.at(weights, k));
        powers.push_back(powers.back() * host_eta);
    }
    const recursion::Element pointer = e.address_of(weights);
    recursion::Element sum = e.zero();
    Ext host_sum = Ext::zero();
    for (uint32_t q = 0; q < queries; q++) {
        const auto at = e.low_bits(tr.squeeze(), depth);
        const uint32_t index = host.index(depth);
        for (size_t t = 0; t < 2; t++) {
            s.advice.openings.push_back(trees[t].open(index));
            const recursion::Element value = e.open(roots[t], depth, at.index, lengths[t], pointer);
            sum = sum * eta + value;
            Ext host_value = Ext::zero();
            for (size_t k = 0; k < trees[t].row(index).size(); k++) host_value += powers[k] * trees[t].row(index)[k];
            host_sum = host_sum * host_eta + host_value;
        }
        sum = sum + e.weight(pointer, at.power, 4);
        host_sum += poly::power_weight(F::two_adic_generator(depth).pow(index), std::span(powers).first(4));
    }
    e.assert_equal(e.extract(sum, 0), e.output(0));
    s.program = e.finish();
    s.output = {host_sum.c[0]};
    return s;
}

}  // namespace ashlar::test
