// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/rank.hpp"

#include <algorithm>

#include "libs/chips/buses.hpp"

namespace ashlar::mutation {

std::vector<uint32_t> inputs(const Row& row) {
    const air::ChipStructure& chip = row.chip();
    std::vector<uint32_t> out;
    for (size_t i = 0; i < chip.interactions.size(); i++) {
        const auto& interaction = chip.interactions[i];
        const bool asks = is_lookup(interaction.bus);
        if (row.multiplicity(i).is_zero()) continue;
        // Multiplicities are 0, 1 and -1; those of answering chips are free and received.
        if (!chip.free_multiplicities && (asks || row.multiplicity(i) != -F::ONE)) continue;
        const size_t n = asks ? key_length(interaction.bus, row.message(i)) : interaction.values.size();
        // Which word is accessed is for the row to say; its time and value are given.
        const size_t from = interaction.bus == chips::BUS_MEMORY ? 1 : 0;
        for (size_t v = from; v < n; v++) out.push_back(interaction.values[v]);
    }
    return out;
}

namespace {

/// All equations of a row, each with a carried column of its own, so that dependencies show what they are made of.
class System {
  public:
    System(const Row& row, Check without) : row_(row), chip_(row.chip()), basis_(chip_.num_main, capacity()) {
        // Those with one unknown first: they eliminate it everywhere.
        std::vector<std::pair<Check, Sparse>> all;
        for (size_t k = 0; k < chip_.constraints.size(); k++)
            if (const Check c{Check::constraint, k}; c != without)
                all.emplace_back(c, row.gradient(chip_.constraints[k]));
        for (uint32_t node : inputs(row)) all.emplace_back(NOTHING, row.gradient(node));
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
        for (auto& [check, gradient] : all) insert(check, gradient);
        for (size_t i = 0; i < chip_.interactions.size(); i++)
            if (const Check c{Check::interaction, i}; c != without && is_lookup(chip_.interactions[i].bus) &&
                                                      !chip_.free_multiplicities && !row.multiplicity(i).is_zero())
                fire_later_.push_back(i);
        fire();
    }

    Rank result() const {
        Rank r;
        r.kernel = chip_.num_main - basis_.rank();
        r.fired = fired_;
        for (size_t e = 0; e < sources_.size(); e++)
            if (!dependent_.contains(e) && sources_[e].kind == Check::constraint && sources_[e] != NOTHING)
                r.needed.insert(sources_[e]);
        return r;
    }
    /// Constraints that a lookup's key depends on: without one of them the lookup may fix nothing.
    const std::set<Check>& behind_keys() const { return behind_keys_; }

  private:
    uint32_t capacity() const {
        size_t n = chip_.constraints.size();
        for (const auto& i : chip_.interactions) n += i.values.size();
        return static_cast<uint32_t>(n);
    }
    void insert(Check source, Sparse row) {
        row.emplace_back(chip_.num_main + static_cast<uint32_t>(sources_.size()), F::ONE);
        sources_.push_back(source);
        if (basis_.insert(row)) return;
        for (const auto& [c, x] : basis_.rest()) dependent_.insert(c - chip_.num_main);
    }
    bool fixed(std::span<const uint32_t> nodes, std::set<Check>& behind) {
        for (uint32_t v : nodes) {
            if (!basis_.follows(row_.gradient(v))) return false;
            for (const auto& [c, x] : basis_.rest()) behind.insert(sources_[c - chip_.num_main]);
        }
        return true;
    }
    void fire() {
        for (bool more = true; more;) {
            more = false;
            std::erase_if(fire_later_, [&](size_t i) {
                const auto& interaction = chip_.interactions[i];
                const std::span<const uint32_t> values(interaction.values);
                const size_t key = key_length(interaction.bus, row_.message(i));
                if (key == values.size()) return true;
                const bool hash = interaction.bus == chips::BUS_HASH || interaction.bus == chips::BUS_PERMUTATION;
                std::set<Check> behind;
                const bool forward = fixed(values.first(key), behind);
                if (!forward) behind.clear();
                if (!forward && !(hash && fixed(values.subspan(key), behind))) return false;
                behind_keys_.insert(behind.begin(), behind.end());
                for (uint32_t v : forward ? values.subspan(key) : values.first(key))
                    insert({Check::interaction, i}, row_.gradient(v));
                fired_.push_back({i, !forward});
                return more = true;
            });
        }
    }

    const Row& row_;
    const air::ChipStructure& chip_;
    Basis basis_;
    std::vector<Check> sources_;
    std::set<size_t> dependent_;
    std::set<Check> behind_keys_;
    std::vector<size_t> fire_later_;
    std::vector<Fired> fired_;
};

}  // namespace

uint32_t kernel(const Row& row, Check without) { return System(row, without).result().kernel; }

Rank rank(const Row& row) {
    const System all(row, NOTHING);
    Rank r = all.result();
    const auto try_without = [&](Check c) {
        if (!r.needed.contains(c) && kernel(row, c) > r.kernel) r.needed.insert(c);
    };
    for (Check c : all.behind_keys())
        if (c.kind == Check::constraint && c != NOTHING) try_without(c);
    for (const Fired& f : r.fired) try_without({Check::interaction, f.interaction});
    return r;
}

}  // namespace ashlar::mutation
