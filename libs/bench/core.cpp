// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/core.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "libs/bench/core_kernels.hpp"
#include "libs/hash/merkle.hpp"
#include "libs/hash/merkle_tree.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/poly/rs_encoder.hpp"

namespace ashlar::bench {

using field::Ext;
using field::F;

namespace {

void fill_random(exec::Buffer<F>& b, uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (F& x : b) x = F::from_monty(static_cast<uint32_t>(rng() % F::P));
}

class Core {
  public:
    Core(const Setting& s, const RowFn& row)
        : s_(s),
          row_(row),
          kernels_(ASHLAR_ISA_TABLE(CoreKernels, ::ashlar::bench, CORE_KERNELS).select(s.isa)),
          bulk_(hash::bulk_hash(s.isa)),
          n_(size_t{1} << s.log_size),
          size_("2^" + std::to_string(s.log_size)),
          shape_(std::to_string(s.slices) + " x " + size_) {}

    /// Bound: copying 64 MiB with all threads; counted as bytes read plus bytes written.
    HostResult<void> copy() {
        exec::Buffer<F> a(size_t{16} << 20), b(size_t{16} << 20);
        fill_random(a, 1);
        const Timing t = time(s_.seconds, [&] {
            s_.pool.parallel_for(a.size(), 1 << 16,
                                 [&](size_t i, size_t j) { std::memcpy(b.data() + i, a.data() + i, 4 * (j - i)); });
        });
        if (std::memcmp(a.data(), b.data(), 4 * a.size()) != 0) return wrong("memcpy");
        const double bytes = 8.0 * static_cast<double>(a.size());
        copy_rate_ = bytes / t.median / 1e9;
        row_(make_row("memcpy", "64 MiB", bytes * 1e-9, "GB/s", t));
        return {};
    }

    /// Bound: permutations of states in cache, all threads.
    HostResult<void> permutations() {
        constexpr size_t STATES = 256;
        const size_t jobs = 16 * s_.pool.size();
        std::vector<hash::Poseidon2<24>::State> states(jobs * STATES);
        const Timing t = time(s_.seconds, [&] {
            s_.pool.parallel_for(
                jobs, 1, [&](size_t i, size_t j) { bulk_.permute(states.data() + i * STATES, (j - i) * STATES); });
        });
        auto one = states[0], reference = one;
        bulk_.permute(&one, 1);
        hash::Poseidon2<24>::permute(reference);
        if (one != reference || states[0] != states.back()) return wrong("permutation");
        const double count = static_cast<double>(jobs * STATES);
        permutation_rate_ = count / t.median / 1e6;
        row_(make_row("poseidon2-24", std::to_string(jobs * STATES), 1e-6 * count, "Mperm/s", t));
        return {};
    }

    /// Arithmetic in registers, one thread.
    HostResult<void> products() {
        size_t products = 0;
        const F x = F::from_canonical(123456789), y = F::from_canonical(987654321);
        F result;
        constexpr size_t ROUNDS = 100000;
        const Timing t = time(s_.seconds / 4, [&] { result = kernels_.multiply(x, y, ROUNDS, &products); });
        if (result != x * y.pow(ROUNDS) * F::reduce(static_cast<uint64_t>(products / ROUNDS))) return wrong("products");
        product_rate_ = static_cast<double>(products) / t.median / 1e9;
        row_(make_row("product in F", "registers", 1e-9 * static_cast<double>(products), "G/s", t));
        return {};
    }

    HostResult<void> field() {
        size_t products = 0;
        const Ext x{{F::ONE, F::TWO, F::ONE, F::TWO, F::ONE}}, y{{F::TWO, F::ONE, F::ONE, F::ONE, F::TWO}};
        Ext result;
        constexpr size_t ROUNDS = 20000;
        Timing t = time(s_.seconds / 4, [&] { result = kernels_.multiply_ext(x, y, ROUNDS, &products); });
        if (!(result == x * y.pow(ROUNDS) * F::reduce(static_cast<uint64_t>(products / ROUNDS))))
            return wrong("products in E");
        row_(make_row("product in E", "registers", 1e-9 * static_cast<double>(products), "G/s", t, product_rate_ / 25,
                      "25 products in F"));

        // Multilinear operations over E; bound: bytes moved.
        const double n = static_cast<double>(n_);
        exec::Buffer<F> in(10 * n_), out(5 * n_);
        fill_random(in, 2);
        std::vector<Ext> point(s_.log_size);
        for (size_t l = 0; l < point.size(); l++) point[l] = field::ext_get({in.data(), n_}, l);
        t = time(s_.seconds / 2, [&] { kernels_.fill_eq(s_.pool, point.data(), s_.log_size, out.data()); });
        if (!(field::ext_get({out.data(), n_}, n_ - 2) == poly::eq_index(point, n_ - 2))) return wrong("eq table");
        row_(make_row("eq table", size_, 20e-9 * n, "GB/s", t, copy_rate_,
                      "memcpy (its last level reads and writes as much)"));
        t = time(s_.seconds / 2, [&] { kernels_.fold_low(s_.pool, in.data(), n_, point[0], out.data()); });
        const field::ConstExtPtr pairs{in.data(), 2 * n_};
        const Ext a = field::ext_get(pairs, 6), b = field::ext_get(pairs, 7);
        if (!(field::ext_get({out.data(), n_}, 3) == a + (b - a) * point[0])) return wrong("fold");
        row_(make_row("fold in E", size_, 60e-9 * n, "GB/s", t, copy_rate_, "memcpy"));
        Ext sum;
        t = time(s_.seconds / 2, [&] { sum = kernels_.weighted_sum(s_.pool, in.data(), 10, n_, out.data()); });
        Ext want = Ext::zero();
        for (size_t i = 0; i < n_; i++) {
            F row = F::zero();
            for (size_t c = 0; c < 10; c++) row += in[c * n_ + i];
            want += field::ext_get({out.data(), n_}, i) * row;
        }
        if (!(sum == want)) return wrong("weighted sums");
        row_(make_row("columns at a point", "10 x " + size_, 10e-9 * n, "Gelem/s", t,
                      product_rate_ * static_cast<double>(s_.pool.size()) / 5, "5 products in F"));
        return {};
    }

    /// Reed-Solomon encoding at rate 1/2, and the Merkle tree over its rows.
    HostResult<void> encode(bool ntt_row, bool tree_row) {
        const unsigned log_domain = s_.log_size + 1;
        const size_t domain = 2 * n_;
        const double cells = static_cast<double>(n_ * s_.slices);
        exec::Buffer<F> in(s_.slices * n_), out(s_.slices * domain);
        fill_random(in, 3);
        const poly::RsEncoder encoder(s_.log_size, log_domain, s_.pool, s_.isa);
        const Timing encoding = time(ntt_row ? s_.seconds : 0,
                                     [&] { encoder.encode(in.data(), n_, s_.slices, out.data(), domain, s_.pool); });
        const hash::LeafMatrix leaves{out.data(), domain, s_.slices, log_domain, true};
        const F w = F::two_adic_generator(log_domain);
        for (size_t i : {size_t{0}, size_t{5}, domain - 1})
            if (out[leaves.position(i)] != poly::horner({in.data(), n_}, w.pow(i))) return wrong("encoding");
        if (ntt_row) {
            row_(make_row("encode, rate 1/2", shape_, 12e-9 * cells, "GB/s", encoding, copy_rate_,
                          "memcpy (one read, one write)"));
            // half of 2 x log_size levels, and one coset's twist
            row_(make_row("  its products", shape_, 1e-9 * cells * (s_.log_size + 1), "G/s", encoding,
                          product_rate_ * static_cast<double>(s_.pool.size()), "products in F"));
        }
        if (!tree_row) return {};
        const double permutations = static_cast<double>(domain * ((s_.slices + 14) / 15) + domain - 1);
        hash::MerkleTree tree;
        const Timing t = time(s_.seconds, [&] { tree = hash::MerkleTree(leaves, s_.pool, s_.isa); });
        std::vector<F> row(s_.slices);
        leaves.read_row(7, row.data());
        const std::vector<uint32_t> index{7};
        if (!hash::check_opening(tree.root(), log_domain, index, row.size(), row, tree.siblings(index)))
            return wrong("tree");
        row_(make_row("leaves and tree", shape_, 1e-6 * permutations, "Mperm/s", t, permutation_rate_, "poseidon2-24"));
        return {};
    }

  private:
    const Setting& s_;
    const RowFn& row_;
    const CoreKernels& kernels_;
    const hash::BulkHash& bulk_;
    size_t n_;
    std::string size_, shape_;
    double copy_rate_ = 0, permutation_rate_ = 0, product_rate_ = 0;

    Timing time(double seconds, const std::function<void()>& work) const {
        return measure(seconds, s_.cpu_clock, work);
    }
};

}  // namespace

HostResult<void> core_rows(const Setting& s, const std::set<std::string>& groups, const RowFn& row) {
    if (s.log_size < 4 || s.log_size > 22 || s.slices == 0)
        return fail("usage", "log_size is 4 .. 22, slices at least 1");
    Core core(s, row);
    const bool field = groups.contains("field"), hash = groups.contains("hash"), ntt = groups.contains("ntt"),
               commit = groups.contains("commit");
    if (field || ntt) ASHLAR_TRY(core.copy());
    if (hash || commit) ASHLAR_TRY(core.permutations());
    if (field || ntt) ASHLAR_TRY(core.products());
    if (field) ASHLAR_TRY(core.field());
    if (ntt || commit) ASHLAR_TRY(core.encode(ntt, commit));
    return {};
}

}  // namespace ashlar::bench
