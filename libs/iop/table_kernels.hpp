// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/chip_set.hpp"
#include "libs/air/lane_value.hpp"
#include "libs/field/lane.hpp"
#include "libs/iop/plan.hpp"

/// The prover's loops over the rows of one chip, without the chip's type. `make_kernels<Lane, Set>()` instantiates
/// them: call it in a source compiled once per instruction set.
namespace ashlar::iop {

using field::ConstExtPtr;
using field::ExtPtr;

struct LeafContext {
    const F* const* columns;  // main, then preprocessed
    const Ext* w;             // fingerprint weights; w[i + 1] goes with value i
    const Ext* constants;     // alpha + w_0 bus of each interaction
    F* const* num;            // of each interaction, from row 0 on
    const ExtPtr* den;        // the same
};

struct RoundContext {
    const uint32_t* used;  // columns the nonlinear part reads
    size_t num_used;
    const F* const* base;      // these columns in F (rounds 1 and 2) ..
    const ConstExtPtr* ext;    // .. or in E
    const uint8_t* nonlinear;  // flag of each plan item
    const Ext* coefficients;   // weight of each nonlinear item
    ConstExtPtr eq;            // weight of pair (or four rows) i at eq[i - eq_begin]
    bool on_cube;              // rounds 1 and 2: evaluate on the cube too, where constraints are 0
};

/// Sums over pairs of rows of eq times the nonlinear part, at X = 0, 2, 3.
using RoundSums = std::array<Ext, 3>;
/// Sums over fours of rows of eq times the nonlinear part, at [4 Y + X] for X, Y in 0 .. 3: X is the lowest variable, Y
/// the next.
using GridSums = std::array<Ext, 16>;

struct TableKernels {
    TablePlan plan;
    /// Leaves of rows [begin, end), multiples of the lane's width.
    void (*leaves)(const LeafContext&, size_t begin, size_t end) = nullptr;
    /// Rows 4i .. 4i + 3 in F, for i in [begin, end), a multiple of the lane's width apart: all that rounds 1 and 2
    /// need.
    void (*first_rounds)(const RoundContext&, size_t begin, size_t end, size_t eq_begin, GridSums& sums) = nullptr;
    /// Pairs (2i, 2i + 1) in E, the same.
    void (*round)(const RoundContext&, size_t begin, size_t end, size_t eq_begin, RoundSums& sums) = nullptr;
};

namespace detail {

/// Writes numerator and denominator of each interaction of L::WIDTH rows.
template <class L>
class LeafBuilder : public air::BuilderBase<LeafBuilder<L>, air::LaneValue<L>> {
  public:
    using V = air::LaneValue<L>;
    LeafBuilder(const LeafContext& context, size_t row) : c_(context), row_(row) {}
    ASHLAR_INLINE void zero(const V&) {}
    ASHLAR_INLINE void boolean(const V&) {}
    ASHLAR_INLINE void interaction(uint32_t, const V& multiplicity, std::span<const V> values) {
        multiplicity.v.store(c_.num[j_] + row_);
        field::ProductSum<L> sum[5];
        size_t i = 0;
        for (; i + 2 <= values.size(); i += 2)
            for (size_t k = 0; k < 5; k++)
                sum[k].add(values[i].v, L::broadcast(c_.w[i + 1].c[k]), values[i + 1].v,
                           L::broadcast(c_.w[i + 2].c[k]));
        for (; i < values.size(); i++)
            for (size_t k = 0; k < 5; k++) sum[k].add(values[i].v, L::broadcast(c_.w[i + 1].c[k]));
        for (size_t k = 0; k < 5; k++)
            (sum[k].reduce() + L::broadcast(c_.constants[j_].c[k])).store(c_.den[j_].plane(k) + row_);
        j_++;
    }

  private:
    const LeafContext& c_;
    size_t row_, j_ = 0;
};

/// Weighted sum of the nonlinear items of L::WIDTH rows; V is LaneValue or ExtValue.
template <class L, class V>
class NonlinearBuilder : public air::BuilderBase<NonlinearBuilder<L, V>, V> {
  public:
    explicit NonlinearBuilder(const RoundContext& context)
        : flag_(context.nonlinear), coefficient_(context.coefficients) {}
    ASHLAR_INLINE void zero(const V& x) { add(x); }
    ASHLAR_INLINE void interaction(uint32_t, const V& multiplicity, std::span<const V> values) {
        add(multiplicity);
        for (const V& v : values) add(v);
    }
    ASHLAR_INLINE field::Extension<L> result() const {
        if constexpr (std::is_same_v<V, air::LaneValue<L>>)
            return {{sum_[0].reduce(), sum_[1].reduce(), sum_[2].reduce(), sum_[3].reduce(), sum_[4].reduce()}};
        else
            return sum_;
    }

  private:
    static auto start() {
        if constexpr (std::is_same_v<V, air::LaneValue<L>>)
            return std::array<field::ProductSum<L>, 5>{};
        else
            return field::Extension<L>::zero();
    }
    ASHLAR_INLINE void add(const V& x) {
        if (!*flag_++) return;
        const Ext& c = *coefficient_++;
        if constexpr (std::is_same_v<V, air::LaneValue<L>>)
            for (size_t k = 0; k < 5; k++) sum_[k].add(x.v, L::broadcast(c.c[k]));
        else
            sum_ += x.v * field::Extension<L>::broadcast(c);
    }
    const uint8_t* flag_;
    const Ext* coefficient_;
    decltype(start()) sum_ = start();
};

template <air::Chip C, class L>
void leaves(const LeafContext& context, size_t begin, size_t end) {
    constexpr size_t COLUMNS = air::NUM_MAIN<C> + air::NUM_PREP<C>;
    air::RowOf<C, air::LaneValue<L>> row;
    for (size_t x = begin; x < end; x += L::WIDTH) {
        for (size_t c = 0; c < COLUMNS; c++) row[c].v = L::load(context.columns[c] + x);
        LeafBuilder<L> b(context, x);
        air::eval_chip<C>(b, row);
    }
}

template <air::Chip C, class L>
void first_rounds(const RoundContext& context, size_t begin, size_t end, size_t eq_begin, GridSums& sums) {
    using V = air::LaneValue<L>;
    using E = field::Extension<L>;
    air::RowOf<C, V> row{};
    struct Cell {
        L value, slope;            // at X = 0 and its growth with X, for the current Y
        L value_step, slope_step;  // their growth with Y
    };
    Cell cells[air::NUM_MAIN<C> + air::NUM_PREP<C>];
    E total[16];
    for (E& t : total) t = E::zero();
    for (size_t i = begin; i < end; i += L::WIDTH) {
        for (size_t u = 0; u < context.num_used; u++) {
            const F* p = context.base[u] + 4 * i;
            const auto [even0, odd0] = L::deinterleave(L::load(p), L::load(p + L::WIDTH));
            const auto [even1, odd1] = L::deinterleave(L::load(p + 2 * L::WIDTH), L::load(p + 3 * L::WIDTH));
            const auto [x00, x01] = L::deinterleave(even0, even1);
            const auto [x10, x11] = L::deinterleave(odd0, odd1);
            const L slope = x10 - x00;
            cells[u] = {x00, slope, x01 - x00, x11 - x01 - slope};
        }
        const E eq = E::load(context.eq, i - eq_begin);
        for (size_t y = 0; y < 4; y++) {
            if (y > 0)
                for (size_t u = 0; u < context.num_used; u++) {
                    cells[u].value += cells[u].value_step;
                    cells[u].slope += cells[u].slope_step;
                }
            const size_t first = y < 2 && !context.on_cube ? 2 : 0;
            for (size_t u = 0; u < context.num_used; u++) {
                V& cell = row[context.used[u]];
                cell.v = cells[u].value;
                if (first == 2) cell.v += cells[u].slope.doubled();
            }
            for (size_t x = first; x < 4; x++) {
                if (x > first)
                    for (size_t u = 0; u < context.num_used; u++) row[context.used[u]].v += cells[u].slope;
                NonlinearBuilder<L, V> b(context);
                air::eval_chip<C>(b, row);
                total[4 * y + x] += eq * b.result();
            }
        }
    }
    for (size_t k = 0; k < 16; k++) sums[k] += field::lane_sum(total[k]);
}

template <air::Chip C, class L>
void round(const RoundContext& context, size_t begin, size_t end, size_t eq_begin, RoundSums& sums) {
    using E = field::Extension<L>;
    air::RowOf<C, air::ExtValue<L>> row{};
    E delta[air::NUM_MAIN<C> + air::NUM_PREP<C>];
    E total[3] = {E::zero(), E::zero(), E::zero()};
    for (size_t i = begin; i < end; i += L::WIDTH) {
        for (size_t u = 0; u < context.num_used; u++)
            for (size_t k = 0; k < 5; k++) {
                const F* p = context.ext[u].plane(k) + 2 * i;
                const auto [even, odd] = L::deinterleave(L::load(p), L::load(p + L::WIDTH));
                row[context.used[u]].v.c[k] = even;
                delta[u].c[k] = odd - even;
            }
        const E eq = E::load(context.eq, i - eq_begin);
        for (size_t point = 0; point < 3; point++) {  // X = 0, 2, 3
            if (point == 1)
                for (size_t u = 0; u < context.num_used; u++) row[context.used[u]].v += delta[u].doubled();
            if (point == 2)
                for (size_t u = 0; u < context.num_used; u++) row[context.used[u]].v += delta[u];
            NonlinearBuilder<L, air::ExtValue<L>> b(context);
            air::eval_chip<C>(b, row);
            total[point] += eq * b.result();
        }
    }
    for (size_t point = 0; point < 3; point++) sums[point] += field::lane_sum(total[point]);
}

}  // namespace detail

template <class L, class Set>
std::vector<TableKernels> make_kernels() {
    std::vector<TableKernels> out;
    Set::for_each([&]<class C>() {
        out.push_back({make_plan<C>(), &detail::leaves<C, L>, &detail::first_rounds<C, L>, &detail::round<C, L>});
    });
    return out;
}

}  // namespace ashlar::iop
