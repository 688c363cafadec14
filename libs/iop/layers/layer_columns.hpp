// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>

#include "libs/iop/layers/bit_tables.hpp"

/// The columns of a layer once a challenge has bound part of the word: over E, in clusters of groups that share
/// factors.
namespace ashlar::iop::layers {

/// A column is a sum of lanes, each through a table.
struct Source {
    const uint8_t* plane;
    const F* table;
};

/// Groups whose factors have lanes in common: few columns, so that all of a block stay in the first cache.
struct Cluster {
    struct Member {
        uint32_t linear;      // column of the group's linear part, its weights and the form's constant included
        uint32_t factors[4];  // columns
    };
    size_t first = 0;  // columns, counted over all clusters
    std::vector<std::vector<Source>> columns;
    std::vector<Member> members;
};
inline constexpr size_t MAX_CLUSTER = 10;

/// Where a lane's value is found at the end.
struct LanePlace {
    size_t column = ~size_t{0};
    bool scaled = false;
    Ext scale;  // if scaled: the column is this times the lane
};

struct LayerColumns {
    std::vector<Cluster> clusters;
    std::vector<size_t> linear;    // column of each group's linear part
    std::vector<LanePlace> lanes;  // of each input lane, where it is a factor or a group's only term
    size_t count = 0;              // all columns; the copies are the last, if there are any
    bool has_copies = false;
    std::vector<Source> copies;

    /// `plane(lane)` gives the first byte plane; `tables` keeps what the columns point to.
    template <class PlaneOf>
    LayerColumns(const Layer& layer, std::span<const Ext> weights, std::span<const Ext> basis, PlaneOf&& plane,
                 std::vector<HalfByteTable>& tables) {
        auto table = [&](const Ext& scale) {
            tables.emplace_back(basis, scale);
            return tables.back().data();
        };
        const F* const plain = table(Ext::one());
        // Groups that share a factor, by joining.
        std::vector<size_t> owner(layer.groups.size()), of_lane(layer.lanes, ~size_t{0});
        for (size_t g = 0; g < owner.size(); g++) owner[g] = g;
        auto root = [&](size_t g) {
            while (owner[g] != g) g = owner[g];
            return g;
        };
        for (size_t g = 0; g < owner.size(); g++)
            for (uint32_t f : layer.groups[g].factors) {
                if (of_lane[f] == ~size_t{0})
                    of_lane[f] = g;
                else
                    owner[root(g)] = root(of_lane[f]);
            }
        linear.resize(layer.groups.size());
        lanes.resize(layer.lanes);
        for (size_t r = 0; r < owner.size(); r++) {
            if (root(r) != r) continue;
            Cluster c;
            c.first = count;
            std::vector<std::pair<uint32_t, uint32_t>> placed;  // lane, column in the cluster
            for (size_t g = 0; g < owner.size(); g++) {
                if (root(g) != r) continue;
                Cluster::Member m{};
                for (size_t i = 0; i < layer.groups[g].factors.size(); i++) {
                    const uint32_t lane = layer.groups[g].factors[i];
                    auto at = std::find_if(placed.begin(), placed.end(), [&](auto& p) { return p.first == lane; });
                    if (at == placed.end()) {
                        placed.push_back({lane, static_cast<uint32_t>(c.columns.size())});
                        lanes[lane] = {count + c.columns.size(), false, Ext::one()};
                        c.columns.push_back({{plane(lane), plain}});
                        at = placed.end() - 1;
                    }
                    m.factors[i] = at->second;
                }
                c.members.push_back(m);
            }
            size_t next = 0;
            for (size_t g = 0; g < owner.size(); g++) {
                if (root(g) != r) continue;
                const Group& group = layer.groups[g];
                std::vector<Source> column;
                for (const Term& t : group.linear) {
                    const Ext scale = layer.form == Form::chi ? halved(weights[t.output]) : weights[t.output];
                    column.push_back({plane(t.lane), table(scale)});
                    LanePlace& place = lanes[t.lane];
                    if (group.linear.size() == 1 && place.column == ~size_t{0})
                        place = {count + c.columns.size(), true, scale};
                }
                linear[g] = count + c.columns.size();
                c.members[next++].linear = static_cast<uint32_t>(c.columns.size());
                c.columns.push_back(std::move(column));
            }
            count += c.columns.size();
            if (c.columns.size() > MAX_CLUSTER) __builtin_trap();  // a description this prover is not made for
            clusters.push_back(std::move(c));
        }
        for (const Term& t : layer.copies) copies.push_back({plane(t.lane), table(weights[t.output])});
        has_copies = !copies.empty();
        count += has_copies;
    }
};

}  // namespace ashlar::iop::layers
