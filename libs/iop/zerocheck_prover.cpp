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

/// Binds the two lowest variables.
void fold_base_twice(const F* in, ExtPtr out, const Ext& r0, const Ext& r1, size_t begin, size_t end) {
    const Ext r01 = r0 * r1;
    for (size_t i = begin; i < end; i += W) {
        const auto [even0, odd0] = load_pairs<L>(in, 4 * i);
        const auto [even1, odd1] = load_pairs<L>(in, 4 * i + 2 * W);
        const auto [x00, x01] = L::deinterleave(even0, even1);
        const auto [x10, x11] = L::deinterleave(odd0, odd1);
        const L d0 = x10 - x00, d1 = x01 - x00, d01 = x11 - x01 - d0;
        for (size_t k = 0; k < 5; k++) {
            field::ProductSum<L> sum;
            sum.add(d0, L::broadcast(r0.c[k]), d1, L::broadcast(r1.c[k]));
            sum.add(d01, L::broadcast(r01.c[k]));
            (k == 0 ? sum.reduce() + x00 : sum.reduce()).store(out.plane(k) + i);
        }
    }
}
/// Binds the lowest variable: out[i] = in[2i] + (in[2i + 1] - in[2i]) r, whole lanes from begin on.
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
    const TableKernels* kernels;
    TableCoefficients coefficients;
    uint32_t n;
    size_t real;  // rows that are not virtual
    bool base;    // rounds 1 and 2: columns still in F, `grid` has their sums
    GridSums grid{};
    size_t grid_fours = 0;  // fours of rows summed one by one
    std::vector<const F*> used_base;
    std::vector<ConstExtPtr> used_ext;
    Folded folded;  // u, then used columns (columns once base is false)

    size_t pairs() const { return (real + 1) / 2; }
    /// Pairs summed one by one: whole lanes as far as the cube goes.
    size_t summed(uint32_t round) const { return std::min(lanes_up(pairs()), size_t{1} << (n - round - 1)); }
    void columns_in_ext() {
        base = false;
        used_ext.clear();
        for (size_t c = 0; c < kernels->plan.used.size(); c++) used_ext.push_back(folded.column(c + 1));
    }
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

RoundContext make_context(const Table& t, ConstExtPtr eq) {
    return {t.kernels->plan.used.data(),
            t.kernels->plan.used.size(),
            t.used_base.data(),
            t.used_ext.data(),
            t.kernels->plan.nonlinear.data(),
            t.coefficients.nonlinear.data(),
            eq,
            t.kernels->plan.nonlinear_interactions};
}

/// Some pairs or fours of a table, within 2^LOW that share the high factor of their eq.
struct Piece {
    Table* table;
    size_t begin, end, eq_begin;
    const Ext* high;
};

/// Rows of `columns` cells that are worth another thread's while, in lanes.
size_t grain(size_t columns) { return std::max<size_t>(1, (size_t{1} << 14) / ((columns + 1) * W)); }

void cut(std::vector<Piece>& pieces, Table& t, size_t count, const std::vector<Ext>& high) {
    const size_t step = grain(t.kernels->plan.used.size()) * W;
    for (size_t block = 0; block < count; block += size_t{1} << LOW) {
        const size_t end = std::min(count, block + (size_t{1} << LOW));
        for (size_t b = block; b < end; b += step)
            // The last one goes on to whole lanes: eq is zero beyond the end.
            pieces.push_back(
                {&t, b, block + std::min(b - block + step, lanes_up(end - block)), block, &high[block >> LOW]});
    }
}

/// Sums of rounds 1 and 2. A degree-3 polynomial in two variables is known from its values on a grid of sixteen points;
/// they are in F, and cost less than one round of values in E.
void sum_grids(std::vector<Table>& tables, PointView xi, exec::ThreadPool& pool) {
    RoundEq eq(xi.subspan(std::min<size_t>(2, xi.size())));
    std::vector<Piece> pieces;
    for (Table& t : tables)
        if (t.base && !t.coefficients.nonlinear.empty()) cut(pieces, t, t.grid_fours, eq.high(t.n - 2));
    std::mutex mutex;
    pool.parallel_for(pieces.size(), 1, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) {
            const Piece& p = pieces[i];
            GridSums sums;
            sums.fill(Ext::zero());
            p.table->kernels->first_rounds(make_context(*p.table, eq.low(p.table->n - 2)), p.begin, p.end, p.eq_begin,
                                           sums);
            const std::lock_guard lock(mutex);
            for (size_t k = 0; k < sums.size(); k++) p.table->grid[k] += *p.high * sums[k];
        }
    });
}

/// The nonlinear part's sums of round k at 0, 2, 3, from the grid; r: the challenges so far.
RoundSums sums_from_grid(const GridSums& grid, uint32_t k, PointView xi, PointView r) {
    RoundSums sums;
    const size_t points[3] = {0, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        const size_t p = points[i];
        sums[i] = k == 0 ? grid[p] + (grid[4 + p] - grid[p]) * xi[1]
                         : poly::lagrange(std::span(grid).subspan(4 * p, 4), r[0]);
    }
    return sums;
}

/// H_T at 0, 2, 3 for each table of the round: the bracket's sum with eq of the remaining coordinates.
RoundSums sum_tables(std::vector<Table>& tables, uint32_t k, PointView xi, PointView r, exec::ThreadPool& pool) {
    RoundEq eq(xi.subspan(k + 1));
    std::vector<Piece> pieces;
    RoundSums total{Ext::zero(), Ext::zero(), Ext::zero()};
    for (Table& t : tables) {
        if (t.n <= k) continue;
        const size_t vars = t.n - k - 1, summed = t.summed(k);
        cut(pieces, t, summed, eq.high(vars));
        RoundSums nonlinear{Ext::zero(), Ext::zero(), Ext::zero()};
        if (t.base) nonlinear = sums_from_grid(t.grid, k, xi, r);
        const size_t covered = t.base ? t.grid_fours << (1 - k) : summed;
        const Ext constant = t.coefficients.constant + t.coefficients.nonlinear_at_zero *
                                                           (F::ONE - poly::eq_below(xi.subspan(k + 1, vars), covered));
        for (size_t p = 0; p < 3; p++) total[p] += constant + nonlinear[p];
    }
    std::mutex mutex;
    pool.parallel_for(pieces.size(), 1, [&](size_t begin, size_t end) {
        RoundSums part{Ext::zero(), Ext::zero(), Ext::zero()};
        for (size_t i = begin; i < end; i++) {
            const Piece& piece = pieces[i];
            Table& t = *piece.table;
            const ConstExtPtr low = eq.low(t.n - k - 1);
            RoundSums sums{Ext::zero(), Ext::zero(), Ext::zero()};
            if (!t.base && !t.coefficients.nonlinear.empty())
                t.kernels->round(make_context(t, low), piece.begin, piece.end, piece.eq_begin, sums);
            const auto [even, odd] = sum_sides(t.folded.column(0), low, piece.begin, piece.end, piece.eq_begin);
            const Ext d = odd - even;
            sums[0] += even;
            sums[1] += even + d.doubled();
            sums[2] += odd + d.doubled();
            for (size_t p = 0; p < 3; p++) part[p] += *piece.high * sums[p];
        }
        const std::lock_guard lock(mutex);
        for (size_t p = 0; p < 3; p++) total[p] += part[p];
    });
    return total;
}

/// Binds the lowest variable of u and of the table's columns to the last of the challenges r; columns in F wait for the
/// second.
void fold_table(Table& t, PointView r, exec::ThreadPool& pool) {
    const bool wait = t.base && r.size() == 1;
    const size_t rows = t.pairs(), used = wait ? 0 : t.kernels->plan.used.size();
    Folded next(rows, used + 1);
    const size_t whole = lanes_up(rows);
    pool.parallel_for(whole / W, grain(used), [&](size_t b, size_t e) {
        fold_ext(t.folded.column(0), next.column(0), r.back(), b * W, e * W);
        for (size_t c = 0; c < used; c++) {
            if (t.base)
                fold_base_twice(t.used_base[c], next.column(c + 1), r[0], r[1], b * W, e * W);
            else
                fold_ext(t.folded.column(c + 1), next.column(c + 1), r.back(), b * W, e * W);
        }
    });
    next.zero_from(rows, used + 1);
    t.folded = std::move(next);
    t.real = rows;
    if (!wait) t.columns_in_ext();
}

/// A linear claim under way: the sum over rows of eq(at, row) u(row), u being the weighted sum of columns.
struct Linear {
    PointView at;
    Ext factor;  // weight of the claim times eq of the bound coordinates
    size_t real;
    Folded u;
};

Linear start_linear(const ProverContext& c, const LinearClaim& claim, const Ext& weight) {
    const size_t real = c.shape.stored[claim.table];
    Linear out{claim.at, weight, real, Folded(real, 1)};
    const std::span<const F* const> columns =
        std::span(c.tables[claim.table].columns).subspan(claim.first_column, claim.weights.size());
    c.pool.parallel_for(lanes_up(real) / W, grain(columns.size()), [&](size_t b, size_t e) {
        linear_combination(columns, claim.weights, out.u.column(0), b * W, e * W);
    });
    out.u.zero_from(real, 1);
    return out;
}

/// Adds round k's message at 0, 2, 3, 4.
void add_message(Linear& l, uint32_t k, std::array<Ext, 4>& g) {
    const SplitEq eq(l.at.subspan(k + 1));
    const size_t pairs = (l.real + 1) / 2, block = size_t{1} << eq.low_bits();
    Ext even = Ext::zero(), odd = Ext::zero();
    for (size_t begin = 0; begin < pairs; begin += block) {
        // The last one goes on to whole lanes: eq is zero beyond the end.
        const size_t end = begin + lanes_up(std::min(block, pairs - begin));
        const auto [e, o] = sum_sides(l.u.column(0), eq.low(), begin, end, begin);
        even += eq.high(begin / block) * e;
        odd += eq.high(begin / block) * o;
    }
    const uint32_t points[4] = {0, 2, 3, 4};
    for (size_t i = 0; i < 4; i++) {
        const F v = F::from_canonical(points[i]);
        g[i] += l.factor * ((F::ONE - l.at[k]) * (F::ONE - v) + l.at[k] * v) * (even + (odd - even) * v);
    }
}

/// Binds the variable of round k.
void fold_linear(Linear& l, uint32_t k, const Ext& r) {
    l.factor *= poly::eq_factor(l.at[k], r);
    const size_t rows = (l.real + 1) / 2;
    Folded next(rows, 1);
    fold_ext(l.u.column(0), next.column(0), r, 0, lanes_up(rows));
    next.zero_from(rows, 1);
    l.u = std::move(next);
    l.real = rows;
}

/// The bracket at the bound row.
Ext last_value(Table& t) {
    const SplitEq one{PointView()};
    Ext v = t.coefficients.constant + field::ext_get(t.folded.column(0), 0);
    if (!t.coefficients.nonlinear.empty()) {
        RoundSums sums{Ext::zero(), Ext::zero(), Ext::zero()};
        t.kernels->round(make_context(t, one.low()), 0, W, 0, sums);
        v += sums[0];
    }
    return v;
}

/// The table before round 1, with the linear part u of the bracket as a virtual column.
Table start_table(const ProverContext& c, const Combined& combined, uint32_t index) {
    Table t;
    t.kernels = &c.kernels[index];
    t.coefficients = coefficients(t.kernels->plan, combined.of_table(index));
    t.n = c.shape.n[index];
    t.real = c.shape.stored[index];
    t.base = t.n >= 2;
    const auto& columns = c.tables[index].columns;
    const auto& used = t.kernels->plan.used;
    for (uint32_t u : used) t.used_base.push_back(columns[u]);
    std::vector<const F*> linear;
    std::vector<Ext> weights;
    for (size_t k = 0; k < columns.size(); k++)
        if (!t.coefficients.linear[k].is_zero()) {
            linear.push_back(columns[k]);
            weights.push_back(t.coefficients.linear[k]);
        }
    const size_t in_ext = 1 + (t.base ? 0 : used.size());
    t.folded = Folded(t.real, in_ext);
    c.pool.parallel_for(lanes_up(t.real) / W, grain(columns.size()), [&](size_t b, size_t e) {
        linear_combination(linear, weights, t.folded.column(0), b * W, e * W);
    });
    if (t.base) {
        t.grid.fill(Ext::zero());
        t.grid_fours = std::min(lanes_up((t.real + 3) / 4), size_t{1} << (t.n - 2));
    } else {
        for (size_t u = 0; u < used.size(); u++)
            for (size_t x = 0; x < t.real; x++)
                field::ext_set(t.folded.column(u + 1), x, Ext::from_base(columns[used[u]][x]));
        t.columns_in_ext();
    }
    t.folded.zero_from(t.real, in_ext);
    return t;
}

}  // namespace

Point prove_zerocheck(const ProverContext& c, const Combined& combined, PointView xi, const Ext& claim,
                      std::span<const LinearClaim> linear_claims, ProverTranscript& tr, Proof& proof,
                      StageTimes& times) {
    Laps laps(times);
    std::vector<Table> tables;
    for (uint32_t t : c.shape.live) tables.push_back(start_table(c, combined, t));
    laps.add("zerocheck: linear part");
    std::vector<Linear> linear;
    Ext weight = combined.mu * combined.mu;
    for (const LinearClaim& l : linear_claims) {
        weight *= combined.mu;
        linear.push_back(start_linear(c, l, weight));
    }
    laps.add("zerocheck: linear claims");
    sum_grids(tables, xi.first(c.shape.rounds), c.pool);
    laps.add("zerocheck: rounds 1 and 2");

    Point r;
    Ext live = claim, done = Ext::zero(), bound = Ext::one();  // live: claim of unfinished tables, divided by bound
    auto finish = [&](uint32_t k) {
        for (Table& t : tables)
            if (t.n == k) {
                const Ext v = last_value(t);
                live -= v;
                done += bound * v;
            }
        for (Linear& l : linear)
            if (l.at.size() == k) done += l.factor * field::ext_get(l.u.column(0), 0);
    };
    finish(0);
    for (uint32_t k = 0; k < c.shape.rounds; k++) {
        const RoundSums h = sum_tables(tables, k, xi, r, c.pool);
        const Ext zero_side = F::ONE - xi[k];
        const std::array<Ext, 4> values{h[0], (live - zero_side * h[0]) * xi[k].inverse(), h[1], h[2]};
        std::array<Ext, 4> g;
        const uint32_t points[4] = {0, 2, 3, 4};
        for (size_t i = 0; i < 4; i++) {
            const Ext v = Ext::from_base(F::from_canonical(points[i]));
            const Ext hv = i == 0 ? h[0] : i == 1 ? h[1] : i == 2 ? h[2] : poly::lagrange(values, v);
            g[i] = bound * (zero_side * (F::ONE - v) + xi[k] * v) * hv + done * (F::ONE - v);
        }
        for (Linear& l : linear)
            if (l.at.size() > k) add_message(l, k, g);
        tr.send(g);
        proof.zerocheck.push_back(g);
        r.push_back(tr.challenge());
        live = poly::lagrange(values, r.back());
        bound *= poly::eq_factor(xi[k], r.back());
        done *= F::ONE - r.back();
        for (Table& t : tables)
            if (t.n > k) fold_table(t, r, c.pool);
        for (Linear& l : linear)
            if (l.at.size() > k) fold_linear(l, k, r.back());
        finish(k + 1);
    }
    laps.add("zerocheck: later rounds");
    return r;
}

}  // namespace ashlar::iop::ASHLAR_ISA
