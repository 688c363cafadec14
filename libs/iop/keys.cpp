// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/keys.hpp"

#include <algorithm>
#include <bit>

namespace ashlar::iop {

namespace {

std::vector<Layout::Table> prep_shapes(const VerifyingKey& vk) {
    std::vector<Layout::Table> shapes;
    for (size_t t = 0; t < vk.system.tables.size(); t++)
        shapes.push_back({vk.fixed_heights[t], vk.system.tables[t].num_prep});
    return shapes;
}

}  // namespace

Result<VerifyingKey, VerifyError> make_verifying_key(VerifyingKey vk) {
    if (!check(vk.profile).empty()) return Fail{VerifyError::profile};
    const auto& tables = vk.system.tables;
    if (vk.fixed_heights.size() != tables.size()) return Fail{VerifyError::fixed_height};
    for (size_t t = 0; t < tables.size(); t++) {
        const uint32_t h = vk.fixed_heights[t];
        if ((h != 0) != (tables[t].num_prep != 0) || h > 1u << vk.profile.max_log_height ||
            stored_height(vk.profile, h) != h)
            return Fail{VerifyError::fixed_height};
    }
    for (const HeightBound& b : vk.height_bounds)
        if (b.weights.size() != tables.size()) return Fail{VerifyError::height_bound};
    const auto shapes = prep_shapes(vk);
    if (Layout::count_slices(vk.profile, shapes) > uint64_t{1} << vk.profile.max_log_slices)
        return Fail{VerifyError::stack_too_large};
    vk.prep_layout = Layout(vk.profile, shapes);
    vk.profile_id = vk.profile.id();
    std::vector<F> parts;
    auto number = [&](size_t x) { parts.push_back(F::reduce(static_cast<uint64_t>(x))); };
    parts.insert(parts.end(), vk.profile_id.begin(), vk.profile_id.end());
    parts.insert(parts.end(), vk.structure.begin(), vk.structure.end());
    number(tables.size());
    for (uint32_t h : vk.fixed_heights) number(h);
    parts.insert(parts.end(), vk.prep_root.begin(), vk.prep_root.end());
    number(vk.system.num_public);
    number(vk.extra.size());
    parts.insert(parts.end(), vk.extra.begin(), vk.extra.end());
    vk.digest = hash::hash_elements(parts);
    return vk;
}

Result<Shape, VerifyError> Shape::make(const VerifyingKey& vk, std::vector<uint32_t> heights) {
    const Profile& pr = vk.profile;
    const auto& tables = vk.system.tables;
    Shape sh;
    const size_t count = tables.size();
    if (heights.size() != count) return Fail{VerifyError::height_out_of_range};
    for (size_t t = 0; t < count; t++) {
        if (heights[t] > 1u << pr.max_log_height) return Fail{VerifyError::height_out_of_range};
        if (tables[t].num_prep && heights[t] != vk.fixed_heights[t]) return Fail{VerifyError::fixed_height};
    }
    sh.n.resize(count);
    sh.stored.resize(count);
    sh.first_claim.resize(count);
    sh.first_constraint.resize(count);
    std::vector<Layout::Table> shapes;
    uint32_t constraints = 0;
    uint64_t claims = 0;
    for (uint32_t t = 0; t < count; t++) {
        sh.stored[t] = stored_height(pr, heights[t]);
        shapes.push_back({heights[t], tables[t].num_main});
        sh.first_constraint[t] = constraints;
        constraints += tables[t].num_constraints;
        if (heights[t] == 0) continue;
        sh.live.push_back(t);
        if (tables[t].layered) sh.layered.push_back(t);
        sh.n[t] = nominal_log(pr, heights[t]);
        sh.rounds = std::max(sh.rounds, sh.n[t]);
        sh.first_claim[t] = static_cast<uint32_t>(claims);
        claims += tables[t].num_columns();
    }
    sh.num_claims = static_cast<uint32_t>(claims);
    for (const HeightBound& b : vk.height_bounds) {
        uint64_t sum = 0;  // at most tables 2^24 2^32: no overflow for fewer than 2^8 tables; stop earlier
        for (size_t t = 0; t < count; t++) {
            sum += sh.stored[t] * b.weights[t];
            if (sum > b.limit) return Fail{VerifyError::height_bound};
        }
    }
    // Limits before anything of their size is built.
    sh.main_slices = std::max<uint64_t>(1, Layout::count_slices(pr, shapes));
    sh.total_slices = sh.main_slices + vk.prep_layout.slices;
    if (sh.total_slices > uint64_t{1} << pr.max_log_slices) return Fail{VerifyError::stack_too_large};
    sh.k0 = static_cast<uint32_t>(std::bit_width(sh.total_slices - 1));
    sh.main = Layout(pr, shapes);
    std::vector<uint32_t> order = sh.live;
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return std::pair(sh.n[b], a) < std::pair(sh.n[a], b); });
    for (uint32_t t : order)
        for (uint32_t j = 0; j < tables[t].num_interactions(); j++) {
            sh.fractions.push_back({t, j, sh.fractions_end});
            sh.fractions_end += uint64_t{1} << sh.n[t];
        }
    const uint32_t log = sh.fractions_end ? static_cast<uint32_t>(std::bit_width(sh.fractions_end - 1)) : 0;
    sh.log_fractions = std::max(pr.log_top, log);
    if (sh.log_fractions > pr.max_log_fracs) return Fail{VerifyError::too_many_fractions};
    sh.heights = std::move(heights);
    return sh;
}

}  // namespace ashlar::iop
