// SPDX-License-Identifier: Apache-2.0
// Lies about the rounds of SHA-256: a cell that is no bit, a sum that is not what was added, a carry that is none. What
// follows from the lie is computed as the honest prover would, so that one constraint alone stands against it.
#include <functional>
#include <random>

#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

using namespace chips;

namespace {

using Word = WordBits<F>;
constexpr int32_t LIMB = 1 << 16;

int64_t integer(F x) {
    const int64_t v = x.canonical();
    return v > static_cast<int64_t>(F::P) / 2 ? v - static_cast<int64_t>(F::P) : v;
}
void set_limb(Word& w, size_t half, int64_t value) {
    for (size_t i = 0; i < 16; i++) w.bit[16 * half + i] = value >> i & 1 ? F::ONE : F::ZERO;
}
/// The same number with bit k two more or less and the next bit flipped. k is not the highest of its limb.
void recode(Word& w, size_t k) {
    const bool next = w.bit[k + 1] == F::ONE;
    w.bit[k] += next ? F::TWO : -F::TWO;
    w.bit[k + 1] = F::ONE - w.bit[k + 1];
}

/// One addition of a row: sum = limb + 2^16 (carry - offset).
struct Adder {
    enum class Lie { none, sum, low_carry, high_carry, bit } lie = Lie::none;
    size_t at = 0;    ///< of the row's additions, which one
    size_t half = 0;  ///< of it
    size_t bit = 0;   ///< of the word or of the carry

    /// Sets the word and its carries to what the sums give. False: no carry fits.
    template <size_t BITS>
    bool settle(size_t number, Word& word, CarryBits<F, BITS> (&carries)[2], int64_t offset,
                const std::function<F(size_t)>& sum_of) const {
        F carry = F::ZERO;
        for (size_t h = 0; h < 2; h++) {
            const F sum = sum_of(h) + carry;
            const bool here = number == at;
            if (here && ((lie == Lie::high_carry && h == 1) || (lie == Lie::low_carry && h == 0))) {
                // Any limb has a carry in the field: the first one wanted is not the true one, of the low half one that
                // leaves the high half a small sum.
                bool found = false;
                const F inverse = F::from_int(LIMB).inverse(), above = h == 0 ? sum_of(1) : F::ZERO;
                for (int64_t limb = 0; limb < LIMB && !found; limb++) {
                    const F wrong = (sum - F::from_int(static_cast<int32_t>(limb))) * inverse;
                    if (const int64_t small = integer(wrong) + offset; small >= 0 && small < 1 << BITS) continue;
                    const int64_t next = (integer(above + wrong) >> 16) + offset;
                    if (h == 0 && (next < 0 || next >= 1 << BITS)) continue;
                    set_limb(word, h, limb);
                    fill(carries[h], 0);
                    carries[h].bit[bit] =
                        (wrong + F::from_int(static_cast<int32_t>(offset))) * F::from_int(1 << bit).inverse();
                    carry = wrong;
                    found = true;
                }
                if (!found) return false;
                continue;
            }
            const int64_t s = integer(sum);
            int64_t c = s >> 16;
            set_limb(word, h, s & (LIMB - 1));
            if (here && lie == Lie::sum && h == half) word.bit[16 * h] = F::ONE - word.bit[16 * h];
            if (here && lie == Lie::bit && h == half) {
                // The limb is 2^16 too large or small, for one in the carry.
                const int64_t by = c + offset > 0 ? 1 : -1;
                word.bit[16 * h + bit] += F::from_int(static_cast<int32_t>(by * (LIMB >> bit)));
                c -= by;
            }
            if (c + offset < 0 || c + offset >= 1 << BITS) return false;
            fill(carries[h], c + offset);
            carry = F::from_int(static_cast<int32_t>(c));
        }
        return true;
    }
};

struct Extend {
    using Chip = ShaExtendRoundsChip;
    air::RowOf<Chip, F> row;
    static constexpr size_t ADDITIONS = 4, WORDS = 6, RECODED_RESULTS = 2;
    static constexpr size_t carry_bits(size_t) { return 2; }
    Word& word(size_t i) { return i < 4 ? row.main.early[i] : row.main.late[i - 4]; }
    /// Other words in the places that are limbs only.
    void vary(std::mt19937& rng) {
        for (auto& limbs : row.main.other)
            for (F& x : limbs) x = F::from_canonical(rng() % LIMB);
    }
    Word& result(size_t i) { return row.main.result[i]; }

    F window(size_t i, size_t half) const {
        const auto& m = row.main;
        if (i == 0 || (i >= 5 && i < 14)) return m.other[i == 0 ? 0 : i - 4][half];
        return limb(i < 5 ? m.early[i - 1] : i < 16 ? m.late[i - 14] : m.result[i - 16], half);
    }
    bool settle(const Adder& adder, const std::function<void(size_t)>& then) {
        auto& m = row.main;
        for (size_t j = 0; j < 4; j++) {
            const auto sum = [&](size_t half) {
                return sigma<true>(j < 2 ? m.late[j] : m.result[j - 2], half, 17, 19, 10) + window(j + 9, half) +
                       sigma<true>(m.early[j], half, 7, 18, 3) + window(j, half);
            };
            if (!adder.settle(j, m.result[j], m.carry[j], 0, sum)) return false;
            then(j);
        }
        return true;
    }
};

struct Compress {
    using Chip = ShaCompressRoundsChip;
    air::RowOf<Chip, F> row;
    /// Additions 2 j give e, 2 j + 1 give a.
    static constexpr size_t ADDITIONS = 8, WORDS = 6, RECODED_RESULTS = 6;
    static constexpr size_t carry_bits(size_t i) { return i % 2 == 0 ? 3 : 2; }
    Word& word(size_t i) { return i < 3 ? row.main.a[i] : row.main.e[i - 3]; }
    void vary(std::mt19937& rng) {
        for (auto* limbs : {&row.main.d, &row.main.h})
            for (F& x : *limbs) x = F::from_canonical(rng() % LIMB);
    }
    Word& result(size_t i) { return i % 2 == 0 ? row.main.new_e[i / 2] : row.main.new_a[i / 2]; }

    bool settle(const Adder& adder, const std::function<void(size_t)>& then) {
        auto& m = row.main;
        const auto a = [&](size_t j, size_t age) -> const Word& {
            return j > age ? m.new_a[j - 1 - age] : m.a[age - j];
        };
        const auto e = [&](size_t j, size_t age) -> const Word& {
            return j > age ? m.new_e[j - 1 - age] : m.e[age - j];
        };
        for (size_t j = 0; j < 4; j++) {
            const auto d = [&](size_t half) { return j == 0 ? m.d[half] : limb(a(j, 3), half); };
            const auto sum_e = [&](size_t half) {
                F constant = F::ZERO;
                for (size_t i = 0; i < 4; i++)
                    for (size_t k = 0; k < 4; k++)
                        constant += m.coarse[i] * m.fine[k] *
                                    F::from_canonical(Chip::K[16 * i + 4 * k + j] >> (16 * half) & 0xffff);
                const F choice = limb_of_bits<F>(half, [&](size_t i) {
                    return e(j, 2).bit[i] + e(j, 0).bit[i] * (e(j, 1).bit[i] - e(j, 2).bit[i]);
                });
                return d(half) + (j == 0 ? m.h[half] : limb(e(j, 3), half)) + sigma<false>(e(j, 0), half, 6, 11, 25) +
                       choice + constant + m.access[j].prev[half];
            };
            if (!adder.settle(2 * j, m.new_e[j], m.carry_e[j], 0, sum_e)) return false;
            then(2 * j);
            const auto sum_a = [&](size_t half) {
                const F majority = limb_of_bits<F>(half, [&](size_t i) {
                    const F x = a(j, 0).bit[i], y = a(j, 1).bit[i], z = a(j, 2).bit[i];
                    return x * (y + z) + y * z * (F::ONE - x - x);
                });
                return limb(m.new_e[j], half) - d(half) + sigma<false>(a(j, 0), half, 2, 13, 22) + majority;
            };
            if (!adder.settle(2 * j + 1, m.new_a[j], m.carry_a[j], 1, sum_a)) return false;
            then(2 * j + 1);
        }
        return true;
    }
};

template <class Rounds>
void lie_about(std::vector<Lie>& out) {
    using Chip = typename Rounds::Chip;
    const Lab& lab = every_chip_lab();
    std::vector<Rounds> honest;
    for (size_t i = 0; i < lab.trace[MachineChips::index_of<Chip>()].height() && honest.size() < 32; i++) {
        Rounds r{lab.row<Chip>(i)};
        F flag = F::ZERO;
        for (F c : r.row.main.coarse) flag += c;
        if (flag == F::ONE) honest.push_back(r);
    }
    // The first row where the lie can be told, or the first like it.
    const auto tell = [&](const char* what, const Adder& adder, const std::function<void(Rounds&)>& before,
                          const std::function<void(Rounds&, size_t)>& then) {
        std::mt19937 rng(1);
        for (size_t attempt = 0; attempt < 10 * honest.size(); attempt++) {
            Rounds r = honest[attempt % honest.size()];
            if (attempt >= honest.size()) r.vary(rng);
            before(r);
            if (!r.settle(adder, [&](size_t number) { then(r, number); })) continue;
            out.push_back(make_lie<Chip>(what, r.row));
            return;
        }
    };
    const auto nothing = [](Rounds&) {};
    const auto no_more = [](Rounds&, size_t) {};
    using enum Adder::Lie;
    for (size_t at = 0; at < Rounds::ADDITIONS; at++) {
        for (size_t half = 0; half < 2; half++) {
            tell("a sum that is not what was added", {sum, at, half, 0}, nothing, no_more);
            for (size_t bit = 0; bit < Rounds::carry_bits(at); bit++)
                tell("a carry that is none", {half == 0 ? low_carry : high_carry, at, half, bit}, nothing, no_more);
            for (size_t bit = 0; bit < 16; bit++)
                if (at >= Rounds::RECODED_RESULTS || bit == 15)
                    tell("a word that is too large", {Adder::Lie::bit, at, half, bit}, nothing, no_more);
        }
        for (size_t k = 0; k < 32; k++)
            if (at < Rounds::RECODED_RESULTS && k % 16 != 15)
                tell("a bit of a new word that is none", {}, nothing, [=](Rounds& r, size_t number) {
                    if (number == at) recode(r.result(at), k);
                });
    }
    for (size_t w = 0; w < Rounds::WORDS; w++)
        for (size_t k = 0; k < 32; k++)
            if (k % 16 != 15)
                tell("a bit of a word before that is none", {}, [=](Rounds& r) { recode(r.word(w), k); }, no_more);
}

}  // namespace

std::vector<Lie> sha_lies() {
    std::vector<Lie> out;
    lie_about<Extend>(out);
    lie_about<Compress>(out);
    return out;
}

}  // namespace ashlar::test
