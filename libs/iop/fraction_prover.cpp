// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/iop/fraction_kernels.hpp"
#include "libs/iop/fraction_tree.hpp"
#include "libs/iop/prover_isa.hpp"

namespace ashlar::iop::ASHLAR_ISA {

namespace {

using Level = FractionLevel;
constexpr size_t CHUNK = size_t{1} << SplitEq::LOW_BITS;

/// A run of entries that one kernel call handles.
struct Run {
    uint64_t source, target;  // storage offsets: of the run's first input, of its first output
    uint64_t index;           // in the cube of what is summed or written
    uint64_t count;
};

/// Cuts [0, count) at multiples of CHUNK of the cube index and appends the runs; inputs advance `per` entries an index.
void add_runs(std::vector<Run>& runs, Run run, uint64_t per, uint64_t outputs) {
    while (run.count) {
        const uint64_t n = std::min<uint64_t>(run.count, CHUNK - run.index % CHUNK);
        runs.push_back({run.source, run.target, run.index, n});
        run.source += n * per;
        run.target += n * outputs;
        run.index += n;
        run.count -= n;
    }
}

/// Leaves of all tables.
Level make_leaves(const ProverContext& c, const Fingerprint& fingerprint) {
    const Shape& sh = c.shape;
    Level level;
    level.log = sh.log_fractions;
    level.base = true;
    level.dense_start = sh.fractions_end;
    std::vector<std::vector<Ext>> tails(c.kernels.size());
    auto tail_of = [&](uint32_t t) {  // D0 of each interaction
        const TablePlan& plan = c.kernels[t].plan;
        std::vector<Ext> d;
        for (uint32_t bus : plan.buses) d.push_back(fingerprint.alpha + fingerprint.w[0] * F::from_canonical(bus));
        for (const PlanItem& i : plan.items)
            if (i.kind == PlanItem::Kind::value) d[i.index] += fingerprint.w[i.position + 1] * i.at_zero;
        return d;
    };
    for (size_t k = 0; k < sh.fractions.size();) {
        const auto& b = sh.fractions[k];
        const uint32_t count = c.vk.system.tables[b.table].num_interactions();
        tails[b.table] = tail_of(b.table);
        if (sh.n[b.table] >= Level::MIN_GROUP_LOG) {
            const uint64_t real = (sh.stored[b.table] + Level::UNIT - 1) / Level::UNIT * Level::UNIT;
            level.groups.push_back({b.table, count, sh.n[b.table], b.offset, real, 0, 0});
            level.tails.push_back(tails[b.table]);
        } else {
            level.dense_start = std::min(level.dense_start, b.offset);
        }
        k += count;
    }
    level.dense_size = (sh.fractions_end - level.dense_start + Level::UNIT - 1) / Level::UNIT * Level::UNIT;
    level.allocate();
    for (uint64_t i = 0; i < level.dense_size; i++) level.set(level.dense_offset + i, Ext::zero(), Ext::one());

    struct Job {
        const TableKernels* kernels;
        LeafContext context;
        std::vector<Ext> constants;
        std::vector<F*> num;
        std::vector<field::ExtPtr> den;
        uint64_t rows;
    };
    auto make_job = [&](uint32_t t) {
        auto job = std::make_unique<Job>();
        job->kernels = &c.kernels[t];
        for (uint32_t bus : job->kernels->plan.buses)
            job->constants.push_back(fingerprint.alpha + fingerprint.w[0] * F::from_canonical(bus));
        return job;
    };
    auto bind = [&](Job& job, uint32_t t) {
        job.context = {c.tables[t].columns.data(), fingerprint.w.data(), job.constants.data(), job.num.data(),
                       job.den.data()};
    };
    for (size_t g = 0; g < level.groups.size(); g++) {
        const FractionGroup& group = level.groups[g];
        auto job = make_job(group.table);
        for (uint32_t j = 0; j < group.count; j++) {
            job->num.push_back(level.num.data() + group.offset + j * group.capacity);
            job->den.push_back(level.den_ptr() + (group.offset + j * group.capacity));
        }
        bind(*job, group.table);
        // Whole lanes: rows past h' are zero rows, which give the tail's entries. capacity is a multiple of 16.
        c.pool.parallel_for(group.capacity / L::WIDTH, std::max<size_t>(1, 256 / L::WIDTH), [&](size_t b, size_t e) {
            job->kernels->leaves(job->context, b * L::WIDTH, e * L::WIDTH);
        });
    }
    // Tables of fewer than 2^6 rows, through a temporary.
    for (size_t k = 0; k < sh.fractions.size();) {
        const uint32_t t = sh.fractions[k].table, count = c.vk.system.tables[t].num_interactions();
        if (sh.n[t] < Level::MIN_GROUP_LOG) {
            auto job = make_job(t);
            const size_t rows = 64;
            exec::Buffer<F> temporary(6 * rows * count);
            for (uint32_t j = 0; j < count; j++) {
                job->num.push_back(temporary.data() + 6 * rows * j);
                job->den.push_back({temporary.data() + 6 * rows * j + rows, rows});
            }
            bind(*job, t);
            const size_t real = (sh.stored[t] + L::WIDTH - 1) / L::WIDTH * L::WIDTH, nominal = size_t{1} << sh.n[t];
            job->kernels->leaves(job->context, 0, real);
            for (uint32_t j = 0; j < count; j++)
                for (size_t x = 0; x < nominal; x++) {
                    const uint64_t at = level.dense_offset + sh.fractions[k + j].offset - level.dense_start + x;
                    if (x < sh.stored[t])
                        level.set(at, Ext::from_base(job->num[j][x]), field::ext_get(job->den[j], x));
                    else
                        level.set(at, Ext::zero(), tails[t][j]);
                }
        }
        k += count;
    }
    return level;
}

Level add_pairs(const Level& level, exec::ThreadPool& pool) {
    Level up = halve(level);
    std::vector<Run> runs;
    for (size_t k = 0; k < level.groups.size(); k++) {
        const FractionGroup& g = level.groups[k];
        for (uint32_t j = 0; j < g.count; j++) {
            const uint64_t index = (g.start + (uint64_t{j} << g.log)) / 2;
            const uint64_t target = k < up.groups.size() ? up.groups[k].offset + j * up.groups[k].capacity
                                                         : up.dense_offset + (index - up.dense_start);
            add_runs(runs, {g.offset + j * g.capacity, target, index, g.real / 2}, 2, 1);
        }
    }
    if (level.dense_size)
        add_runs(runs,
                 {level.dense_offset, up.dense_offset + (level.dense_start / 2 - up.dense_start), level.dense_start / 2,
                  level.dense_size / 2},
                 2, 1);
    pool.parallel_for(runs.size(), 4, [&](size_t begin, size_t end) {
        for (size_t k = begin; k < end; k++) {
            const Run& r = runs[k];
            if (level.base)
                add_fractions<L, true>(level.num_ptr(), level.den_ptr(), up.num_ptr(), up.den_ptr(), r.source, r.target,
                                       r.count);
            else
                add_fractions<L, false>(level.num_ptr(), level.den_ptr(), up.num_ptr(), up.den_ptr(), r.source,
                                        r.target, r.count);
        }
    });
    fill_tails(level, up);
    return up;
}

/// p0, p1 + lambda q1, q0, q1 of the parents of a layer, partly bound.
struct State {
    std::vector<FractionGroup> groups;
    std::vector<uint32_t> group_of;  // index of each group among the layer's
    uint64_t dense_start = 0, dense_offset = 0, dense_size = 0;
    uint64_t stride = 0;
    exec::Buffer<F> planes;  // 4 x 5

    StateArrays arrays() {
        StateArrays a;
        for (size_t k = 0; k < 4; k++) a.array[k] = {planes.data() + 5 * k * stride, stride};
        return a;
    }
};

constexpr uint32_t SCALAR_LOG = 7;  // cubes of at most 2^7 parents are finished one by one
constexpr uint64_t STATE_UNIT = 4;
constexpr uint32_t STATE_GROUP_LOG = 5;

class LayerProver {
  public:
    LayerProver(const ProverContext& c, const Level& level, PointView x, const Ext& lambda)
        : c_(c), level_(level), x_(x.begin(), x.end()), lambda_(lambda) {
        // The tails' part of all rounds: sum over a group's blocks of D^2 eq(high coordinates, block).
        for (size_t k = 0; k < level.groups.size(); k++) {
            const FractionGroup& g = level.groups[k];
            const PointView high = PointView(x_).subspan(g.log - 1);
            Ext sum = Ext::zero();
            for (uint32_t j = 0; j < g.count; j++)
                sum += level.tails[k][j].square() * poly::eq_index(high, (g.start >> g.log) + j);
            tail_weight_.push_back(sum);
        }
    }

    /// Runs all rounds; returns p0, p1, q0, q1 at rho.
    std::array<Ext, 4> run(const Ext& claim, ProverTranscript& tr, FractionLayer& out, Point& rho) {
        normalized_ = claim;
        const size_t m = x_.size();
        size_t k = 0;
        std::vector<std::array<Ext, 4>> cube;
        if (m > SCALAR_LOG) {
            for (; m - k > SCALAR_LOG; k++) {
                round(k, k == 0 ? first_pass() : fold_pass(k, rho.back()), tr, out, rho);
            }
            cube = expand_state(m - k, rho.back());
        } else {
            const auto all = level_.expand();
            for (size_t y = 0; y < all.size() / 2; y++)
                cube.push_back(
                    {all[2 * y][0], all[2 * y + 1][0] + lambda_ * all[2 * y + 1][1], all[2 * y][1], all[2 * y + 1][1]});
        }
        for (; k < m; k++) {
            const std::vector<Ext> eq = poly::eq_table(PointView(x_).subspan(k + 1));
            Ext h0 = Ext::zero(), hinf = Ext::zero();
            for (size_t i = 0; i < eq.size(); i++) {
                const auto &a = cube[2 * i], &b = cube[2 * i + 1];
                h0 += eq[i] * (a[0] * a[3] + a[1] * a[2]);
                hinf += eq[i] * ((b[0] - a[0]) * (b[3] - a[3]) + (b[1] - a[1]) * (b[2] - a[2]));
            }
            round(k, {h0, hinf}, tr, out, rho);
            for (size_t i = 0; i < eq.size(); i++)
                for (size_t v = 0; v < 4; v++)
                    cube[i][v] = cube[2 * i][v] + (cube[2 * i + 1][v] - cube[2 * i][v]) * rho.back();
            cube.resize(eq.size());
        }
        return {cube[0][0], cube[0][1] - lambda_ * cube[0][3], cube[0][2], cube[0][3]};
    }

  private:
    /// Value at 0 and leading coefficient of the degree-2 factor of a round's polynomial.
    using Sums = std::array<Ext, 2>;

    /// g(X) = bound line(X) h(X); h(1) follows from the claim, which is kept divided by `bound`.
    void round(size_t k, const Sums& h, ProverTranscript& tr, FractionLayer& out, Point& rho) {
        const Ext& x = x_[k];
        const Ext zero_side = F::ONE - x;
        const Ext h1 = (normalized_ - zero_side * h[0]) * x.inverse();
        const Ext slope = h1 - h[0] - h[1];
        auto at = [&](const Ext& v) { return h[0] + v * (slope + v * h[1]); };
        std::array<Ext, 3> g;
        const uint32_t points[3] = {0, 2, 3};
        for (size_t i = 0; i < 3; i++) {
            const Ext v = Ext::from_base(F::from_canonical(points[i]));
            g[i] = bound_ * (zero_side * (F::ONE - v) + x * v) * at(v);
        }
        tr.send(g);
        out.polys.push_back(g);
        rho.push_back(tr.challenge());
        bound_ *= poly::eq_factor(x, rho.back());
        normalized_ = at(rho.back());
    }

    /// Closed forms: tails of groups of 2^(log) pairs of which `real` are stored, and what lies beyond the dense part.
    Ext tails(size_t k, const std::vector<FractionGroup>& groups, const std::vector<uint32_t>* index, uint32_t shift,
              uint64_t dense_pairs_end) const {
        Ext sum = Ext::zero();
        for (size_t i = 0; i < groups.size(); i++) {
            const FractionGroup& g = groups[i];
            const uint32_t layer_group = index ? (*index)[i] : static_cast<uint32_t>(i);
            const PointView low = PointView(x_).subspan(k + 1, g.log - shift);
            sum += tail_weight_[layer_group] * (F::ONE - poly::eq_below(low, g.real >> shift));
        }
        return lambda_ * (sum + F::ONE - poly::eq_below(PointView(x_).subspan(k + 1), dense_pairs_end));
    }

    template <class Source>
    Sums sum_runs(const std::vector<Run>& runs, const SplitEq& eq, const Source& source) {
        std::mutex mutex;
        Sums total{Ext::zero(), Ext::zero()};
        c_.pool.parallel_for(runs.size(), 4, [&](size_t begin, size_t end) {
            Sums part{Ext::zero(), Ext::zero()};
            const uint64_t mask = (uint64_t{1} << eq.low_bits()) - 1;
            for (size_t k = begin; k < end; k++) {
                const Run& r = runs[k];
                const Sums s = sum_pairs<L>(source, r.source, r.target, eq.low() + (r.index & mask), r.count);
                const Ext& high = eq.high(r.index >> eq.low_bits());
                part[0] += high * s[0];
                part[1] += high * s[1];
            }
            const std::lock_guard lock(mutex);
            total[0] += part[0];
            total[1] += part[1];
        });
        return total;
    }

    /// Round 0: pairs of parents, four children each.
    Sums first_pass() {
        std::vector<Run> runs;
        for (const FractionGroup& g : level_.groups)
            for (uint32_t j = 0; j < g.count; j++)
                add_runs(runs, {g.offset + j * g.capacity, 0, (g.start + (uint64_t{j} << g.log)) / 4, g.real / 4}, 4,
                         0);
        add_runs(runs, {level_.dense_offset, 0, level_.dense_start / 4, level_.dense_size / 4}, 4, 0);
        const SplitEq eq(PointView(x_).subspan(1));
        const Ext t = tails(0, level_.groups, nullptr, 2, (level_.dense_start + level_.dense_size) / 4);
        Sums s = level_.base ? sum_runs(runs, eq, LeafSource<L>{level_.num.data(), level_.den_ptr(), lambda_})
                             : sum_runs(runs, eq, ChildSource<L>{level_.num_ptr(), level_.den_ptr(), lambda_});
        s[0] += t;
        return s;
    }

    /// Shape of the state after binding one variable of `groups` (their logs count inputs of `per` to an output).
    State next_state(const std::vector<FractionGroup>& groups, const std::vector<uint32_t>* index, uint64_t dense_start,
                     uint64_t dense_size, uint32_t shift) {
        State s;
        s.dense_start = dense_start >> shift;
        const uint64_t end = (dense_start + dense_size) >> shift;
        uint64_t at = 0;
        for (size_t i = 0; i < groups.size(); i++) {
            FractionGroup g = groups[i];
            g.log -= shift;
            g.start >>= shift;
            if (g.log < STATE_GROUP_LOG) {
                s.dense_start = std::min(s.dense_start, g.start);
                continue;
            }
            g.real = ((g.real >> shift) + STATE_UNIT - 1) / STATE_UNIT * STATE_UNIT;
            g.capacity = (g.real + 15) / 16 * 16;
            g.offset = at;
            at += g.capacity * g.count;
            s.groups.push_back(g);
            s.group_of.push_back(index ? (*index)[i] : static_cast<uint32_t>(i));
        }
        s.dense_offset = at;
        s.dense_size = (end - s.dense_start + STATE_UNIT - 1) / STATE_UNIT * STATE_UNIT;
        s.stride = (at + s.dense_size + 64 + 31) / 32 * 32 + 16;
        s.planes = exec::Buffer<F>(20 * s.stride);
        return s;
    }

    void set_tail(State& s, uint64_t at, uint64_t count, const Ext& d) {
        const StateArrays a = s.arrays();
        const Ext values[4] = {Ext::zero(), lambda_ * d, d, d};
        for (uint64_t i = 0; i < count; i++)
            for (size_t v = 0; v < 4; v++) field::ext_set(a.array[v], at + i, values[v]);
    }

    /// Binds the variable of round k - 1 to r and sums for round k in one pass.
    Sums fold_pass(size_t k, const Ext& r) {
        const bool from_level = k == 1;
        const std::vector<FractionGroup>& groups = from_level ? level_.groups : state_.groups;
        const std::vector<uint32_t>* index = from_level ? nullptr : &state_.group_of;
        const uint64_t dense_start = from_level ? level_.dense_start : state_.dense_start;
        const uint64_t dense_size = from_level ? level_.dense_size : state_.dense_size;
        const uint64_t dense_offset = from_level ? level_.dense_offset : state_.dense_offset;
        const uint32_t fold = from_level ? 2 : 1;  // log2 of inputs to an output
        State next = next_state(groups, index, dense_start, dense_size, fold);

        std::vector<Run> runs;
        for (size_t i = 0; i < groups.size(); i++) {
            const FractionGroup& g = groups[i];
            const bool dense = i >= next.groups.size();
            for (uint32_t j = 0; j < g.count; j++) {
                const uint64_t start = (g.start + (uint64_t{j} << g.log)) >> fold, real = g.real >> fold;
                const uint64_t target = dense ? next.dense_offset + (start - next.dense_start)
                                              : next.groups[i].offset + j * next.groups[i].capacity;
                add_runs(runs, {g.offset + j * g.capacity, target, start / 2, real / 2}, uint64_t{2} << fold, 2);
                const uint64_t want = dense ? uint64_t{1} << (g.log - fold) : next.groups[i].real;
                Ext d = level_.tails[index ? (*index)[i] : i][j];
                set_tail(next, target + real, want - real, d);
            }
        }
        const uint64_t end = (dense_start + dense_size) >> fold;
        const uint64_t dense_at = next.dense_offset + ((dense_start >> fold) - next.dense_start);
        add_runs(runs, {dense_offset, dense_at, (dense_start >> fold) / 2, (dense_size >> fold) / 2},
                 uint64_t{2} << fold, 2);
        set_tail(next, next.dense_offset + (end - next.dense_start), next.dense_size - (end - next.dense_start),
                 Ext::one());

        const SplitEq eq(PointView(x_).subspan(k + 1));
        // Tails by the inputs' shape: what this pass does not sum as pairs of real outputs.
        const Ext t = tails(k, groups, index, fold + 1, ((dense_start + dense_size) >> fold) / 2);
        const StateArrays to = next.arrays();
        Sums s;
        if (from_level && level_.base)
            s = sum_runs(runs, eq,
                         Folded<L, LeafSource<L>>{{level_.num.data(), level_.den_ptr(), lambda_}, r, lambda_, to});
        else if (from_level)
            s = sum_runs(runs, eq,
                         Folded<L, ChildSource<L>>{{level_.num_ptr(), level_.den_ptr(), lambda_}, r, lambda_, to});
        else
            s = sum_runs(runs, eq, Folded<L, StateSource<L>>{{state_.arrays()}, r, lambda_, to});
        s[0] += t;
        state_ = std::move(next);
        return s;
    }

    /// All parents after binding one more variable; 2^log of them. Used once, when few are left.
    std::vector<std::array<Ext, 4>> expand_state(size_t log, const Ext& r) {
        std::vector<std::array<Ext, 4>> all(size_t{2} << log, {Ext::zero(), lambda_, Ext::one(), Ext::one()});
        if (state_.stride == 0) {  // no fold pass yet: from the level
            const auto children = level_.expand();
            for (size_t y = 0; y < all.size(); y++)
                all[y] = {children[2 * y][0], children[2 * y + 1][0] + lambda_ * children[2 * y + 1][1],
                          children[2 * y][1], children[2 * y + 1][1]};
        } else {
            const StateArrays a = state_.arrays();
            auto copy = [&](uint64_t from, uint64_t to, uint64_t n) {
                for (uint64_t i = 0; i < n && to + i < all.size(); i++)
                    for (size_t v = 0; v < 4; v++) all[to + i][v] = field::ext_get(a.array[v], from + i);
            };
            for (size_t i = 0; i < state_.groups.size(); i++) {
                const FractionGroup& g = state_.groups[i];
                for (uint32_t j = 0; j < g.count; j++) {
                    const uint64_t start = g.start + (uint64_t{j} << g.log);
                    copy(g.offset + j * g.capacity, start, g.real);
                    const Ext& d = level_.tails[state_.group_of[i]][j];
                    for (uint64_t e = g.real; e < uint64_t{1} << g.log; e++)
                        all[start + e] = {Ext::zero(), lambda_ * d, d, d};
                }
            }
            copy(state_.dense_offset, state_.dense_start, state_.dense_size);
        }
        std::vector<std::array<Ext, 4>> out(size_t{1} << log);
        for (size_t i = 0; i < out.size(); i++)
            for (size_t v = 0; v < 4; v++) out[i][v] = all[2 * i][v] + (all[2 * i + 1][v] - all[2 * i][v]) * r;
        return out;
    }

    const ProverContext& c_;
    const Level& level_;
    Point x_;
    Ext lambda_;
    std::vector<Ext> tail_weight_;
    Ext normalized_, bound_ = Ext::one();
    State state_;
};

}  // namespace

FractionResult prove_fractional_sum(const ProverContext& c, const Fingerprint& fingerprint, ProverTranscript& tr,
                                    Proof& proof, StageTimes& times) {
    Laps laps(times);
    std::vector<Level> levels;
    levels.push_back(make_leaves(c, fingerprint));
    laps.add("fractions: leaves");
    while (levels.back().log > c.vk.profile.log_top) levels.push_back(add_pairs(levels.back(), c.pool));
    laps.add("fractions: tree");

    tr.tag(Tag::top);
    proof.top = levels.back().expand();
    FractionResult out;
    std::vector<Ext> p, q;
    for (const auto& [num, den] : proof.top) {
        p.push_back(num);
        q.push_back(den);
    }
    for (auto& f : proof.top) tr.send(f);
    for (uint32_t l = 0; l < c.vk.profile.log_top; l++) out.xi.push_back(tr.challenge());
    out.p = poly::evaluate(p, out.xi);
    out.q = poly::evaluate(q, out.xi);
    levels.pop_back();
    while (!levels.empty()) {
        tr.tag(Tag::layer);
        const Ext lambda = tr.challenge();
        FractionLayer layer;
        Point rho;
        LayerProver prover(c, levels.back(), out.xi, lambda);
        const std::array<Ext, 4> ends = prover.run(out.p + lambda * out.q, tr, layer, rho);
        layer.ends = ends;
        tr.send(layer.ends);
        const Ext tau = tr.challenge();
        out.p = ends[0] + (ends[1] - ends[0]) * tau;
        out.q = ends[2] + (ends[3] - ends[2]) * tau;
        rho.insert(rho.begin(), tau);
        out.xi = std::move(rho);
        proof.fraction_layers.push_back(std::move(layer));
        levels.pop_back();
    }
    laps.add("fractions: layers");
    return out;
}

}  // namespace ashlar::iop::ASHLAR_ISA
