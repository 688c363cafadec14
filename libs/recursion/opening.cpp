// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/opening.hpp"

#include <bit>
#include <stdexcept>

#include "libs/poly/sumcheck.hpp"
#include "libs/recursion/rounds.hpp"

namespace ashlar::recursion {

namespace {

F number(uint64_t x) { return F::reduce(x); }
void tag(Transcript& tr, iop::Tag t) { tr.absorb(F::from_canonical(static_cast<uint32_t>(t))); }

/// A slot of a query, in cells from a pointer on: which query it is, index, power of the domain's generator,
/// coefficient of the query's weight (0 for one whose index an earlier slot has).
enum Slot : uint32_t { SLOT_QUERY, SLOT_INDEX, SLOT_POWER, SLOT_COEFFICIENT, SLOT_SIZE };

class OpeningProgram {
  public:
    OpeningProgram(Emitter& e, Transcript& tr, const iop::Profile& profile, const OpeningInput& in)
        : e_(e), tr_(tr), pr_(profile), in_(in), claim_(in.claim), root_(in.main_root) {
        for (size_t i = 0; i < pr_.num_oracles(); i++)
            if (pr_.ood[i] || pr_.fold_pow[i] || pr_.log_domain(i) >= F::TWO_ADICITY)
                throw std::logic_error("a program for this profile's opening");
        point_ = e_.frame(pr_.s + pr_.max_log_slices);
        powers_.push_back(e_.one());
        for (size_t k = 1; k < 5; k++) {
            Ext x = Ext::zero();
            x.c[k] = F::ONE;
            powers_.push_back(e_.constant(x));
        }
    }

    OpeningClaim run() {
        std::vector<Element> slots, last;
        const size_t n = pr_.num_oracles();
        for (size_t i = 0; i < n; i++) {
            const Element weights = fold(i);
            const Element root = e_.array(2);
            if (i + 1 < n) {
                root_advice(root);
            } else {
                const uint32_t size = 1u << pr_.final_vars();
                const Element first = e_.advice(size);
                for (uint32_t k = 0; k < size; k++) last.push_back(e_.at(first, k)), tr_.absorb(last.back());
            }
            slots.push_back(draw(i));
            answer(i, slots.back(), weights);
            root_ = root;
        }
        tag(tr_, iop::Tag::final);
        for (uint32_t l = 0; l < pr_.final_vars(); l++) {
            const Element r = one_round(l);
            for (size_t k = 0; k < last.size() / 2; k++) {
                const Element slope = last[2 * k + 1] - last[2 * k];
                last[k] = slope * r + last[2 * k];
            }
            last.resize(last.size() / 2);
        }
        Element sum = e_.constant(F::ONE) - e_.one();
        for (size_t i = 0; i < n; i++) sum = weights_of(i, slots[i], sum);
        return {claim_, last[0], sum, point_};
    }

  private:
    /// One round of degree 2 whose message follows a tag or other messages; its challenge is coordinate l.
    Element one_round(uint32_t l) {
        const Element message = e_.advice(2);
        const std::vector<Element> sent = {message, e_.at(message, 1)};
        for (const Element& x : sent) tr_.absorb(x);
        const Element r = tr_.challenge();
        e_.assert_pointee(point_, l, r);
        claim_ = poly::sumcheck_claim<Element>(claim_, sent, r);
        return r;
    }

    /// The foldings of oracle i; returns a pointer to the weights of a row's elements.
    Element fold(size_t i) {
        tag(tr_, iop::Tag::round);
        const uint32_t from = pr_.dim(i);  // later rounds bind lower coordinates
        const Element first = one_round(from);
        if (i > 0) {
            std::vector<Element> rs{first};
            for (uint32_t l = 1; l < pr_.k[i - 1]; l++) rs.push_back(one_round(from + l));
            return element_weights(rs);
        }
        const Element rest = in_.slice_variables - F::ONE, next = point_ + number(from + 1);
        claim_ = verify_rounds(e_, tr_, rest, 2, claim_, next);
        return slice_weights();
    }

    /// eq(rs, c) x^k for coefficient k of element c of a row over E.
    Element element_weights(std::span<const Element> rs) {
        std::vector<Element> eq{e_.one()};
        for (const Element& r : rs) {
            const size_t size = eq.size();
            for (size_t k = 0; k < size; k++) {
                eq.push_back(eq[k] * r);
                eq[k] = eq[k] - eq.back();
            }
        }
        const Element weights = e_.array(static_cast<uint32_t>(5 * eq.size()));
        for (uint32_t c = 0; c < eq.size(); c++)
            for (uint32_t k = 0; k < 5; k++) e_.assert_equal(eq[c] * powers_[k], e_.at(weights, 5 * c + k));
        return e_.address_of(weights);
    }

    /// eq of the k0 coordinates of slices, one table after another, each twice as long.
    Element slice_weights() {
        const Element start[] = {e_.address_of(e_.one()), e_.one(), point_ + number(pr_.s)};
        const auto last = e_.repeat(in_.slice_variables, start, [&](std::span<const Element> v) {
            const Element& size = v[1];
            const Element r = e_.load(v[2], 0), to = e_.frame(1u << pr_.max_log_slices);
            const Element from[] = {v[0], to, to + size, r};
            e_.repeat(size, from, [&](std::span<const Element> w) {
                const Element value = e_.load(w[0], 0), high = value * w[3], low = value - high;
                e_.assert_pointee(w[1], 0, low);
                e_.assert_pointee(w[2], 0, high);
                return std::vector<Expression>{w[0] + F::ONE, w[1] + F::ONE, w[2] + F::ONE, w[3]};
            });
            return std::vector<Expression>{to, size + size, v[2] + F::ONE};
        });
        return last[0];
    }

    void root_advice(const Element& root) {
        const Element given = e_.advice(2);
        for (uint32_t k = 0; k < 2; k++) e_.assert_equal(e_.at(given, k), e_.at(root, k));
        tr_.absorb_digest(root);
    }

    /// Draws the indices of oracle i, each into a slot of its own among as many slots; returns a pointer to them.
    Element draw(size_t i) {
        tag(tr_, iop::Tag::query);
        tr_.check_pow(pr_.query_pow[i]);
        const uint32_t count = pr_.queries[i], bits = static_cast<uint32_t>(std::bit_width(count - 1));
        const Element slots = e_.frame(SLOT_SIZE << bits), taken = e_.constant(Ext::from_base(-F::ONE));
        for (uint32_t j = count; j < 1u << bits; j++) e_.assert_pointee(slots, SLOT_SIZE * j + SLOT_QUERY, taken);
        for (uint32_t j = 0; j < count; j++) {
            const auto drawn = e_.low_bits(tr_.squeeze(), pr_.log_domain(i));
            // A cell is written once, so two queries have two slots.
            const Element slot = e_.advice();
            e_.assert_bits(slot, bits);
            const Element at = slot * number(SLOT_SIZE) + slots;
            e_.assert_pointee(at, SLOT_QUERY, e_.constant(Ext::from_base(number(j))));
            e_.assert_pointee(at, SLOT_INDEX, drawn.index);
            e_.assert_pointee(at, SLOT_POWER, drawn.power);
        }
        return slots;
    }

    /// The openings of oracle i, which join the claim.
    void answer(size_t i, const Element& slots, const Element& weights) {
        const uint32_t depth = pr_.log_domain(i);
        const Element gamma = tr_.challenge();
        const Element length =
            i > 0 ? e_.constant(Ext::from_base(number(5u << pr_.k[i - 1]))) : Element(in_.main_slices);
        const Element behind = i > 0 ? length : Element(weights + in_.main_slices);
        const Element before = e_.constant(Ext::from_base(-F::ONE));
        const Element start[] = {slots, before, e_.one(), claim_};
        const Element count = e_.constant(Ext::from_base(number(pr_.queries[i])));
        const auto last = e_.repeat(count, start, [&](std::span<const Element> v) {
            const Element index = e_.load(v[0], SLOT_INDEX), step = index - v[1];
            e_.assert_bits(step, depth + 1);  // 2^depth from the -1 before the first
            const Element power = e_.fresh(), claim = e_.fresh();
            e_.if_nonzero(
                step,
                [&] {
                    Element value = e_.open(root_, depth, index, length, weights);
                    if (i == 0) value = value + e_.open(in_.prep_root, depth, index, in_.prep_slices, behind);
                    e_.assert_equal(v[2] * gamma, power);
                    e_.assert_equal(power * value + v[3], claim);
                    e_.assert_pointee(v[0], SLOT_COEFFICIENT, power);
                },
                [&] {
                    e_.assert_equal(v[2], power);
                    e_.assert_equal(v[3], claim);
                    e_.assert_pointee(v[0], SLOT_COEFFICIENT, step);
                });
            return std::vector<Expression>{v[0] + number(SLOT_SIZE), index, power, claim};
        });
        claim_ = last[3];
    }

    /// Adds the weights of the queries to oracle i at the point.
    Element weights_of(size_t i, const Element& slots, const Element& sum) {
        const Element count = e_.constant(Ext::from_base(number(pr_.queries[i])));
        const Element start[] = {slots, sum};
        return e_.repeat(count, start, [&](std::span<const Element> v) {
            const Element weight = e_.weight(point_, e_.load(v[0], SLOT_POWER), pr_.dim(i));
            const Element coefficient = e_.load(v[0], SLOT_COEFFICIENT);
            return std::vector<Expression>{v[0] + number(SLOT_SIZE), coefficient * weight + v[1]};
        })[1];
    }

    Emitter& e_;
    Transcript& tr_;
    const iop::Profile& pr_;
    const OpeningInput& in_;
    Element claim_, root_, point_;
    std::vector<Element> powers_;  ///< x^k of E
};

}  // namespace

OpeningClaim verify_opening(Emitter& e, Transcript& transcript, const iop::Profile& profile, const OpeningInput& in) {
    return OpeningProgram(e, transcript, profile, in).run();
}

}  // namespace ashlar::recursion
