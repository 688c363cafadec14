// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>

#include "libs/iop/layers/bit_trace.hpp"
#include "libs/iop/layers/layer_kernels.hpp"
#include "libs/iop/prover_transcript.hpp"

/// The sumcheck of one layer.
namespace ashlar::iop::layers {

/// Columns of one value of E for each position of a word, or for any small table: five planes each.
template <class L>
class SmallColumns {
  public:
    SmallColumns(size_t columns, size_t entries)
        : entries_(entries), stride_(entries + 2 * L::WIDTH), planes_(exec::Buffer<F>::zeroed(5 * columns * stride_)) {}
    size_t entries() const { return entries_; }
    ExtPtr column(size_t c) { return {planes_.data() + 5 * c * stride_, stride_}; }
    ConstExtPtr column(size_t c) const { return {planes_.data() + 5 * c * stride_, stride_}; }
    void set(size_t c, size_t i, const Ext& x) { field::ext_set(column(c), i, x); }
    Ext get(size_t c, size_t i) const { return field::ext_get(column(c), i); }

  private:
    size_t entries_, stride_;
    exec::Buffer<F> planes_;
};

/// The first n elements' sum.
template <class L>
Ext sum_first(const Extension<L>& x, size_t n) {
    Ext total = Ext::zero();
    for (size_t c = 0; c < 5; c++) {
        F e[L::WIDTH];
        x.c[c].store(e);
        for (size_t i = 0; i < std::min(n, L::WIDTH); i++) total.c[c] += e[i];
    }
    return total;
}

/// eq of a point over the instances, in the forms the passes over bits and over columns need.
struct InstancePoint {
    Point point;
    EqLevels eq;
    /// Weights of the stored instances, with those of all unreal ones added up at the first; zero beyond.
    exec::Buffer<F> merged;
    size_t stride = 0, count = 0;

    InstancePoint(Point p, const BitTrace& trace) : point(std::move(p)), eq(point, trace.stored()) {
        const size_t all = size_t{1} << trace.k();
        count = std::min(trace.real() + 1, all);
        stride = (trace.stored() + 63) / 64 * 64;
        merged = exec::Buffer<F>::zeroed(5 * stride);
        const ConstExtPtr level = eq.level(point.size());
        Ext rest = Ext::one();
        for (size_t i = 0; i < count; i++) {
            const bool last = i == trace.real();
            const Ext e = last ? rest : field::ext_get(level, i);
            field::ext_set(ExtPtr{merged.data(), stride}, i, e);
            rest -= e;
        }
    }
    ConstExtPtr weights() const { return {merged.data(), stride}; }
};

/// Sums over instances of lanes: out column c at position z is sum_i eq_i u_{c,z}(i).
template <class L>
SmallColumns<L> fold_instances(const std::vector<const uint8_t*>& planes, const BitTrace& trace,
                               const InstancePoint& at, exec::ThreadPool& pool) {
    const size_t sums = planes.size() * WORD_BITS;
    std::vector<std::array<uint64_t, 5>> total(sums);
    std::mutex mutex;
    pool.parallel_for((at.count + 63) / 64, 4, [&](size_t begin, size_t end) {
        const auto tables = std::make_unique<InstanceTables>();
        std::vector<InstanceTables::Sum> part(sums);
        for (size_t b = begin; b < end; b++) {
            tables->set(at.weights(), 64 * b);
            for (size_t c = 0; c < planes.size(); c++)
                for (size_t p = 0; p < BitTrace::PLANES; p++)
                    tables->add(planes[c] + p * trace.pitch() + 64 * b, &part[c * WORD_BITS + 8 * p]);
        }
        const std::lock_guard lock(mutex);
        for (size_t i = 0; i < sums; i++)
            for (size_t c = 0; c < 5; c++) total[i][c] += part[i].c[c];
    });
    SmallColumns<L> out(planes.size(), WORD_BITS);
    for (size_t i = 0; i < sums; i++) {
        Ext s;
        // A sum of Montgomery forms is the Montgomery form of the sum.
        for (size_t c = 0; c < 5; c++) s.c[c] = F::from_monty(static_cast<uint32_t>(total[i][c] % F::P));
        out.set(i / WORD_BITS, i % WORD_BITS, F::ONE - s.doubled());
    }
    return out;
}

/// What the layers of one proof share.
template <class L>
struct ProverState {
    const Circuit& circuit;
    const BitTrace& trace;
    exec::ThreadPool& pool;
    ProverTranscript& tr;
    std::vector<Ext>& messages;
    exec::Buffer<F> blocks;  // columns of the later rounds
    std::vector<std::pair<std::pair<uint32_t, uint32_t>, NodeTable<L>>> node_tables;

    const NodeTable<L>& nodes(const Layer& layer) {
        const std::pair key(layer.first_size(), layer.first_length() - layer.first_size());
        for (const auto& [k, t] : node_tables)
            if (k == key) return t;
        node_tables.emplace_back(key, NodeTable<L>(key.first, key.second));
        return node_tables.back().second;
    }
    F* need(size_t elements) {
        if (blocks.size() < elements) blocks = exec::Buffer<F>(elements);
        return blocks.data();
    }
    void send(std::span<Ext> message) {
        tr.send(message);
        messages.insert(messages.end(), message.begin(), message.end());
    }
};

template <class L>
class LayerProver {
    static constexpr size_t W = L::WIDTH;
    using EL = Extension<L>;

  public:
    /// `outputs`: value of each output at each position, instances bound to at.point; `word` has the layer's width.
    LayerProver(ProverState<L>& state, size_t step, std::span<const Ext> weights, const WordPoint& word,
                const InstancePoint& at, const SmallColumns<L>& outputs, const Ext& claim)
        : s_(state),
          layer_(state.circuit.steps[step].layer),
          step_(step),
          weights_(weights),
          word_(word),
          at_(at),
          claim_(claim) {
        first_message(outputs);
        switch (layer_.form) {
            case Form::chi:
                rounds<Form::chi, 2>();
                break;
            case Form::product:
                layer_.factors() == 2 ? rounds<Form::product, 2>() : rounds<Form::product, 4>();
                break;
        }
    }

    std::vector<Ext> claims;  // not yet sent
    Point instances;
    WordPoint bound;
    const Ext& claim() const { return claim_; }

  private:
    const uint8_t* plane(size_t lane) const { return s_.trace.lane(step_, lane); }

    void first_message(const SmallColumns<L>& outputs) {
        const size_t size = layer_.first_size();
        const std::vector<Ext> high = poly::eq_table(word_.high);
        auto on_domain = [&](auto&& each_weight) {
            std::vector<Ext> sum(size, Ext::zero());
            std::vector<std::pair<size_t, Factor<L>>> factors;
            each_weight([&](size_t o) { factors.emplace_back(o, Factor<L>(EL::broadcast(weights_[o]))); });
            for (size_t z = 0; z < WORD_BITS; z += W) {
                ExtSum<L> s;
                for (const auto& [o, f] : factors) s.add(EL::load(outputs.column(o), z), f);
                F e[5][W];
                const EL x = s.reduce();
                for (size_t c = 0; c < 5; c++) x.c[c].store(e[c]);
                for (size_t i = 0; i < W; i++)
                    sum[(z + i) % size] += high[(z + i) / size] * Ext{{e[0][i], e[1][i], e[2][i], e[3][i], e[4][i]}};
            }
            return sum;
        };
        std::vector<Ext> t = on_domain([&](auto&& add) {
            for (size_t o = 0; o < layer_.outputs; o++) add(o);
        });
        const NodeTable<L>& nodes = s_.nodes(layer_);
        std::vector<Ext> beyond = nodes_beyond(nodes, high);
        if (!layer_.copies.empty()) {  // of low degree: extended from the domain
            const std::vector<Ext> copies = on_domain([&](auto&& add) {
                for (const Term& c : layer_.copies) add(c.output);
            });
            for (size_t k = 0; k < nodes.nodes(); k++)
                for (size_t z = 0; z < size; z++) beyond[k] += copies[z] * nodes.basis(k)[z];
        }
        t.insert(t.end(), beyond.begin(), beyond.end());
        if (ProverHooks* hooks = s_.tr.hooks()) hooks->fit_first(claim_, word_.low, t);
        s_.send(t);
        const Ext r = s_.tr.challenge();
        claim_ = Ext::zero();
        const std::vector<Ext> all = lagrange_basis(t.size(), r);
        for (size_t i = 0; i < t.size(); i++) claim_ += all[i] * t[i];
        basis_ = lagrange_basis(size, r);
    }

    /// The groups' sums at the nodes beyond the domain, on bits.
    std::vector<Ext> nodes_beyond(const NodeTable<L>& nodes, const std::vector<Ext>& high) {
        struct Place {
            uint32_t lane;
            const uint8_t* plane;
        };
        std::vector<Place> used;
        auto place = [&](uint32_t lane) {
            for (size_t i = 0; i < used.size(); i++)
                if (used[i].lane == lane) return static_cast<uint32_t>(i);
            used.push_back({lane, plane(lane)});
            return static_cast<uint32_t>(used.size() - 1);
        };
        struct Small {
            uint32_t factors[4], first, count;  // terms
        };
        std::vector<Small> groups;
        std::vector<uint32_t> term_lanes, term_outputs;
        for (const Group& g : layer_.groups) {
            Small s{};
            for (size_t i = 0; i < g.factors.size(); i++) s.factors[i] = place(g.factors[i]);
            s.first = static_cast<uint32_t>(term_lanes.size());
            s.count = static_cast<uint32_t>(g.linear.size());
            for (const Term& t : g.linear) {
                term_lanes.push_back(place(t.lane));
                term_outputs.push_back(t.output);
            }
            groups.push_back(s);
        }
        const size_t terms = term_lanes.size(), row = 5 * (terms + terms % 2);
        const size_t bytes = layer_.first_size() / 8, vectors = nodes.vectors(), pitch = s_.trace.pitch();
        std::vector<Ext> total(nodes.row(), Ext::zero());
        std::mutex mutex;
        s_.pool.parallel_for((at_.count + 15) / 16, 4, [&](size_t begin_block, size_t end_block) {
            const size_t begin = 16 * begin_block, end = std::min(16 * end_block, at_.count);
            // w_output e_i of each instance, ready to be broadcast.
            exec::Buffer<F> scaled = exec::Buffer<F>::zeroed(16 * (end_block - begin_block) * row);
            for (size_t t = 0; t < terms; t++) {
                const Ext& w = weights_[term_outputs[t]];
                const Factor<L> f(EL::broadcast(layer_.form == Form::chi ? halved(w) : w));
                for (size_t i = begin; i < end; i += W) {
                    const EL x = multiply(EL::load(at_.weights(), i), f);
                    for (size_t c = 0; c < 5; c++) {
                        F e[W];
                        x.c[c].store(e);
                        for (size_t q = 0; q < W; q++) scaled[(i - begin + q) * row + 5 * t + c] = e[q];
                    }
                }
            }
            std::vector<EL> part(vectors, EL::zero());
            std::vector<L> value(used.size()), product(terms + 1, L::zero());
            for (size_t h = 0; h < high.size(); h++) {
                const Factor<L> f(EL::broadcast(high[h]));
                for (size_t v = 0; v < vectors; v++) {
                    ProductSum<L> sum[5];
                    for (size_t i = begin; i < end; i++) {
                        for (size_t l = 0; l < used.size(); l++) {
                            const uint8_t* p = used[l].plane + h * bytes * pitch + i;
                            const F* table = nodes.data() + v * W;
                            L x = L::load(table + p[0] * nodes.row());
                            for (size_t b = 1; b < bytes; b++)
                                x += L::load(table + (256 * b + p[b * pitch]) * nodes.row());
                            value[l] = x;
                        }
                        for (const Small& g : groups) {
                            if (layer_.form == Form::chi) {
                                const L one = L::one();
                                const L q = L::sub_mul(one, value[g.factors[1]], value[g.factors[0]] + one);
                                for (uint32_t t = g.first; t < g.first + g.count; t++)
                                    product[t] = L::sub_mul(one.doubled(), q, value[term_lanes[t]]);
                            } else {
                                L q = value[g.factors[0]] * value[g.factors[1]];
                                if (layer_.factors() == 4) q *= value[g.factors[2]] * value[g.factors[3]];
                                for (uint32_t t = g.first; t < g.first + g.count; t++)
                                    product[t] = q * value[term_lanes[t]];
                            }
                        }
                        const F* w = scaled.data() + (i - begin) * row;
                        for (size_t t = 0; t < terms; t += 2, w += 10) {
#pragma GCC unroll 5
                            for (size_t c = 0; c < 5; c++)
                                sum[c].add(product[t], L::broadcast(w[c]), product[t + 1], L::broadcast(w[5 + c]));
                        }
                    }
                    part[v] += multiply(
                        EL{{sum[0].reduce(), sum[1].reduce(), sum[2].reduce(), sum[3].reduce(), sum[4].reduce()}}, f);
                }
            }
            const std::lock_guard lock(mutex);
            for (size_t v = 0; v < vectors; v++)
                for (size_t c = 0; c < 5; c++) {
                    F e[W];
                    part[v].c[c].store(e);
                    for (size_t q = 0; q < W; q++) total[v * W + q].c[c] += e[q];
                }
        });
        total.resize(nodes.nodes());
        return total;
    }

    // ---- the later rounds
    //
    // A table over (block h of the word, instance i): blocks of W instances with all columns together, as far as
    // instances are stored; beyond, each column is tails_[h]. Its highest variable is bound first: those of h, then
    // those of i. Once it is small it moves to a flat form.

    F* block(size_t h, size_t ib) const { return blocks_ + (h * stored_blocks_ + ib) * columns_ * 5 * W; }
    static ExtPtr column(F* block, size_t c) { return {block + c * 5 * W, W}; }
    EL value(size_t h, size_t ib, size_t c) const {
        return ib < stored_blocks_ ? EL::load(column(block(h, ib), c)) : EL::broadcast(tails_[h][c]);
    }

    static EL look_up_source(const std::vector<Source>& sources, size_t bytes, size_t pitch, size_t h, size_t i) {
        EL x;
        bool any = false;
        for (const Source& s : sources)
            for (size_t b = 0; b < bytes; b++) {
                const uint8_t* p = s.plane + (h * bytes + b) * pitch + i;
                for (size_t half = 0; half < 2; half++) {
                    const EL y = look_up<L>(s.table + (2 * b + half) * 80, p, half);
                    x = any ? x + y : y;
                    any = true;
                }
            }
        return x;
    }

    /// Sums over pairs at each point. fetch(c, source, h, ib, low, high) gives a column's W pairs.
    template <Form FORM, size_t FACTORS, class Fetch>
    void sum_pairs(const LayerColumns& cols, size_t halves, size_t blocks, ConstExtPtr eq, std::span<const Ext> high,
                   const Fetch& fetch) {
        constexpr size_t D = FACTORS + 1;
        std::mutex mutex;
        s_.pool.parallel_for(blocks, 4, [&](size_t begin, size_t end) {
            Ext part[D];
            for (Ext& x : part) x = Ext::zero();
            for (size_t h = 0; h < halves; h++) {
                ExtSum<L> total[D];
                for (size_t ib = begin; ib < end; ib++) {
                    ExtSum<L> sums[D];
                    for (const Cluster& c : cols.clusters) {
                        EL low[MAX_CLUSTER], step[MAX_CLUSTER];
                        for (size_t i = 0; i < c.columns.size(); i++) {
                            fetch(c.first + i, c.columns[i], h, ib, low[i], step[i]);
                            step[i] -= low[i];
                        }
                        add_cluster<FORM, FACTORS, L>(c, low, step, sums);
                    }
                    EL values[D];
                    for (size_t p = 0; p < D; p++) values[p] = sums[p].reduce();
                    if (cols.has_copies) {
                        EL low, step;
                        fetch(cols.count - 1, cols.copies, h, ib, low, step);
                        step -= low;
                        for (size_t p = 0; p < D; p++)
                            if (p != 1) values[p] += at_point(p, low, step);
                    }
                    const Factor<L> f(EL::load(eq, ib * W));
                    for (size_t p = 0; p < D; p++) total[p].add(values[p], f);
                }
                for (size_t p = 0; p < D; p++) part[p] += high[h] * field::lane_sum(total[p].reduce());
            }
            const std::lock_guard lock(mutex);
            for (size_t p = 0; p < D; p++) values_[p] += part[p];
        });
    }
    /// The same for one pair of single rows, times a weight.
    template <Form FORM, size_t FACTORS>
    void add_rows(const LayerColumns& cols, const std::vector<Ext>& low, const std::vector<Ext>& high,
                  const Ext& weight) {
        std::vector<Ext> step;
        for (size_t c = 0; c < low.size(); c++) step.push_back(high[c] - low[c]);
        ExtSum<F> sums[FACTORS + 1];
        for (const Cluster& c : cols.clusters) add_cluster<FORM, FACTORS, F>(c, &low[c.first], &step[c.first], sums);
        for (size_t p = 0; p <= FACTORS; p++) {
            Ext v = sums[p].reduce();
            if (cols.has_copies && p != 1) v += at_point(p, low.back(), step.back());
            values_[p] += weight * v;
        }
    }

    template <Form FORM, size_t FACTORS>
    void rounds() {
        constexpr size_t D = FACTORS + 1;
        std::vector<HalfByteTable> tables;
        const LayerColumns cols(layer_, weights_, basis_, [&](size_t lane) { return plane(lane); }, tables);
        columns_ = cols.count;
        const size_t bytes = layer_.first_size() / 8, pitch = s_.trace.pitch(), k = at_.point.size();
        size_t h_count = WORD_BITS / layer_.first_size(), n = size_t{1} << k;
        const bool tiny = n <= 4 * W;
        Point old = at_.point;
        old.insert(old.end(), word_.high.begin(), word_.high.end());
        SmallColumns<L> flat(columns_, std::max<size_t>(4 * W, tiny ? h_count * n : 0));
        size_t flat_size = 0;
        std::unique_ptr<EqLevels> flat_eq;
        auto eq_level = [&](size_t j) { return flat_eq ? flat_eq->level(j) : at_.eq.level(j); };
        auto flat_sums = [&] {
            for (Ext& v : values_) v = Ext::zero();
            const size_t half = flat_size / 2;
            size_t log = 0;
            while (size_t{1} << log < half) log++;
            const Ext one = Ext::one();
            sum_pairs<FORM, FACTORS>(cols, 1, (half + W - 1) / W, eq_level(log), {&one, 1},
                                     [&](size_t c, const std::vector<Source>&, size_t, size_t ib, EL& low, EL& high) {
                                         low = EL::load(flat.column(c), ib * W);
                                         high = EL::load(flat.column(c), ib * W + half);
                                     });
        };
        auto flat_fold = [&](const Ext& r) {
            const Factor<L> f(EL::broadcast(r));
            flat_size /= 2;
            for (size_t c = 0; c < columns_; c++)
                for (size_t i = 0; i < flat_size; i += W) {
                    const EL low = EL::load(flat.column(c), i), high = EL::load(flat.column(c), i + flat_size);
                    // Entries beyond flat_size are overwritten with sums of others: nothing reads them with a weight.
                    (low + multiply(high - low, f)).store(flat.column(c), i);
                }
        };
        std::vector<std::vector<Source>> sources(columns_);
        for (const Cluster& c : cols.clusters)
            for (size_t i = 0; i < c.columns.size(); i++) sources[c.first + i] = c.columns[i];
        if (cols.has_copies) sources.back() = cols.copies;
        for (Ext& v : values_) v = Ext::zero();
        if (tiny) {
            flat_size = h_count * n;
            flat_eq = std::make_unique<EqLevels>(old, flat_size);
            for (size_t c = 0; c < columns_; c++)
                for (size_t h = 0; h < h_count; h++)
                    for (size_t i = 0; i < n; i += W)
                        look_up_source(sources[c], bytes, pitch, h, i).store(flat.column(c), h * n + i);
            flat_sums();
        } else {
            stored_blocks_ = s_.trace.stored() / W;
            blocks_ = s_.need(h_count * stored_blocks_ * columns_ * 5 * W);
            const std::vector<Ext> high = poly::eq_table(PointView(word_.high).first(word_.high.size() - 1));
            sum_pairs<FORM, FACTORS>(
                cols, h_count / 2, stored_blocks_, at_.eq.level(k), high,
                [&](size_t c, const std::vector<Source>& source, size_t h, size_t ib, EL& low, EL& top) {
                    low = look_up_source(source, bytes, pitch, h, ib * W);
                    top = look_up_source(source, bytes, pitch, h + h_count / 2, ib * W);
                    low.store(column(block(h, ib), c));
                    top.store(column(block(h + h_count / 2, ib), c));
                });
            tails_.assign(h_count, std::vector<Ext>(columns_));
            for (size_t h = 0; h < h_count; h++)
                for (size_t c = 0; c < columns_; c++)
                    tails_[h][c] = field::ext_get(column(block(h, stored_blocks_ - 1), c), W - 1);
            for (size_t h = 0; h < h_count / 2; h++)
                add_rows<FORM, FACTORS>(cols, tails_[h], tails_[h + h_count / 2], high[h] * at_.eq.beyond(k));
        }

        Point point(old.size());
        for (size_t j = old.size(); j-- > 0;) {
            const Ext at_one = (claim_ - (F::ONE - old[j]) * values_[0]) * old[j].inverse();
            std::vector<Ext> c = coefficients({values_, D}, at_one);
            s_.send(std::span<Ext>(c).subspan(1));
            // The hooks may have changed what was sent; the claim goes on as the verifier's does.
            c[0] = claim_;
            for (size_t i = 1; i <= D; i++) c[0] -= old[j] * c[i];
            const Ext r = point[j] = s_.tr.challenge();
            claim_ = poly::horner(c, r);
            if (flat_size > 0) {
                flat_fold(r);
                if (j > 0) flat_sums();
                continue;
            }
            const Factor<L> f(EL::broadcast(r));
            auto folded = [&](const EL& low, const EL& high) { return low + multiply(high - low, f); };
            if (h_count == 1 && n / 2 <= 4 * W) {
                flat_size = n / 2;
                for (size_t ib = 0; ib < flat_size / W; ib++)
                    for (size_t col = 0; col < columns_; col++)
                        folded(value(0, ib, col), value(0, ib + flat_size / W, col)).store(flat.column(col), ib * W);
                flat_sums();
                continue;
            }
            // Bind, and sum the next round: quarters 0 and 2 make its low half, 1 and 3 its high one.
            const std::vector<std::vector<Ext>> old_tails = tails_;
            for (size_t h = 0; h < h_count / 2; h++)
                for (size_t col = 0; col < columns_; col++)
                    tails_[h][col] += (tails_[h + h_count / 2][col] - tails_[h][col]) * r;
            auto old_value = [&](size_t h, size_t ib, size_t col) {
                return ib < stored_blocks_ ? EL::load(column(block(h, ib), col)) : EL::broadcast(old_tails[h][col]);
            };
            for (Ext& v : values_) v = Ext::zero();
            const size_t level = h_count >= 4 ? 0 : h_count == 2 ? 1 : 2;  // instance variables that the quarters take
            size_t log_n = 0;
            while (size_t{1} << log_n < n) log_n++;
            const size_t blocks = std::min(stored_blocks_, (n >> level) / W), quarter = (n >> level) / W;
            const size_t halves = std::max<size_t>(h_count / 4, 1);
            const std::vector<Ext> high = poly::eq_table(PointView(word_.high).first(h_count >= 8 ? 1 : 0));
            auto at = [&](size_t h, size_t ib, size_t q) {
                if (level == 0) return std::pair(h + q * (h_count / 4), ib);
                if (level == 1) return std::pair(q / 2, ib + (q % 2) * quarter);
                return std::pair(size_t{0}, ib + q * quarter);
            };
            sum_pairs<FORM, FACTORS>(
                cols, halves, blocks, at_.eq.level(log_n - level), high,
                [&](size_t col, const std::vector<Source>&, size_t h, size_t ib, EL& low, EL& top) {
                    const auto [h0, b0] = at(h, ib, 0);
                    const auto [h1, b1] = at(h, ib, 1);
                    const auto [h2, b2] = at(h, ib, 2);
                    const auto [h3, b3] = at(h, ib, 3);
                    low = folded(old_value(h0, b0, col), old_value(h2, b2, col));
                    low.store(column(block(h0, b0), col));
                    if (b1 < stored_blocks_) {
                        top = folded(old_value(h1, b1, col), old_value(h3, b3, col));
                        top.store(column(block(h1, b1), col));
                    } else {
                        top = EL::broadcast(tails_[level == 0 ? h1 : 0][col]);
                    }
                });
            h_count = std::max<size_t>(h_count / 2, 1);
            if (level == 2) n /= 2;
            for (size_t h = 0; h < halves; h++)
                add_rows<FORM, FACTORS>(cols, tails_[h], tails_[level == 0 ? h + h_count / 2 : 0],
                                        high[h] * at_.eq.beyond(log_n - level));
        }
        instances.assign(point.begin(), point.begin() + static_cast<std::ptrdiff_t>(k));
        bound = {basis_, Point(point.begin() + static_cast<std::ptrdiff_t>(k), point.end())};

        auto lane = [&](uint32_t l) {
            const LanePlace& p = cols.lanes[l];
            const Ext x = flat.get(p.column, 0);
            return p.scaled ? x * p.scale.inverse() : x;
        };
        if (layer_.claims_sums) {
            for (size_t g = 0; g < layer_.groups.size(); g++) claims.push_back(flat.get(cols.linear[g], 0));
            for (uint32_t l : layer_.factor_lanes()) claims.push_back(lane(l));
        } else {
            for (uint32_t l = 0; l < layer_.lanes; l++) claims.push_back(lane(l));
        }
    }

    ProverState<L>& s_;
    const Layer& layer_;
    size_t step_;
    std::span<const Ext> weights_;
    const WordPoint& word_;
    const InstancePoint& at_;
    Ext claim_;
    std::vector<Ext> basis_;
    Ext values_[MAX_POINTS];
    size_t columns_ = 0, stored_blocks_ = 0;
    F* blocks_ = nullptr;
    std::vector<std::vector<Ext>> tails_;
};

}  // namespace ashlar::iop::layers
