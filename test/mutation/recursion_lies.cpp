// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/recursion_lies.hpp"

namespace ashlar::mutation {

using namespace recursion;

namespace {

template <class C>
RecursionLie lie(air::RowOf<C, F> row) {
    RecursionLie out{C::NAME, {}};
    for (size_t c = 0; c < air::NUM_MAIN<C>; c++) out.cells.push_back(row[c]);
    return out;
}

using IndexRow = air::RowOf<IndexChip, F>;

/// Products and powers as the row's bits and root say, from number `from` on.
void settle_high(IndexRow& r, size_t from = 0) {
    auto& m = r.main;
    const F products[] = {m.bit[24] * m.bit[25], m.bit[27] * m.bit[28], m.bit[29] * m.bit[30]};
    if (from <= 0) m.high[0] = products[0] * m.bit[26];
    if (from <= 1) m.high[1] = m.high[0] * products[1];
    if (from <= 2) m.high[2] = m.high[1] * products[2];
}
void settle_powers(IndexRow& r, size_t power_from = 0, size_t square_from = 0) {
    auto& m = r.main;
    F square = m.root + F::ONE, power = F::ONE;
    for (size_t j = 0; j < IndexChip::MOST; j++) {
        if (j >= power_from) m.power[j] = power * (F::ONE + m.bit[j] * (square - F::ONE));
        power = m.power[j];
        if (j + 1 == IndexChip::MOST) break;
        if (j >= square_from) m.square[j] = square.square();
        square = m.square[j];
    }
}

void index_lies(const IndexRow& honest, std::vector<RecursionLie>& out) {
    constexpr size_t BITS = IndexChip::BITS, MOST = IndexChip::MOST;
    const auto blank = [&] {
        IndexRow r = honest;
        for (F& b : r.main.bit) b = F::ZERO;
        return r;
    };
    const auto take = [&](IndexRow r) {
        settle_high(r);
        settle_powers(r);
        out.push_back(lie<IndexChip>(r));
    };
    // 2 in a bit for 1 in the next one: the same number.
    for (size_t j = 0; j < BITS; j++) {
        IndexRow r = blank();
        r.main.bit[j] = F::TWO;
        take(r);
        // As many flags as there should be, but one of them counts for several.
        if (j >= MOST) continue;
        r = blank();
        for (size_t k = 0; k < MOST; k++) r.main.low[k] = F::from_canonical(k < j);
        r.main.low[j] = F::reduce(uint32_t{5});
        r.main.num_bits = F::reduce(static_cast<uint32_t>(j + 5));
        take(r);
        // Flags out of order.
        if (j == 0) continue;
        r = blank();
        for (size_t k = 0; k < MOST; k++) r.main.low[k] = F::from_canonical(k == j);
        r.main.num_bits = F::ONE;
        take(r);
    }
    IndexRow r = blank();
    r.main.num_bits += F::ONE;
    take(r);
    // x + p for x; products that are not.
    r = honest;
    for (size_t j = 0; j < BITS; j++) r.main.bit[j] = F::from_canonical((F::P + 5) >> j & 1);
    take(r);
    for (size_t k = 0; k < 3; k++) {
        r = blank();
        r.main.high[k] = F::ONE;
        settle_high(r, k + 1);
        settle_powers(r);
        out.push_back(lie<IndexChip>(r));
    }
    // One factor of a power, one square.
    for (size_t j = 0; j < MOST; j++) {
        r = blank();
        settle_high(r);
        settle_powers(r);
        r.main.power[j] += F::ONE;
        settle_powers(r, j + 1);
        out.push_back(lie<IndexChip>(r));
        if (j + 1 == MOST) continue;
        r.main.square[j] += F::ONE;
        settle_powers(r, 0, j + 1);
        out.push_back(lie<IndexChip>(r));
    }
}

void leaf_lies(const air::RowOf<LeafChip, F>& full, std::vector<RecursionLie>& out) {
    constexpr size_t RATE = LeafChip::RATE;
    const F half = F::TWO.inverse();
    for (size_t j = 0; j < RATE; j++) {
        // A last block with half an element.
        auto r = full;
        for (size_t k = j; k < RATE; k++) r.main.active[k] = r.main.element[k] = F::ZERO;
        r.main.active[j] = half;
        r.main.left = F::reduce(static_cast<uint32_t>(j)) + half;
        if (j > 0) out.push_back(lie<LeafChip>(r));
        // An element that is absorbed by nothing.
        if (j == 0) continue;
        r.main.active[j] = F::ZERO;
        r.main.left -= half;
        r.main.element[j] = F::ONE;
        out.push_back(lie<LeafChip>(r));
        // A hole before it.
        r = full;
        r.main.active[j - 1] = r.main.element[j - 1] = F::ZERO;
        r.main.left = F::reduce(static_cast<uint32_t>(RATE - 1));
        out.push_back(lie<LeafChip>(r));
    }
    // A short block that is not the last.
    auto r = full;
    r.main.active[RATE - 1] = r.main.element[RATE - 1] = F::ZERO;
    r.main.left = F::reduce(uint32_t{40});
    out.push_back(lie<LeafChip>(r));
}

}  // namespace

std::vector<RecursionLie> recursion_lies(const air::RowOf<IndexChip, F>& index, const air::RowOf<LeafChip, F>& leaf) {
    std::vector<RecursionLie> out;
    index_lies(index, out);
    leaf_lies(leaf, out);
    return out;
}

}  // namespace ashlar::mutation
