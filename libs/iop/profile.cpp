// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/profile.hpp"

#include <algorithm>

#include "libs/hash/suite.hpp"

namespace ashlar::iop {

namespace {

constexpr uint32_t MAX_POW = 24, MAX_LOG_DOMAIN = 24, MAX_FINAL_VARS = 6;

using List = std::vector<uint32_t>;

Profile make(std::string name, uint32_t s, List k, List lir, List queries, List query_pow, List fold_pow,
             uint32_t logup_pow) {
    Profile p;
    p.name = std::move(name);
    p.s = s;
    const size_t n = lir.size();
    p.k = std::move(k);
    p.lir = std::move(lir);
    p.queries = std::move(queries);
    p.query_pow = std::move(query_pow);
    p.fold_pow = std::move(fold_pow);
    p.ood = List(n, 0);
    p.johnson = List(n, 0);
    p.logup_pow = logup_pow;
    return p;
}

struct TestLimits {
    uint32_t log_top, tall, min_block;
};
Profile test(Profile p, TestLimits limits, List ood = {}, List johnson = {}) {
    p.log_top = limits.log_top;
    p.tall = limits.tall;
    p.min_block = limits.min_block;
    if (!ood.empty()) p.ood = std::move(ood), p.johnson = std::move(johnson);
    p.for_tests = true;
    return p;
}

std::vector<Profile> make_all() {
    std::vector<Profile> all;
    all.push_back(make("chunk", 21, {5, 5, 5}, {1, 3, 6, 9}, {256, 128, 109, 107}, {22, 22, 22, 22}, {0, 0, 0, 0}, 6));
    all.push_back(
        make("chunk-small", 18, {5, 4, 4}, {1, 3, 6, 8}, {271, 136, 115, 113}, {16, 16, 16, 16}, {0, 0, 0, 0}, 6));
    all.push_back(make("fold", 20, {5, 5, 5}, {2, 4, 7, 10}, {157, 117, 108, 107}, {22, 22, 22, 22}, {0, 0, 0, 0}, 6));
    all.push_back(make("final", 18, {6, 6}, {5, 7, 10}, {43, 31, 22}, {24, 24, 24}, {20, 15, 13}, 6));
    all.back().ood = {2, 2, 1};
    all.back().johnson = {10, 5, 3};
    // About 20 bits by queries: for tests of whole machines.
    all.push_back(test(make("test", 16, {5, 5}, {1, 3, 6}, {48, 24, 21}, {0, 0, 0}, {0, 0, 0}, 0), {5, 8, 5}));
    // The executable specification's profiles for its own tests.
    all.push_back(test(make("spec-test", 6, {3}, {1, 3}, {8, 5}, {3, 3}, {1, 2}, 2), {2, 3, 0}));
    all.push_back(test(make("spec-test-late-johnson", 5, {2, 1}, {1, 2, 3}, {7, 5, 3}, {2, 0, 2}, {0, 1, 1}, 0),
                       {1, 2, 1}, {0, 1, 2}, {0, 3, 2}));
    all.push_back(
        test(make("spec-test-johnson", 4, {2}, {2, 3}, {6, 4}, {2, 2}, {1, 0}, 1), {0, 3, 2}, {2, 1}, {4, 3}));
    all.push_back(test(make("spec-test-one-oracle", 4, {}, {1}, {7}, {2}, {0}, 1), {3, 20, 0}));
    return all;
}

}  // namespace

uint32_t Profile::dim(size_t i) const {
    uint32_t d = s;
    for (size_t j = 0; j < i; j++) d -= k[j];
    return d;
}

std::vector<uint32_t> Profile::words() const {
    List w{static_cast<uint32_t>(lir.size()), s};
    w.insert(w.end(), k.begin(), k.end());
    for (const List* list : {&lir, &queries, &query_pow, &fold_pow, &ood, &johnson})
        w.insert(w.end(), list->begin(), list->end());
    for (uint32_t x : {logup_pow, log_top, tall, min_block, max_log_slices, max_log_fracs, max_log_height})
        w.push_back(x);
    for (uint32_t x : hash::suite_id()) w.insert(w.end(), {x & 0xffff, x >> 16});
    return w;
}

hash::Digest Profile::id() const {
    std::vector<field::F> elements;
    for (uint32_t w : words()) elements.push_back(field::F::reduce(w));
    return hash::hash_elements(elements);
}

std::string check(const Profile& p) {
    const size_t n = p.num_oracles();
    for (const List* list : {&p.lir, &p.queries, &p.query_pow, &p.fold_pow, &p.ood, &p.johnson})
        if (list->size() != n) return "a list does not have one entry for each oracle";
    if (n > 16 || p.s > MAX_LOG_DOMAIN) return "more than 16 oracles, or slices above 2^24";
    uint64_t sum = 0;
    for (uint32_t k : p.k) {
        if (k < 1 || k > p.s) return "folding factor";
        sum += k;
    }
    if (sum > p.s || p.s > sum + MAX_FINAL_VARS) return "more than 2^6 final values";
    for (size_t i = 0; i < n; i++) {
        if (p.lir[i] < 1 || p.lir[i] > MAX_LOG_DOMAIN) return "rate of an oracle";
        if (p.queries[i] < 1 || p.queries[i] > 1u << 16) return "number of queries";
        if (p.query_pow[i] > MAX_POW || p.fold_pow[i] > MAX_POW) return "proof of work above 24 bits";
        if ((p.ood[i] > 0) != (p.johnson[i] > 0)) return "out-of-domain samples go with the Johnson regime";
        if (p.ood[i] > 16) return "more than 16 out-of-domain samples";
        if (p.log_domain(i) > MAX_LOG_DOMAIN) return "leaf domain above 2^24";
    }
    if (p.logup_pow > MAX_POW) return "proof of work above 24 bits";
    if (p.min_block > p.s) return "smallest block is larger than a slice";
    if (p.tall < 2) return "tall is below 2";
    // 2^30 < p: no multiplicity sum wraps.
    if (p.log_top > p.max_log_fracs || p.max_log_fracs > 30) return "number of fractions";
    if (p.max_log_height > 24 || p.max_log_slices > 12) return "height or number of slices";
    return {};
}

std::span<const Profile> all_profiles() {
    static const std::vector<Profile> all = make_all();
    return all;
}

const Profile* named_profile(std::string_view name) {
    for (const Profile& p : all_profiles())
        if (p.name == name) return &p;
    return nullptr;
}

}  // namespace ashlar::iop
