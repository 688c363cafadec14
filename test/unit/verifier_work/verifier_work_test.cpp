// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>

#include "libs/iop/statement.hpp"
#include "libs/pcs/stack_weight.hpp"
#include "libs/pcs/verify.hpp"
#include "test/support/spec_vectors.hpp"

// How many products in E each part of the verifier takes: bounds, so that a part that becomes dearer is noticed, and
// the same values as by definition. `test_verifier_work -s` prints the counts.
namespace {

using namespace ashlar;
using field::Ext;
using field::F;
using field::ProductCounts;
using poly::Point;
using poly::PointView;

/// Work of f().
template <class Body>
ProductCounts work(Body&& body) {
    const ProductCounts before = field::product_counts;
    body();
    const ProductCounts& after = field::product_counts;
    return {after.products - before.products, after.squares - before.squares, after.by_base - before.by_base};
}

class Random {
  public:
    F element() { return F::from_monty(static_cast<uint32_t>(rng_() % F::P)); }
    Ext ext() { return {{element(), element(), element(), element(), element()}}; }
    Point point(size_t n) {
        Point p;
        for (size_t i = 0; i < n; i++) p.push_back(ext());
        return p;
    }
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(rng_() % n); }

  private:
    std::mt19937_64 rng_{9};
};

/// A key of many tables of many widths and heights, about as a block's chunk has them, under chunk-small.
struct Sized {
    Sized() {
        Random random;
        for (size_t t = 0; t < 60; t++) {
            iop::TableInfo table;
            table.num_main = t % 4 == 3 ? 200 + random.below(300) : 8 + random.below(30);
            table.num_prep = t < 5 ? 1 + random.below(3) : 0;
            table.num_constraints = table.num_main / 2;
            table.message_lengths.resize(t % 4 == 3 ? 150 + random.below(200) : 4 + random.below(20));
            heights.push_back(t < 5 ? 1u << (5 + t) : t % 3 == 1 ? 0 : 1 + random.below(1u << (4 + random.below(14))));
            vk.fixed_heights.push_back(t < 5 ? heights.back() : 0);
            vk.system.tables.push_back(std::move(table));
        }
        vk.profile = *iop::named_profile("chunk-small");
        auto made = iop::make_verifying_key(std::move(vk));
        REQUIRE(made);
        vk = std::move(*made);
        auto sized = iop::Shape::make(vk, heights);
        REQUIRE(sized);
        shape = std::move(*sized);
    }
    iop::VerifyingKey vk;
    std::vector<uint32_t> heights;
    iop::Shape shape;
};

}  // namespace

TEST_CASE("a round of degree d takes d products") {
    Random random;
    for (size_t d = 1; d <= 6; d++) {
        const Point sent = random.point(d);
        const Ext claim = random.ext(), r = random.ext();
        Ext value;
        const auto w = work([&] { value = poly::sumcheck_next(claim, sent, r); });
        CHECK(w.products == d);
        CHECK(w.by_base <= d + 1);
    }
}

TEST_CASE("a query's weight takes a product a variable, all else in F") {
    Random random;
    const Point rho = random.point(17);
    const F z = random.element();
    const auto w = work([&] { (void)poly::power_weight(z, rho); });
    CHECK(w.products == 17);
    CHECK(w.squares == 0);
    CHECK(poly::power_weight(z, rho) == poly::power_weight(Ext::from_base(z), rho));
}

TEST_CASE("weights of interactions take a product a block, and those of constraints one each of a live table") {
    const Sized s;
    Random random;
    iop::Fingerprint fingerprint{random.ext(), random.point(32)};
    const Point xi = random.point(std::max(s.shape.log_fractions, s.shape.rounds));
    const Ext mu = random.ext(), lambda = random.ext();
    std::optional<iop::Combined> combined;
    const auto w = work([&] { combined.emplace(s.vk, s.shape, fingerprint, xi, mu, lambda); });
    size_t live = 0, blocks = s.shape.fractions.size();
    for (uint32_t t : s.shape.live) live += s.vk.system.tables[t].num_constraints;
    INFO(blocks << " blocks, " << live << " constraints: " << w.products << " products, " << w.squares << " squares");
    CHECK(w.products + w.squares <= blocks + live + 32 * s.vk.system.tables.size());
    // By definition.
    Ext sum = Ext::zero();
    std::vector<size_t> seen(s.vk.system.tables.size());
    for (const auto& b : s.shape.fractions) {
        const uint32_t n = s.shape.n[b.table];
        const Ext weight = poly::eq_index(PointView(xi).subspan(n, s.shape.log_fractions - n), b.offset >> n);
        REQUIRE(combined->prefix[b.table].at(seen[b.table]++) == weight);
        sum += weight;
    }
    CHECK(combined->tail == F::ONE - sum);
    for (uint32_t t : s.shape.live) {
        const auto powers = combined->of_table(t).lambda_powers;
        REQUIRE(powers.size() == s.vk.system.tables[t].num_constraints);
        for (size_t k : {size_t{0}, powers.size() - 1})
            REQUIRE(powers[k] == lambda.pow(s.shape.first_constraint[t] + k));
    }
}

TEST_CASE("the stack's weight takes fewer products than there are columns") {
    const Sized s;
    Random random;
    const Point r = random.point(s.shape.rounds), rho = random.point(s.vk.profile.s + s.shape.k0);
    const Ext eta = random.ext(), first = random.ext();
    Ext value;
    const auto w = work([&] { value = pcs::stack_weight_at(s.vk, s.shape, r, eta, first, rho); });
    const auto groups = pcs::joint_groups(s.vk, s.shape);
    size_t columns = 0;
    Ext sum = Ext::zero();
    for (const auto& g : groups) {
        columns += g.block.columns;
        const uint32_t a = g.block.log, n = s.shape.n[g.block.table];
        const Ext common = poly::eq_index(PointView(r).subspan(a, n - a), g.block.row >> a) *
                           poly::eq_points(PointView(r).first(a), PointView(rho).first(a));
        for (uint32_t c = 0; c < g.block.columns; c++)
            sum += common * first * eta.pow(g.first_claim + c) *
                   poly::eq_index(PointView(rho).subspan(a), (g.block.position >> a) + c);
    }
    INFO(groups.size() << " groups of " << columns << " columns: " << w.products << " products, " << w.squares
                       << " squares, " << w.by_base << " by elements of F");
    CHECK(value == sum);
    CHECK(w.products + w.squares < columns);
    CHECK(w.products + w.squares < 40 * groups.size());
}

TEST_CASE("verifying the specification's proofs") {
    ProductCounts sum;
    for (const auto& c : test::read_spec_cases("test/vectors/protocol_vectors.txt")) {
        const iop::VerifyingKey vk = test::spec_key(c);
        const auto w = work([&] { REQUIRE(iop::verify(vk, c.public_elements(), c.proof)); });
        sum.products += w.products, sum.squares += w.squares, sum.by_base += w.by_base;
    }
    INFO(sum.products << " products, " << sum.squares << " squares, " << sum.by_base << " by elements of F");
    CHECK(sum.products > 0);
    CHECK(sum.products < 30000);
}
