// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/stack_weight.hpp"

namespace ashlar::pcs {

using namespace iop;

std::vector<JointGroup> joint_groups(const VerifyingKey& vk, const Shape& shape) {
    std::vector<JointGroup> out;
    for (const BlockGroup& g : shape.main.groups) out.push_back({g, shape.first_claim[g.table]});
    const uint64_t shift = shape.main_slices << vk.profile.s;
    for (BlockGroup g : vk.prep_layout.groups) {
        g.position += shift;
        out.push_back({g, shape.first_claim[g.table] + vk.system.tables[g.table].num_main});
    }
    return out;
}

Ext stack_weight_at(const VerifyingKey& vk, const Shape& shape, PointView r, const Ext& eta, const Ext& eta_power,
                    PointView rho) {
    std::vector<Ext> low{Ext::one()};  // low[a]: eq of the first a coordinates
    for (size_t l = 0; l < r.size() && l < rho.size(); l++) low.push_back(low.back() * poly::eq_factor(r[l], rho[l]));
    std::vector<Ext> powers(shape.num_claims);  // eta^(first + claim)
    Ext power = eta_power;
    for (Ext& p : powers) {
        p = power;
        power *= eta;
    }
    Ext sum = Ext::zero();
    for (const JointGroup& g : joint_groups(vk, shape)) {
        const BlockGroup& b = g.block;
        // The group's blocks have consecutive indices above the block bits: eq of the shared high bits is computed once
        // for each aligned run of 16.
        const PointView high = rho.subspan(b.log);
        const size_t run_vars = std::min<size_t>(4, high.size());
        const std::vector<Ext> run = poly::eq_table(high.first(run_vars));
        Ext group = Ext::zero();
        for (uint32_t c = 0; c < b.columns;) {
            const uint64_t index = (b.position >> b.log) + c;
            Ext part = Ext::zero();
            uint64_t i = index & (run.size() - 1);
            for (; i < run.size() && c < b.columns; i++, c++) part += powers[g.first_claim + c] * run[i];
            group += part * poly::eq_index(high.subspan(run_vars), index >> run_vars);
        }
        const uint32_t n = shape.n[b.table];
        sum += group * poly::eq_index(r.subspan(b.log, n - b.log), b.row >> b.log) * low[b.log];
    }
    return sum;
}

}  // namespace ashlar::pcs
