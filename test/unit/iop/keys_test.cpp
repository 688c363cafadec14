// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <catch2/catch.hpp>

#include "libs/iop/proof.hpp"
#include "libs/iop/structure.hpp"
#include "test/support/spec_system.hpp"

namespace {
using namespace ashlar;
using namespace ashlar::iop;
using namespace ashlar::test;

VerifyingKey parts(const char* profile = "spec-test") {
    VerifyingKey vk;
    vk.profile = *named_profile(profile);
    vk.system = make_system<SpecStatement, SpecChips>();
    vk.structure = structure_digest<SpecStatement, SpecChips>();
    vk.fixed_heights = {0, 0, static_cast<uint32_t>(stored_height(vk.profile, SQUARE_RANGE)), 0, 0, 0, 0};
    return vk;
}
VerifyingKey key(const char* profile = "spec-test") { return make_verifying_key(parts(profile)).value(); }

template <class Change>
VerifyError made_error(Change&& change) {
    VerifyingKey p = parts();
    change(p);
    return make_verifying_key(p).error();
}
VerifyError shape_error(const VerifyingKey& vk, std::vector<uint32_t> heights) {
    const auto s = Shape::make(vk, std::move(heights));
    REQUIRE_FALSE(s);
    return s.error();
}
}  // namespace

TEST_CASE("a key binds every part") {
    const Digest base = key().digest;
    auto differs = [&](auto&& change) {
        VerifyingKey p = parts();
        change(p);
        const auto made = make_verifying_key(p);
        REQUIRE(made);
        return made->digest != base;
    };
    REQUIRE_FALSE(differs([](VerifyingKey&) {}));
    REQUIRE(differs([](VerifyingKey& p) { p.profile.queries[0]++; }));
    REQUIRE(differs([](VerifyingKey& p) { p.structure[3] += F::ONE; }));
    REQUIRE(differs([](VerifyingKey& p) { p.fixed_heights[2] *= 2; }));
    REQUIRE(differs([](VerifyingKey& p) { p.prep_root[8] += F::ONE; }));
    REQUIRE(differs([](VerifyingKey& p) { p.system.num_public++; }));
    REQUIRE(differs([](VerifyingKey& p) { p.extra = {F::ONE}; }));
    REQUIRE(differs([](VerifyingKey& p) { p.extra = {F::ZERO}; }));
}

TEST_CASE("the structure digest sees names, constraints, interactions and public messages") {
    const Digest d = structure_digest<SpecStatement, SpecChips>();
    REQUIRE(structure_digest<NoStatement, SpecChips>() != d);
    REQUIRE(structure_digest<SpecStatement, air::ChipSet<Chain, Never, Square, Mem, Cells, Cube, One>>() != d);
    auto changed = [&](auto&& change) {
        auto chips = air::describe_all<SpecChips>();
        change(chips);
        return structure_digest(chips, air::describe_statement<SpecStatement>());
    };
    REQUIRE(changed([](auto&) {}) == d);
    REQUIRE(changed([](auto& c) { c[0].name = "other"; }) != d);
    REQUIRE(changed([](auto& c) { c[0].constraints.pop_back(); }) != d);
    REQUIRE(changed([](auto& c) { c[0].interactions[0].bus++; }) != d);
    REQUIRE(changed([](auto& c) { std::swap(c[0].interactions[0].values[0], c[0].interactions[0].values[1]); }) != d);
    REQUIRE(changed([](auto& c) { c[2].num_prep++; }) != d);
}

TEST_CASE("keys out of range are refused") {
    REQUIRE(made_error([](VerifyingKey& p) { p.profile.lir[0] = 0; }) == VerifyError::profile);
    REQUIRE(made_error([](VerifyingKey& p) { p.fixed_heights[2]--; }) == VerifyError::fixed_height);
    REQUIRE(made_error([](VerifyingKey& p) { p.fixed_heights[2] = 0; }) == VerifyError::fixed_height);
    REQUIRE(made_error([](VerifyingKey& p) { p.fixed_heights[0] = 16; }) == VerifyError::fixed_height);
    REQUIRE(made_error([](VerifyingKey& p) { p.fixed_heights.pop_back(); }) == VerifyError::fixed_height);
    REQUIRE(made_error([](VerifyingKey& p) { p.height_bounds = {{{1}, 5}}; }) == VerifyError::height_bound);
}

TEST_CASE("heights that no proof may have") {
    const VerifyingKey vk = key();
    const uint32_t fixed = vk.fixed_heights[2];
    REQUIRE(Shape::make(vk, {7, 0, fixed, 6, 3, 1, 9}));
    REQUIRE(shape_error(vk, {7, 0, fixed - 1, 6, 3, 1, 9}) == VerifyError::fixed_height);
    REQUIRE(shape_error(vk, {7, 0, 0, 6, 3, 1, 9}) == VerifyError::fixed_height);
    for (uint32_t taller : {fixed + 1, 2 * fixed, 4 * fixed})
        REQUIRE(shape_error(vk, {7, 0, taller, 6, 3, 1, 9}) == VerifyError::fixed_height);
    REQUIRE(shape_error(vk, {(1 << 24) + 1, 0, fixed, 6, 3, 1, 9}) == VerifyError::height_out_of_range);
    REQUIRE(shape_error(vk, {7, 0, fixed, 6, 3, 1}) == VerifyError::height_out_of_range);
    REQUIRE(shape_error(vk, {1 << 20, 0, fixed, 6, 3, 1, 9}) == VerifyError::stack_too_large);
    VerifyingKey few = parts();
    few.profile.max_log_fracs = 5;
    few.profile.log_top = 2;
    REQUIRE(shape_error(make_verifying_key(few).value(), {30, 0, fixed, 6, 3, 1, 9}) ==
            VerifyError::too_many_fractions);
    VerifyingKey bounded = parts();
    bounded.height_bounds = {{{4, 0, 0, 4, 0, 0, 0}, 64}};
    const VerifyingKey limited = make_verifying_key(bounded).value();
    REQUIRE(Shape::make(limited, {8, 0, fixed, 8, 3, 1, 9}));  // 4 * 8 + 4 * 8
    REQUIRE(shape_error(limited, {9, 0, fixed, 8, 3, 1, 9}) == VerifyError::height_bound);
}

TEST_CASE("a height bound is on stored heights, and sharp") {
    const auto bounded = [](uint64_t limit) {
        VerifyingKey p = parts();
        p.height_bounds = {{{4, 0, 0, 4, 0, 0, 0}, limit}};
        return make_verifying_key(p).value();
    };
    const uint32_t fixed = parts().fixed_heights[2];
    const std::vector<uint32_t> heights{9, 0, fixed, 8, 3, 1, 9};
    REQUIRE(stored_height(parts().profile, 9) == 10);
    REQUIRE(Shape::make(bounded(4 * 10 + 4 * 8), heights));
    for (uint64_t limit = 4 * 9 + 4 * 8; limit < 4 * 10 + 4 * 8; limit++)
        REQUIRE(shape_error(bounded(limit), heights) == VerifyError::height_bound);
}

TEST_CASE("the limit on fractions is sharp") {
    const uint32_t fixed = parts().fixed_heights[2];
    const std::vector<uint32_t> heights{30, 0, fixed, 6, 3, 1, 9};
    const uint32_t log = Shape::make(key(), heights)->log_fractions;
    VerifyingKey p = parts();
    p.profile.log_top = 2;
    p.profile.max_log_fracs = log;
    REQUIRE(Shape::make(make_verifying_key(p).value(), heights));
    p.profile.max_log_fracs--;
    REQUIRE(shape_error(make_verifying_key(p).value(), heights) == VerifyError::too_many_fractions);
}

TEST_CASE("preprocessed slices count in the stack's limit") {
    const VerifyingKey vk = key();
    const uint64_t most = uint64_t{1} << vk.profile.max_log_slices;
    REQUIRE(vk.prep_layout.slices > 0);
    size_t only_the_sum_is_too_large = 0, full = 0;
    for (uint32_t x = 0; x < 60 * 60; x++) {
        const std::vector<uint32_t> heights{1500 + 20 * (x / 60), 0, vk.fixed_heights[2], 6, 3, 1 + x % 23 * 16,
                                            1 + 40 * (x % 60)};
        std::vector<Layout::Table> tables;
        for (size_t t = 0; t < heights.size(); t++) tables.push_back({heights[t], vk.system.tables[t].num_main});
        const uint64_t main = Layout::count_slices(vk.profile, tables);
        const auto shape = Shape::make(vk, heights);
        REQUIRE(shape.has_value() == (main + vk.prep_layout.slices <= most));
        full += main + vk.prep_layout.slices == most;
        if (shape) continue;
        REQUIRE(shape.error() == VerifyError::stack_too_large);
        only_the_sum_is_too_large += main <= most;
    }
    REQUIRE(full > 0);
    REQUIRE(only_the_sum_is_too_large > 0);
}

TEST_CASE("a key's fixed tables keep to the profile's limits") {
    VerifyingKey p = parts();
    const uint32_t h = p.fixed_heights[2];
    p.profile.max_log_height = static_cast<uint32_t>(std::bit_width(h - 1));
    REQUIRE(make_verifying_key(p));
    p.fixed_heights[2] = std::bit_ceil(h);
    REQUIRE(make_verifying_key(p));
    p.fixed_heights[2] *= 2;
    REQUIRE(make_verifying_key(p).error() == VerifyError::fixed_height);
    p = parts();
    p.profile.max_log_slices = 1;
    const uint32_t two_slices = (2u << p.profile.s) / p.system.tables[2].num_prep;
    p.fixed_heights[2] = std::bit_floor(two_slices);
    REQUIRE(make_verifying_key(p));
    p.fixed_heights[2] *= 2;
    REQUIRE(make_verifying_key(p).error() == VerifyError::stack_too_large);
}

TEST_CASE("bytes that are no proof get their own error") {
    const VerifyingKey vk = key();
    auto error = [&](const Bytes& b) { return decode(vk, b).error(); };
    REQUIRE(error({}) == VerifyError::too_short);
    REQUIRE(error({1, 2, 3}) == VerifyError::length_not_words);
    REQUIRE(error({0xff, 0xff, 0xff, 0xff}) == VerifyError::non_canonical);
    REQUIRE(error(Bytes(28, 0)) == VerifyError::fixed_height);
    Bytes heights(28, 0);
    heights[8] = static_cast<uint8_t>(vk.fixed_heights[2]);
    REQUIRE(error(heights) == VerifyError::too_short);
}
