// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/shape.hpp"

#include <bit>
#include <stdexcept>

namespace ashlar::recursion {

namespace {

constexpr uint32_t MOST_LOG_HEIGHT = F::TWO_ADICITY;  // what assert_bits can say at once
constexpr uint32_t LENGTHS = MOST_LOG_HEIGHT + 2;     // bit lengths of heights
constexpr uint32_t LENGTH_BITS = 5, BLOCK_BITS = 4, POWER_BITS = 5;

F number(uint64_t x) { return F::reduce(x); }

/// Rounding of a height of this bit length: log2 of the digit (iop::stored_height).
uint32_t digit(const iop::Profile& pr, uint32_t length) {
    const uint32_t dropped = length > pr.tall ? 3 : 1;
    return std::max(length > dropped ? length - dropped : 0, pr.min_block);
}
uint32_t ceil_log(uint64_t x) { return x <= 1 ? 0 : static_cast<uint32_t>(std::bit_width(x - 1)); }

class ShapeProgram {
  public:
    ShapeProgram(Emitter& e, const iop::VerifyingKey& vk) : e_(e), vk_(vk), pr_(vk.profile) {
        if (pr_.max_log_height != MOST_LOG_HEIGHT || pr_.log_top > pr_.min_block)
            throw std::logic_error("a program for this profile's heights");
        // Tables of constants: powers of two; by bit length 2^(length - 1), the digit and its logarithm; by number of
        // blocks its logarithm. 0 where there is none, which no check below lets pass.
        std::vector<F> powers, lows, digits, logs, block_logs;
        for (uint32_t i = 0; i < 1u << POWER_BITS; i++)
            powers.push_back(i <= pr_.max_log_fracs - pr_.min_block ? number(1u << i) : F::ZERO);
        for (uint32_t i = 0; i < 1u << LENGTH_BITS; i++) {
            const bool is_one = i > 0 && i < LENGTHS;
            lows.push_back(is_one ? number(1u << (i - 1)) : F::ZERO);
            logs.push_back(is_one ? number(digit(pr_, i)) : F::ZERO);
            digits.push_back(is_one ? number(1u << digit(pr_, i)) : F::ZERO);
        }
        for (uint32_t i = 0; i < 1u << BLOCK_BITS; i++) block_logs.push_back(number(ceil_log(i)));
        powers_ = constants(powers);
        lows_ = constants(lows);
        digits_ = constants(digits);
        logs_ = constants(logs);
        block_logs_ = constants(block_logs);
    }

    ProgramShape run(std::span<const Element> heights, const Element& prep_slices) {
        ProgramShape out;
        const auto& tables = vk_.system.tables;
        Element claims = e_.constant(F::ONE) - e_.one();
        std::vector<Element> stored, sizes;
        std::vector<uint64_t> columns, interactions;
        const F unit = number(1u << pr_.min_block).inverse();
        for (size_t t = 0; t < tables.size(); t++) {
            Element size = e_.fresh();
            out.tables.push_back(table(heights[t], size));
            TableShape& s = out.tables.back();
            s.first_claim = claims;
            claims = s.live * number(tables[t].num_columns()) + claims;
            stored.push_back(s.stored * unit);
            sizes.push_back(size * unit);
            columns.push_back(tables[t].num_main);
            interactions.push_back(tables[t].num_interactions());
        }
        out.num_claims = claims;
        out.rounds = largest_log(out.tables);
        for (const iop::HeightBound& b : vk_.height_bounds) {
            const uint64_t limit = b.limit >> pr_.min_block;
            const auto bits = static_cast<uint32_t>(std::bit_width(limit));
            const Element sum = bounded_sum({b.weights.begin(), b.weights.end()}, stored, bits);
            below(number(limit) - sum, bits);
        }
        slices(out, bounded_sum(columns, stored, pr_.s + pr_.max_log_slices - pr_.min_block + 1), prep_slices);
        const uint32_t most = pr_.max_log_fracs - pr_.min_block;
        const Element leaves = bounded_sum(interactions, sizes, most + 1), log = logarithm(leaves, most + 1);
        out.log_fractions = log + number(pr_.min_block);
        return out;
    }

  private:
    Element constants(std::span<const F> values) {
        const Element first = e_.array(static_cast<uint32_t>(values.size()));
        for (uint32_t i = 0; i < values.size(); i++) e_.assert_constant(e_.at(first, i), Ext::from_base(values[i]));
        return e_.address_of(first);
    }
    Element at(const Element& table, const Element& i) { return e_.load(table + i, 0); }

    /// x is below 2^bits, bits <= 30.
    void below(const Element& x, uint32_t bits) {
        if (bits > 30) throw std::logic_error("a bound above 2^30");
        if (bits <= MOST_LOG_HEIGHT) return e_.assert_bits(x, bits);
        const Element low = e_.low_bits(x, MOST_LOG_HEIGHT).index, rest = x - low;
        const Element high = rest * number(uint64_t{1} << MOST_LOG_HEIGHT).inverse();
        e_.assert_bits(high, bits - MOST_LOG_HEIGHT);
    }

    TableShape table(const Element& height, const Element& size) {
        TableShape s;
        for (Element* x : {&s.live, &s.stored, &s.blocks, &s.exponent, &s.log}) *x = e_.fresh();
        e_.if_nonzero(
            height,
            [&] {
                e_.assert_equal(e_.one(), s.live);
                below(number(1u << MOST_LOG_HEIGHT) - height, MOST_LOG_HEIGHT);
                const Element length = e_.advice();
                below(length, LENGTH_BITS);
                const Element low = at(lows_, length), over = height - low;
                below(over, MOST_LOG_HEIGHT);
                const Element twice = low + low, under = twice - height;
                below(under - F::ONE, MOST_LOG_HEIGHT);
                const Element rounded_to = at(digits_, length), blocks = e_.advice();
                e_.assert_equal(blocks, s.blocks);
                below(blocks, BLOCK_BITS);
                e_.assert_equal(blocks * rounded_to, s.stored);
                const Element added = s.stored - height, spare = rounded_to - added;
                below(added, MOST_LOG_HEIGHT);
                below(spare - F::ONE, MOST_LOG_HEIGHT);
                e_.assert_equal(at(logs_, length), s.exponent);
                const Element block_log = at(block_logs_, blocks);
                e_.assert_equal(s.exponent + block_log, s.log);
                e_.assert_equal(rounded_to * at(powers_, block_log), size);
            },
            [&] {
                for (const Element& x : {s.live, s.stored, s.blocks, s.exponent, s.log, size})
                    e_.assert_equal(height, x);
            });
        return s;
    }

    /// sum of weights and values, all values at most 2^(24 - min_block), as a number below 2^bits.
    Element bounded_sum(const std::vector<uint64_t>& weights, std::span<const Element> values, uint32_t bits) {
        const uint64_t most = uint64_t{1} << (MOST_LOG_HEIGHT - pr_.min_block), limit = uint64_t{1} << bits;
        Element sum = e_.constant(F::ONE) - e_.one();
        uint64_t worst = 0;
        for (size_t i = 0; i < weights.size(); i++) {
            if (weights[i] == 0) continue;
            if (limit + weights[i] * most >= F::P) throw std::logic_error("a weight so large that a sum could wrap");
            if (worst + weights[i] * most >= F::P) {
                below(sum, bits);
                worst = limit;
            }
            worst += weights[i] * most;
            sum = values[i] * number(weights[i]) + sum;
        }
        below(sum, bits);
        return sum;
    }

    /// The least l with 2^l >= x, for x from 1 and below 2^bits.
    Element logarithm(const Element& x, uint32_t bits) {
        const Element log = e_.advice();
        below(log, POWER_BITS);
        const Element power = at(powers_, log), above = power - x;
        below(above, bits);
        const Element twice = x + x, over = twice - power;
        below(over - F::ONE, bits);
        return log;
    }

    Element largest_log(std::span<const TableShape> tables) {
        const Element most = e_.advice();
        Element product = e_.one();
        for (const TableShape& s : tables) {
            const Element rest = most - s.log;
            below(rest, LENGTH_BITS);
            const Element off = F::ONE - s.live, factor = rest * s.live + off;
            product = product * factor;
        }
        const Element zero = e_.constant(F::ONE) - e_.one();
        e_.assert_equal(product, zero);
        return most;
    }

    /// `cells` counts smallest blocks.
    void slices(ProgramShape& out, const Element& cells, const Element& prep_slices) {
        const uint32_t log = pr_.s - pr_.min_block, most = pr_.max_log_slices;
        const Element main = e_.advice();
        below(main, most + 1);
        const Element fill = main * number(uint64_t{1} << log) - cells;
        below(fill, log);
        const Element total = main + prep_slices, room = number(1u << most) - total;
        below(room, most + 1);
        out.main_slices = main;
        out.slice_variables = logarithm(total, most + 1);
    }

    Emitter& e_;
    const iop::VerifyingKey& vk_;
    const iop::Profile& pr_;
    Element powers_, lows_, digits_, logs_, block_logs_;
};

}  // namespace

ProgramShape compute_shape(Emitter& e, const iop::VerifyingKey& vk, std::span<const Element> heights,
                           const Element& prep_slices) {
    if (heights.size() != vk.system.tables.size()) throw std::logic_error("a height for each table");
    return ShapeProgram(e, vk).run(heights, prep_slices);
}

std::optional<std::vector<Ext>> shape_advice(const iop::VerifyingKey& vk, std::span<const uint32_t> heights) {
    const auto shape = iop::Shape::make(vk, {heights.begin(), heights.end()});
    if (!shape) return std::nullopt;
    std::vector<Ext> out;
    const auto give = [&](uint64_t x) { out.push_back(Ext::from_base(number(x))); };
    for (uint32_t t : shape->live) {
        const auto length = static_cast<uint32_t>(std::bit_width(heights[t]));
        give(length);
        give(shape->stored[t] >> digit(vk.profile, length));
    }
    give(shape->rounds);
    give(shape->main_slices);
    give(shape->k0);
    give(shape->log_fractions - vk.profile.min_block);
    return out;
}

}  // namespace ashlar::recursion
