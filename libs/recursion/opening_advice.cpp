// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "libs/recursion/opening.hpp"
#include "libs/recursion/openings.hpp"
#include "libs/recursion/permute.hpp"

namespace ashlar::recursion {

std::optional<OpeningAdvice> opening_advice(const iop::VerifyingKey& vk, const iop::Shape& shape,
                                            const iop::Proof& proof, iop::Transcript tr) {
    using iop::Tag;
    const iop::Profile& pr = vk.profile;
    OpeningAdvice out;
    std::vector<Ext>& elements = out.advice.elements;
    const auto send = [&](std::span<const Ext> message) {
        tr.absorb(message);
        elements.insert(elements.end(), message.begin(), message.end());
    };
    // Rounds of a sumcheck: their challenges come before those that are there.
    const auto rounds = [&](const auto& messages) {
        std::vector<Ext> rs;
        for (const auto& g : messages) {
            send(g);
            rs.push_back(tr.challenge());
        }
        out.point.insert(out.point.begin(), rs.begin(), rs.end());
    };
    for (size_t i = 0; i < pr.num_oracles(); i++) {
        const iop::WhirRound& a = proof.whir[i];
        tr.tag(Tag::round);
        rounds(a.polys);
        if (i + 1 < pr.num_oracles()) {
            tr.absorb(std::span<const F>(a.root));
            PermutationState digest{};
            std::copy(a.root.begin(), a.root.end(), digest.begin());
            for (size_t k = 0; k < 2; k++) elements.push_back(state_cell(digest, k));
        } else {
            send(a.final);
        }
        tr.tag(Tag::query);
        if (pr.query_pow[i]) elements.push_back(Ext::from_base(a.nonce));
        (void)tr.check_pow(pr.query_pow[i], a.nonce);
        const uint32_t depth = pr.log_domain(i);
        std::vector<uint32_t> drawn, order(pr.queries[i]), slot(pr.queries[i]);
        for (uint32_t j = 0; j < pr.queries[i]; j++) drawn.push_back(tr.index(depth));
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(),
                  [&](uint32_t x, uint32_t y) { return std::pair(drawn[x], x) < std::pair(drawn[y], y); });
        for (uint32_t s = 0; s < order.size(); s++) slot[order[s]] = s;
        for (uint32_t s : slot) elements.push_back(Ext::from_base(F::from_canonical(s)));
        (void)tr.challenge();
        std::sort(drawn.begin(), drawn.end());
        drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
        std::vector<std::vector<Opening>> trees;
        for (size_t j = 0; j < a.openings.size(); j++) {
            const size_t width = i ? size_t{5} << pr.k[i - 1] : j ? vk.prep_layout.slices : shape.main_slices;
            auto leaves = expand_opening(depth, drawn, width, a.openings[j].rows, a.openings[j].siblings);
            if (!leaves) return std::nullopt;
            trees.push_back(std::move(*leaves));
        }
        for (size_t x = 0; x < drawn.size(); x++)
            for (auto& tree : trees) out.advice.openings.push_back(std::move(tree[x]));
    }
    tr.tag(Tag::final);
    rounds(proof.last);
    return out;
}

}  // namespace ashlar::recursion
