// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/iop/eq_lanes.hpp"
#include "libs/iop/fraction_kernels.hpp"
#include "libs/iop/prover_isa.hpp"

namespace ashlar::iop::ASHLAR_ISA {

namespace {

constexpr size_t W = L::WIDTH;
constexpr size_t LOW = SplitEq::LOW_BITS;

size_t lanes_up(size_t x) { return (x + W - 1) / W * W; }

/// out[x] = sum over columns of coefficient times cell, for rows [begin, end), whole lanes.
void linear_combination(std::span<const F* const> columns, std::span<const Ext> coefficients, ExtPtr out, size_t begin,
                        size_t end) {
    for (size_t x = begin; x < end; x += W) {
        field::ProductSum<L> sum[5];
        for (size_t c = 0; c < columns.size(); c++) {
            const L v = L::load(columns[c] + x);
            for (size_t k = 0; k < 5; k++) sum[k].add(v, L::broadcast(coefficients[c].c[k]));
        }
        for (size_t k = 0; k < 5; k++) sum[k].reduce().store(out.plane(k) + x);
    }
}

/// Binds the lowest variable: out[i] = in[2i] + (in[2i + 1] - in[2i]) r, whole lanes from begin on.
void fold_base(const F* in, ExtPtr out, const Ext& r, size_t begin, size_t end) {
    const Extension<L> x = Extension<L>::broadcast(r);
    for (size_t i = begin; i < end; i += W) {
        const auto [even, odd] = load_pairs<L>(in, 2 * i);
        (x * (odd - even) + even).store(out, i);
    }
}
void fold_ext(ConstExtPtr in, ExtPtr out, const Ext& r, size_t begin, size_t end) {
    const Extension<L> x = Extension<L>::broadcast(r);
    for (size_t i = begin; i < end; i += W) {
        const auto [even, odd] = load_pairs<L>(in, 2 * i);
        (x * (odd - even) + even).store(out, i);
    }
}
/// Sums of eq[i] u[2i] and eq[i] u[2i + 1].
std::array<Ext, 2> sum_sides(ConstExtPtr u, ConstExtPtr eq, size_t begin, size_t end, size_t eq_begin) {
    Extension<L> even_sum = Extension<L>::zero(), odd_sum = Extension<L>::zero();
    for (size_t i = begin; i < end; i += W) {
        const auto [even, odd] = load_pairs<L>(u, 2 * i);
        const Extension<L> e = Extension<L>::load(eq, i - eq_begin);
        even_sum += e * even;
        odd_sum += e * odd;
    }
    return {field::lane_sum(even_sum), field::lane_sum(odd_sum)};
}

/// Columns in E, each five planes; the first is the linear part u.
struct Folded {
    size_t stride = 0;
    exec::Buffer<F> planes;
    Folded() = default;
    /// Zero beyond `rows` for a pair of lanes.
    Folded(size_t rows, size_t columns) : stride(lanes_up(rows) + 2 * W + 16), planes(5 * stride * columns) {}
    ExtPtr column(size_t c) { return {planes.data() + 5 * stride * c, stride}; }
    void zero_from(size_t rows, size_t columns) {
        for (size_t p = 0; p < 5 * columns; p++)
            for (size_t x = rows; x < stride; x++) planes[p * stride + x] = F::ZERO;
    }
};

/// A table under way.
struct Table {
    uint32_t t;
    const TableKernels* kernels;
    TableCoefficients coefficients;
    uint32_t n;
    size_t real;       // rows that are not virtual
    bool base = true;  // columns still in F
    std::vector<const F*> used_base;
    std::vector<ConstExtPtr> used_ext;
    Folded folded;  // u, then used columns (columns once base is false)

    size_t pairs() const { return (real + 1) / 2; }
    /// Pairs summed one by one: whole lanes as far as the cube goes.
    size_t summed(uint32_t round) const { return std::min(lanes_up(pairs()), size_t{1} << (n - round - 1)); }
};

/// eq tables of a round: low factors for each number of coordinates up to LOW, high ones for each table height.
class RoundEq {
  public:
    RoundEq(PointView rest_of_tallest) : point_(rest_of_tallest.begin(), rest_of_tallest.end()) {
        const size_t most = std::min<size_t>(LOW, point_.size());
        for (size_t j = 0; j <= most; j++) low_.emplace_back(PointView(point_).first(j));
    }
    /// For a table with `vars` coordinates left.
    ConstExtPtr low(size_t vars) const { return low_[std::min(vars, LOW)].low(); }
    const std::vector<Ext>& high(size_t vars) {
        auto& h = high_[vars];
        if (h.empty())
            h = vars <= LOW ? std::vector<Ext>{Ext::one()} : poly::eq_table(PointView(point_).subspan(LOW, vars - LOW));
        return h;
    }

  private:
    Point point_;
    std::vector<SplitEq> low_;
    std::vector<Ext> high_[32];
};

RoundContext make_context(const Table& t, ConstExtPtr eq, bool at_zero) {
    return {t.kernels->plan.used.data(),
            t.kernels->plan.used.size(),
            t.used_base.data(),
            t.used_ext.data(),
            t.kernels->plan.nonlinear.data(),
            t.coefficients.nonlinear.data(),
            eq,
            at_zero};
}

/// H_T at 0, 2, 3 for each table of the round: the bracket's sum with eq of the remaining coordinates.
std::array<Ext, 3> sum_tables(std::vector<Table>& tables, uint32_t k, PointView xi, exec::ThreadPool& pool) {
    RoundEq eq(xi.subspan(k + 1));
    struct Task {
        Table* table;
        size_t begin, end;
        const std::vector<Ext>* high;
    };
    std::vector<Task> tasks;
    std::array<Ext, 3> total{Ext::zero(), Ext::zero(), Ext::zero()};
    for (Table& t : tables) {
        if (t.n <= k) continue;
        const size_t vars = t.n - k - 1, summed = t.summed(k);
        const std::vector<Ext>* high = &eq.high(vars);
        for (size_t b = 0; b < summed; b += size_t{1} << LOW)
            tasks.push_back({&t, b, std::min(summed, b + (size_t{1} << LOW)), high});
        const Ext constant = t.coefficients.constant + t.coefficients.nonlinear_at_zero *
                                                           (F::ONE - poly::eq_below(xi.subspan(k + 1, vars), summed));
        for (Ext& s : total) s += constant;
    }
    std::mutex mutex;
    pool.parallel_for(tasks.size(), 1, [&](size_t begin, size_t end) {
        std::array<Ext, 3> part{Ext::zero(), Ext::zero(), Ext::zero()};
        for (size_t i = begin; i < end; i++) {
            const Task& task = tasks[i];
            Table& t = *task.table;
            const ConstExtPtr low = eq.low(t.n - k - 1);
            const size_t last = task.begin + lanes_up(task.end - task.begin);  // eq is zero beyond the end
            std::array<Ext, 3> sums{Ext::zero(), Ext::zero(), Ext::zero()};
            if (!t.coefficients.nonlinear.empty()) {
                // In round 1 an honest witness has constraints 0 at X = 0.
                const RoundContext context = make_context(t, low, k > 0 || t.kernels->plan.nonlinear_interactions);
                (t.base ? t.kernels->base_round : t.kernels->ext_round)(context, task.begin, last, task.begin, sums);
            }
            const auto [even, odd] = sum_sides(t.folded.column(0), low, task.begin, last, task.begin);
            const Ext d = odd - even;
            sums[0] += even;
            sums[1] += even + d.doubled();
            sums[2] += odd + d.doubled();
            const Ext& high = (*task.high)[task.begin >> LOW];
            for (size_t p = 0; p < 3; p++) part[p] += high * sums[p];
        }
        const std::lock_guard lock(mutex);
        for (size_t p = 0; p < 3; p++) total[p] += part[p];
    });
    return total;
}

/// Binds the lowest variable of a table's columns and of u.
void fold_table(Table& t, const Ext& r, exec::ThreadPool& pool) {
    const size_t rows = t.pairs(), used = t.kernels->plan.used.size();
    Folded next(rows, used + 1);
    const size_t whole = lanes_up(rows);
    pool.parallel_for(whole / W, std::max<size_t>(1, 512 / W), [&](size_t b, size_t e) {
        fold_ext(t.folded.column(0), next.column(0), r, b * W, e * W);
        for (size_t c = 0; c < used; c++) {
            if (t.base)
                fold_base(t.used_base[c], next.column(c + 1), r, b * W, e * W);
            else
                fold_ext(t.folded.column(c + 1), next.column(c + 1), r, b * W, e * W);
        }
    });
    next.zero_from(rows, used + 1);
    t.folded = std::move(next);
    t.base = false;
    t.real = rows;
    t.used_ext.clear();
    for (size_t c = 0; c < used; c++) t.used_ext.push_back(t.folded.column(c + 1));
}

/// The bracket at the bound row.
Ext last_value(Table& t) {
    const SplitEq one{PointView()};
    Ext v = t.coefficients.constant + field::ext_get(t.folded.column(0), 0);
    if (!t.coefficients.nonlinear.empty()) {
        RoundSums sums{Ext::zero(), Ext::zero(), Ext::zero()};
        (t.base ? t.kernels->base_round : t.kernels->ext_round)(make_context(t, one.low(), true), 0, W, 0, sums);
        v += sums[0];
    }
    return v;
}

}  // namespace

Point prove_zerocheck(const ProverContext& c, const Combined& combined, PointView xi, const Ext& claim,
                      ProverTranscript& tr, Proof& proof, StageTimes& times) {
    Laps laps(times);
    std::vector<Table> tables(c.shape.live.size());
    for (size_t i = 0; i < tables.size(); i++) {
        Table& t = tables[i];
        t.t = c.shape.live[i];
        t.kernels = &c.kernels[t.t];
        t.coefficients = coefficients(t.kernels->plan, combined.of_table(t.t));
        t.n = c.shape.n[t.t];
        t.real = c.shape.stored[t.t];
        const auto& columns = c.tables[t.t].columns;
        for (uint32_t u : t.kernels->plan.used) t.used_base.push_back(columns[u]);
        std::vector<const F*> linear;
        std::vector<Ext> weights;
        for (size_t k = 0; k < columns.size(); k++)
            if (!t.coefficients.linear[k].is_zero()) {
                linear.push_back(columns[k]);
                weights.push_back(t.coefficients.linear[k]);
            }
        t.folded = Folded(t.real, 1);
        c.pool.parallel_for(lanes_up(t.real) / W, std::max<size_t>(1, 512 / W), [&](size_t b, size_t e) {
            linear_combination(linear, weights, t.folded.column(0), b * W, e * W);
        });
        t.folded.zero_from(t.real, 1);
    }
    laps.add("zerocheck: linear part");

    Point r;
    Ext live = claim, done = Ext::zero(), bound = Ext::one();  // live: claim of unfinished tables, divided by bound
    auto finish = [&](uint32_t k) {
        for (Table& t : tables)
            if (t.n == k) {
                const Ext v = last_value(t);
                live -= v;
                done += bound * v;
            }
    };
    finish(0);
    for (uint32_t k = 0; k < c.shape.rounds; k++) {
        const std::array<Ext, 3> h = sum_tables(tables, k, xi, c.pool);
        const Ext zero_side = F::ONE - xi[k];
        const std::array<Ext, 4> values{h[0], (live - zero_side * h[0]) * xi[k].inverse(), h[1], h[2]};
        std::array<Ext, 4> g;
        const uint32_t points[4] = {0, 2, 3, 4};
        for (size_t i = 0; i < 4; i++) {
            const Ext v = Ext::from_base(F::from_canonical(points[i]));
            const Ext hv = i == 0 ? h[0] : i == 1 ? h[1] : i == 2 ? h[2] : poly::lagrange(values, v);
            g[i] = bound * (zero_side * (F::ONE - v) + xi[k] * v) * hv + done * (F::ONE - v);
        }
        tr.send(g);
        proof.zerocheck.push_back(g);
        r.push_back(tr.challenge());
        live = poly::lagrange(values, r.back());
        bound *= poly::eq_factor(xi[k], r.back());
        done *= F::ONE - r.back();
        for (Table& t : tables)
            if (t.n > k) fold_table(t, r.back(), c.pool);
        finish(k + 1);
    }
    laps.add("zerocheck: rounds");
    return r;
}

}  // namespace ashlar::iop::ASHLAR_ISA
