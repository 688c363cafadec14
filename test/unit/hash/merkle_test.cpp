// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/merkle.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "libs/hash/merkle_tree.hpp"
#include "test/support/isas.hpp"

using namespace ashlar::hash;
using ashlar::exec::Isa;
using ashlar::exec::ThreadPool;
using ashlar::test::testable_isas;

namespace {

// Plain tree over rows: the oracle.
struct PlainTree {
    explicit PlainTree(const std::vector<std::vector<F>>& rows) {
        levels.emplace_back();
        for (const auto& r : rows) levels[0].push_back(hash_elements(r, Domain::leaf));
        while (levels.back().size() > 1) {
            std::vector<Digest> up;
            for (size_t i = 0; i < levels.back().size(); i += 2)
                up.push_back(hash_node(levels.back()[i], levels.back()[i + 1]));
            levels.push_back(up);
        }
    }
    std::vector<Digest> siblings(std::vector<uint32_t> known) const {
        std::vector<Digest> out;
        for (size_t l = 0; l + 1 < levels.size(); l++) {
            for (uint32_t i : known)
                if (std::find(known.begin(), known.end(), i ^ 1) == known.end()) out.push_back(levels[l][i ^ 1]);
            for (uint32_t& i : known) i >>= 1;
            known.erase(std::unique(known.begin(), known.end()), known.end());
        }
        return out;
    }
    std::vector<std::vector<Digest>> levels;
};

struct Matrix {
    Matrix(unsigned log_rows, size_t width, bool bit_reversed, uint64_t seed)
        : log_n(log_rows), store(width << log_rows) {
        std::mt19937_64 rng(seed);
        for (F& x : store) x = F::from_canonical(rng() % F::P);
        view = {store.data(), size_t{1} << log_rows, width, log_rows, bit_reversed};
    }
    std::vector<std::vector<F>> rows() const {
        std::vector<std::vector<F>> r(size_t{1} << log_n, std::vector<F>(view.width));
        for (size_t i = 0; i < r.size(); i++) view.read_row(i, r[i].data());
        return r;
    }
    unsigned log_n;
    std::vector<F> store;
    LeafMatrix view;
};

std::vector<F> rows_at(const Matrix& m, const std::vector<uint32_t>& indices) {
    std::vector<F> out(indices.size() * m.view.width);
    for (size_t i = 0; i < indices.size(); i++) m.view.read_row(indices[i], out.data() + i * m.view.width);
    return out;
}

}  // namespace

TEST_CASE("bulk permutation agrees with the scalar one") {
    std::mt19937_64 rng(51);
    for (Isa isa : testable_isas())
        for (size_t n : {0, 1, 15, 16, 17, 50}) {
            std::vector<Poseidon2<24>::State> a(n), b;
            for (size_t i = 0; i < n; i++)
                for (F& x : a[i]) x = F::from_monty(i == 3 ? F::P - 1 : i == 4 ? 0 : rng() % F::P);
            b = a;
            for (int round = 0; round < 20; round++) {
                bulk_hash(isa).permute(a.data(), n);
                for (auto& s : b) Poseidon2<24>::permute(s);
                REQUIRE(a == b);
            }
        }
}

TEST_CASE("trees of every instruction set agree with the plain one") {
    ThreadPool pool(2);
    for (Isa isa : testable_isas())
        for (unsigned log_n : {0, 1, 3, 4, 5, 8, 10})
            for (size_t width : {0, 1, 15, 16, 32})
                for (bool reversed : {false, true}) {
                    if (log_n == 10 && width != 16) continue;  // several tiles; one width is enough under emulation
                    const Matrix m(log_n, width, reversed, 52);
                    const MerkleTree tree(m.view, pool, isa);
                    const PlainTree plain(m.rows());
                    INFO(ashlar::exec::isa_name(isa) << " log_n " << log_n << " width " << width);
                    REQUIRE(tree.depth() == log_n);
                    for (unsigned l = 0; l <= log_n; l++)
                        for (size_t i = 0; i < plain.levels[l].size(); i++)
                            REQUIRE(tree.node(l, i) == plain.levels[l][i]);
                }
}

TEST_CASE("openings of every set of leaves are accepted") {
    ThreadPool pool(1);
    for (unsigned log_n : {0, 1, 3}) {
        const Matrix m(log_n, 3, false, 53);
        const MerkleTree tree(m.view, pool, Isa::scalar);
        const PlainTree plain(m.rows());
        for (uint32_t mask = 1; mask < 1u << (1u << log_n); mask++) {
            std::vector<uint32_t> indices;
            for (uint32_t i = 0; i < 1u << log_n; i++)
                if (mask >> i & 1) indices.push_back(i);
            const auto siblings = tree.siblings(indices);
            REQUIRE(siblings == plain.siblings(indices));
            REQUIRE(siblings.size() == sibling_count(log_n, indices));
            REQUIRE(check_opening(tree.root(), log_n, indices, 3, rows_at(m, indices), siblings));
            for (Isa isa : testable_isas())
                REQUIRE(check_opening(tree.root(), log_n, indices, 3, rows_at(m, indices), siblings,
                                      bulk_hash(isa).permute));
        }
    }
}

TEST_CASE("openings hashed in lanes get the same answers") {
    ThreadPool pool(1);
    std::mt19937 rng(55);
    const Matrix m(9, 37, true, 55);  // rows of three blocks
    const MerkleTree tree(m.view, pool, Isa::scalar);
    for (size_t n : {1, 2, 40, 200}) {
        std::vector<uint32_t> indices(512);
        for (uint32_t i = 0; i < 512; i++) indices[i] = i;
        std::shuffle(indices.begin(), indices.end(), rng);
        indices.resize(n);
        std::sort(indices.begin(), indices.end());
        const auto rows = rows_at(m, indices);
        const auto siblings = tree.siblings(indices);
        for (Isa isa : testable_isas()) {
            const auto permute = bulk_hash(isa).permute;
            const auto check = [&](const std::vector<F>& r, const std::vector<Digest>& s) {
                return check_opening(tree.root(), 9, indices, 37, r, s, permute);
            };
            CHECK(check(rows, siblings));
            for (size_t at = 0; at < rows.size(); at += 1 + rows.size() / 60) {
                auto bad = rows;
                bad[at] += F::ONE;
                CHECK(check(bad, siblings).error() == MerkleError::root);
            }
            auto fewer = siblings, more = siblings;
            fewer.pop_back();
            more.push_back({});
            CHECK(check(rows, fewer).error() == MerkleError::too_few_siblings);
            CHECK(check(rows, more).error() == MerkleError::too_many_siblings);
        }
    }
}

TEST_CASE("altered openings are rejected for the right reason") {
    ThreadPool pool(1);
    const Matrix m(6, 4, true, 54);
    const MerkleTree tree(m.view, pool, Isa::scalar);
    const std::vector<uint32_t> indices{3, 17, 40, 41};
    const auto rows = rows_at(m, indices);
    const auto siblings = tree.siblings(indices);
    const auto check = [&](const std::vector<uint32_t>& at, size_t width, const std::vector<F>& r,
                           const std::vector<Digest>& s,
                           const Digest& root) { return check_opening(root, 6, at, width, r, s); };
    REQUIRE(check(indices, 4, rows, siblings, tree.root()));
    for (const auto& bad : std::vector<std::vector<uint32_t>>{{}, {3, 3}, {17, 3}, {64}, {3, 17, 40, 0xffffffff}})
        CHECK(check(bad, 4, rows, siblings, tree.root()).error() == MerkleError::indices);
    for (unsigned depth : {32u, 40u})
        CHECK(check_opening(tree.root(), depth, indices, 4, rows, siblings).error() == MerkleError::indices);
    CHECK(check_opening(tree.root(), 31, indices, 4, rows, siblings).error() == MerkleError::too_few_siblings);
    auto short_rows = rows;
    short_rows.pop_back();
    CHECK(check(indices, 4, short_rows, siblings, tree.root()).error() == MerkleError::row_count);
    auto long_rows = rows;
    long_rows.push_back(F::ZERO);  // part of a row
    CHECK(check(indices, 4, long_rows, siblings, tree.root()).error() == MerkleError::row_count);
    CHECK(check(indices, 5, rows, siblings, tree.root()).error() == MerkleError::row_count);
    CHECK(check(indices, 0, rows, siblings, tree.root()).error() == MerkleError::row_count);
    for (size_t cut = 0; cut < siblings.size(); cut++)
        CHECK(check(indices, 4, rows, {siblings.begin(), siblings.begin() + cut}, tree.root()).error() ==
              MerkleError::too_few_siblings);
    auto longer = siblings;
    longer.push_back({});
    CHECK(check(indices, 4, rows, longer, tree.root()).error() == MerkleError::too_many_siblings);
    for (size_t i = 0; i < rows.size(); i++) {
        auto bad = rows;
        bad[i] += F::ONE;
        CHECK(check(indices, 4, bad, siblings, tree.root()).error() == MerkleError::root);
    }
    for (size_t i = 0; i < siblings.size(); i++) {
        auto bad = siblings;
        bad[i][i % 9] += F::ONE;
        CHECK(check(indices, 4, rows, bad, tree.root()).error() == MerkleError::root);
    }
    CHECK(check({3, 17, 40, 42}, 4, rows, tree.siblings({{3, 17, 40, 42}}), tree.root()).error() == MerkleError::root);
    Digest other = tree.root();
    other[8] += F::ONE;
    CHECK(check(indices, 4, rows, siblings, other).error() == MerkleError::root);
}
