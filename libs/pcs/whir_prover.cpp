// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/pcs/whir_prover.hpp"

#include <algorithm>
#include <mutex>

#include "libs/pcs/whir_kernels.hpp"

namespace ashlar::pcs::ASHLAR_ISA {

namespace {

using namespace iop;
using L = field::ASHLAR_ISA::Lane;

/// An owned array of E in planes.
struct Array {
    size_t stride = 0;
    exec::Buffer<F> planes;
    Array() = default;
    explicit Array(size_t size) : stride((size + 15) / 16 * 16 + 16), planes(5 * stride) {}
    static Array zeroed(size_t size) {
        Array a(size);
        a.planes = exec::Buffer<F>::zeroed(5 * a.stride);
        return a;
    }
    ExtPtr ptr() { return {planes.data(), stride}; }
    ConstExtPtr ptr() const { return {planes.data(), stride}; }
    Ext get(size_t i) const { return field::ext_get(ptr(), i); }
};

Array to_array(std::span<const Ext> values) {
    Array a(values.size());
    for (size_t i = 0; i < values.size(); i++) field::ext_set(a.ptr(), i, values[i]);
    return a;
}

ReducedStack reduce(const OpeningContext& c, std::span<const Ext> low) {
    const uint32_t s = c.key.vk.profile.s, g = c.key.vk.profile.min_block;
    const size_t segments = size_t{1} << (s - g), total = segments << c.shape.k0;
    ReducedStack out;
    out.stride = total + 16;
    out.planes = exec::Buffer<F>(5 * out.stride);
    const uint64_t slices = c.slices();
    c.pool.parallel_for(size_t{1} << c.shape.k0, 1, [&](size_t begin, size_t end) {
        for (size_t a = begin; a < end; a++) {
            const ExtPtr to = out.ptr() + a * segments;
            if (a < slices) {
                reduce_segments<L>(c.slice(a), g, low, to, 0, segments);
            } else {
                for (size_t k = 0; k < 5; k++) std::fill_n(to.plane(k), segments, F::ZERO);
            }
        }
    });
    return out;
}

/// eq(r[g..a), .) in planes, for each block size a that occurs.
class BlockEq {
  public:
    BlockEq(PointView r, uint32_t g) : r_(r), g_(g) {}
    const Array& table(uint32_t a) {
        if (!have_[a]) {
            tables_[a] = to_array(poly::eq_table(r_.subspan(g_, a - g_)));
            have_[a] = true;
        }
        return tables_[a];
    }

  private:
    PointView r_;
    uint32_t g_;
    Array tables_[25];
    bool have_[25] = {};
};

/// eq(r[a..n), first row / 2^a) of a block.
Ext row_factor(const Shape& shape, const BlockGroup& b, PointView r) {
    const uint32_t n = shape.n[b.table];
    return poly::eq_index(r.subspan(b.log, n - b.log), b.row >> b.log);
}

std::vector<Ext> column_claims(const OpeningContext& c, const ReducedStack& reduced, PointView r) {
    const uint32_t g = c.key.vk.profile.min_block;
    BlockEq eq(r, g);
    struct Job {
        const Array* eq;
        uint64_t segment;
        uint32_t segments_log, claim;
        Ext factor;
    };
    std::vector<Job> jobs;
    for (const JointGroup& group : joint_groups(c.key.vk, c.shape)) {
        const BlockGroup& b = group.block;
        const Ext factor = row_factor(c.shape, b, r);
        for (uint32_t k = 0; k < b.columns; k++)
            jobs.push_back({&eq.table(b.log), (b.position + (uint64_t{k} << b.log)) >> g, b.log - g,
                            group.first_claim + k, factor});
    }
    std::vector<Ext> values(jobs.size()), claims(c.shape.num_claims, Ext::zero());
    c.pool.parallel_for(jobs.size(), 8, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) {
            const Job& j = jobs[i];
            values[i] = j.factor * dot<L>(reduced.ptr() + j.segment, j.eq->ptr(), size_t{1} << j.segments_log);
        }
    });
    for (size_t i = 0; i < jobs.size(); i++) claims[jobs[i].claim] += values[i];
    return claims;
}

Ext evaluate_powers(const OpeningContext& c, const Ext& z) {
    const uint32_t s = c.key.vk.profile.s;
    const uint32_t low_log = std::min<uint32_t>(s, 12);
    std::vector<Ext> low(size_t{1} << low_log);
    Ext power = Ext::one();
    for (Ext& x : low) {
        x = power;
        power *= z;
    }
    // Horner over segments of 2^low_log cells, the highest first.
    const size_t segments = size_t{1} << (s - low_log), slices = c.slices();
    Array values(slices * segments);
    c.pool.parallel_for(slices, 1, [&](size_t begin, size_t end) {
        for (size_t a = begin; a < end; a++)
            reduce_segments<L>(c.slice(a), low_log, low, values.ptr() + a * segments, 0, segments);
    });
    Ext sum = Ext::zero();
    for (size_t i = slices * segments; i-- > 0;) sum = sum * power + values.get(i);
    return sum;
}

/// A summand f w of the opening's claim, as [rows][length].
struct Product {
    Array owned_f;
    ExtPtr f;
    Array w;
};

class Opening {
  public:
    Opening(const OpeningContext& c, ProverTranscript& tr, Proof& proof)
        : c_(c), pr_(c.key.vk.profile), tr_(tr), proof_(proof), laps_(c.times) {}

    void run(ReducedStack reduced, PointView r, const Ext& eta, std::span<const Ext> points) {
        proof_.whir.resize(pr_.num_oracles());
        first_round(std::move(reduced), r, eta, points);
        const size_t n = pr_.num_oracles();
        for (size_t i = 0;; i++) {
            finish_round(i);
            if (i + 1 == n) break;
            round(i + 1);
        }
        last_sumcheck();
        laps_.add("opening: later rounds");
    }

  private:
    /// One folding message: sends, grinds, draws.
    Ext exchange(size_t i, std::array<Ext, 2> g) {
        WhirRound& a = proof_.whir[i];
        tr_.send(g);
        a.polys.push_back(g);
        if (pr_.fold_pow[i]) a.nonces.push_back(tr_.grind(pr_.fold_pow[i]));
        return tr_.challenge();
    }

    std::array<Ext, 2> sums(ConstExtPtr f, ConstExtPtr w, size_t length, size_t pairs) {
        std::mutex mutex;
        std::array<Ext, 2> total{Ext::zero(), Ext::zero()};
        c_.pool.parallel_for(length, GRAIN, [&](size_t begin, size_t end) {
            const auto part = sum_row_pairs<L>(f, w, length, pairs, begin, end);
            const std::lock_guard lock(mutex);
            total[0] += part[0];
            total[1] += part[1];
        });
        return total;
    }
    void fold(ExtPtr f, size_t length, size_t pairs, const Ext& r) {
        c_.pool.parallel_for(length, GRAIN,
                             [&](size_t begin, size_t end) { fold_row_pairs<L>(f, length, pairs, r, begin, end); });
    }

    /// Round 0: the slice variables see the stack only through its reductions, one for each form of the weight inside a
    /// segment: eq(r[0..g), .) for the columns' claims, powers of z for each out-of-domain sample.
    void first_round(ReducedStack reduced, PointView r, const Ext& eta, std::span<const Ext> points) {
        const uint32_t s = pr_.s, g = pr_.min_block, k0 = c_.shape.k0;
        const size_t segments = size_t{1} << (s - g), slices = size_t{1} << k0;
        tr_.tag(Tag::round);
        std::vector<Product> products(1 + points.size());
        std::vector<std::vector<Ext>> low(products.size());
        Ext power = Ext::one();
        for (size_t j = 0; j < points.size(); j++) {
            Ext x = Ext::one();
            for (size_t b = 0; b < size_t{1} << g; b++) {
                low[1 + j].push_back(x);
                x *= points[j];
            }
            ReducedStack by_powers = reduce(c_, low[1 + j]);
            Product& p = products[1 + j];
            p.owned_f.stride = by_powers.stride;
            p.owned_f.planes = std::move(by_powers.planes);
            p.f = p.owned_f.ptr();
            p.w = Array(segments << k0);
            Ext weight = power;
            for (size_t i = 0; i < segments << k0; i++) {
                field::ext_set(p.w.ptr(), i, weight);
                weight *= x;
            }
            power *= eta;
        }
        Point low_point(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(g, r.size())));
        low_point.resize(g, Ext::zero());
        low[0] = poly::eq_table(low_point);
        products[0].f = reduced.ptr();
        products[0].w = column_weight(r, eta, power);
        laps_.add("opening: weights");

        Point rs;
        for (uint32_t j = 0; j < k0; j++) {
            const size_t pairs = slices >> (j + 1);
            std::array<Ext, 2> g_sum{Ext::zero(), Ext::zero()};
            for (Product& p : products) {
                const auto part = sums(p.f, p.w.ptr(), segments, pairs);
                g_sum[0] += part[0];
                g_sum[1] += part[1];
            }
            rs.push_back(exchange(0, g_sum));
            for (Product& p : products) {
                fold(p.f, segments, pairs, rs.back());
                fold(p.w.ptr(), segments, pairs, rs.back());
            }
        }
        laps_.add("opening: first round");
        // The folded stack itself, and its weight.
        f_ = Array(size_t{1} << s);
        w_ = Array(size_t{1} << s);
        const std::vector<Ext> eq = poly::eq_table(rs);
        c_.pool.parallel_for(size_t{1} << s, GRAIN, [&](size_t begin, size_t end) {
            fold_slices<L>(f_.ptr(), eq, c_.slices(), [&](uint64_t a) { return c_.slice(a); }, begin, end);
            for (size_t b = begin; b < end; b++) {
                Ext weight = Ext::zero();
                for (size_t t = 0; t < products.size(); t++)
                    weight += products[t].w.get(b >> g) * low[t][b & ((size_t{1} << g) - 1)];
                field::ext_set(w_.ptr(), b, weight);
            }
        });
        laps_.add("opening: fold stack");
    }

    /// eta^(first + claim) eq(r[a..n), row / 2^a) eq(r[g..a), segment) on the segments of each block.
    Array column_weight(PointView r, const Ext& eta, const Ext& first_power) {
        const uint32_t g = pr_.min_block;
        Array w = Array::zeroed(size_t{1} << (pr_.s - g + c_.shape.k0));
        std::vector<Ext> powers(c_.shape.num_claims);
        Ext power = first_power;
        for (Ext& p : powers) {
            p = power;
            power *= eta;
        }
        BlockEq eq(r, g);
        struct Job {
            const Array* eq;
            uint64_t segment;
            size_t count;
            Ext factor;
        };
        std::vector<Job> jobs;
        for (const JointGroup& group : joint_groups(c_.key.vk, c_.shape)) {
            const BlockGroup& b = group.block;
            const Ext factor = row_factor(c_.shape, b, r);
            for (uint32_t k = 0; k < b.columns; k++)
                jobs.push_back({&eq.table(b.log), (b.position + (uint64_t{k} << b.log)) >> g, size_t{1} << (b.log - g),
                                factor * powers[group.first_claim + k]});
        }
        c_.pool.parallel_for(jobs.size(), 8, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++) {
                const Job& j = jobs[i];
                for_lanes<L>(0, j.count, [&]<class X>(size_t x) {
                    using E = Extension<X>;
                    (E::load(j.eq->ptr(), x) * E::broadcast(j.factor)).store(w.ptr() + j.segment, x);
                });
            }
        });
        return w;
    }

    /// Folding rounds of oracle i >= 1.
    void round(size_t i) {
        tr_.tag(Tag::round);
        const size_t length = size_t{1} << pr_.dim(i);
        for (uint32_t j = 0; j < pr_.k[i - 1]; j++) {
            const size_t pairs = (size_t{1} << pr_.k[i - 1]) >> (j + 1);
            const Ext r = exchange(i, sums(f_.ptr(), w_.ptr(), length, pairs));
            fold(f_.ptr(), length, pairs, r);
            fold(w_.ptr(), length, pairs, r);
        }
    }

    /// Next oracle (or the final values), queries, and their weights. f_ and w_ have 2^dim(i) elements.
    void finish_round(size_t i) {
        WhirRound& a = proof_.whir[i];
        const bool last = i + 1 == pr_.num_oracles();
        const size_t size = size_t{1} << pr_.dim(i);
        std::unique_ptr<Codeword> next;
        std::vector<Ext> points;
        if (!last) {
            const size_t slices = size_t{1} << pr_.k[i];
            next = std::make_unique<Codeword>(5 * slices, pr_.log_domain(i + 1));
            c_.key.encoders[i + 1].encode(f_.ptr(), slices, next->data.data(), next->leaves.stride, c_.pool);
            next->hash_leaves(c_.pool, c_.key.isa);
            a.root = next->tree.root();
            tr_.absorb(a.root);
            for (uint32_t j = 0; j < pr_.ood[i + 1]; j++) points.push_back(tr_.challenge());
            for (const Ext& z : points) {
                Ext v = Ext::zero();
                for (size_t b = size; b-- > 0;) v = v * z + f_.get(b);
                a.ood.push_back(v);
            }
            tr_.send(a.ood);
        } else {
            for (size_t b = 0; b < size; b++) a.final.push_back(f_.get(b));
            tr_.send(a.final);
            for (size_t b = 0; b < size; b++) field::ext_set(f_.ptr(), b, a.final[b]);  // what was sent, if a hook lied
        }
        laps_.add("opening: next oracle");
        tr_.tag(Tag::query);
        a.nonce = tr_.grind(pr_.query_pow[i]);
        laps_.add("opening: proof of work");
        const uint32_t d = pr_.log_domain(i);
        std::vector<uint32_t> indices;
        for (uint32_t j = 0; j < pr_.queries[i]; j++) indices.push_back(tr_.index(d));
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
        if (i == 0) {
            a.openings.push_back(c_.codeword.open(indices));
            if (c_.key.prep_codeword) a.openings.push_back(c_.key.prep_codeword->open(indices));
        } else {
            a.openings.push_back(codeword_->open(indices));
        }
        const Ext gamma = tr_.challenge();
        Ext power = gamma;
        for (const Ext& z : points) {
            Ext x = power;
            for (size_t b = 0; b < size; b++) {
                field::ext_set(w_.ptr(), b, w_.get(b) + x);
                x *= z;
            }
            power *= gamma;
        }
        add_query_weights(indices, d, power, gamma, pr_.dim(i));
        codeword_ = std::move(next);
        laps_.add("opening: queries");
    }

    /// w[b] += sum_j first gamma^j z_j^b with z_j = w^index_j, b < 2^log: powers are split in low and high parts.
    void add_query_weights(std::span<const uint32_t> indices, uint32_t log_domain, Ext first, const Ext& gamma,
                           uint32_t log) {
        const uint32_t low_log = std::min<uint32_t>(log, 9);
        const size_t low_size = size_t{1} << low_log, blocks = size_t{1} << (log - low_log), count = indices.size();
        exec::Buffer<F> low(count * low_size);
        std::vector<F> step(count);
        std::vector<Ext> coefficient(count);
        const F w = F::two_adic_generator(log_domain);
        for (size_t j = 0; j < count; j++) {
            const F z = w.pow(indices[j]);
            F x = F::ONE;
            for (size_t b = 0; b < low_size; b++, x *= z) low[j * low_size + b] = x;
            step[j] = x;
            coefficient[j] = first;
            first *= gamma;
        }
        c_.pool.parallel_for(blocks, 1, [&](size_t begin, size_t end) {
            std::vector<Ext> c(count);
            for (size_t block = begin; block < end; block++) {
                for (size_t j = 0; j < count; j++) c[j] = coefficient[j] * step[j].pow(block);
                const ExtPtr out = w_.ptr() + block * low_size;
                for_lanes<L>(0, low_size, [&]<class X>(size_t b) {
                    field::ProductSum<X> sum[5];
                    for (size_t j = 0; j < count; j++) {
                        const X v = X::load(low.data() + j * low_size + b);
                        for (size_t k = 0; k < 5; k++) sum[k].add(v, X::broadcast(c[j].c[k]));
                    }
                    for (size_t k = 0; k < 5; k++)
                        (sum[k].reduce() + X::load(out.plane(k) + b)).store(out.plane(k) + b);
                });
            }
        });
    }

    void last_sumcheck() {
        tr_.tag(Tag::final);
        std::vector<Ext> f, w;
        for (size_t b = 0; b < size_t{1} << pr_.final_vars(); b++) {
            f.push_back(f_.get(b));
            w.push_back(w_.get(b));
        }
        for (uint32_t l = 0; l < pr_.final_vars(); l++) {
            std::array<Ext, 2> g{Ext::zero(), Ext::zero()};
            for (size_t i = 0; i < f.size(); i += 2) {
                g[0] += f[i] * w[i];
                g[1] += (f[i + 1].doubled() - f[i]) * (w[i + 1].doubled() - w[i]);
            }
            tr_.send(g);
            proof_.last.push_back(g);
            const Ext r = tr_.challenge();
            for (auto* v : {&f, &w}) {
                for (size_t i = 0; i < v->size() / 2; i++) (*v)[i] = (*v)[2 * i] + ((*v)[2 * i + 1] - (*v)[2 * i]) * r;
                v->resize(v->size() / 2);
            }
        }
    }

    static constexpr size_t GRAIN = 512;
    const OpeningContext& c_;
    const Profile& pr_;
    ProverTranscript& tr_;
    Proof& proof_;
    Laps laps_;
    Array f_, w_;                         // the folded vector and its weight
    std::unique_ptr<Codeword> codeword_;  // of oracle i >= 1
};

void prove_opening(const OpeningContext& c, ReducedStack reduced, PointView r, const Ext& eta,
                   std::span<const Ext> points, ProverTranscript& tr, Proof& proof) {
    Opening(c, tr, proof).run(std::move(reduced), r, eta, points);
}

}  // namespace

const PcsFunctions PCS_FUNCTIONS{&reduce, &column_claims, &evaluate_powers, &prove_opening};

}  // namespace ashlar::pcs::ASHLAR_ISA
