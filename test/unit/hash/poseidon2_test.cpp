// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/poseidon2.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <span>
#include <vector>

using namespace ashlar::hash;
using ashlar::field::F;

namespace {

template <size_t W>
std::vector<uint32_t> permuted(const std::vector<uint32_t>& in) {
    typename Poseidon2<W>::State s{};
    for (size_t i = 0; i < in.size(); i++) s[i] = F::from_canonical(in[i]);
    Poseidon2<W>::permute(s);
    std::vector<uint32_t> out;
    for (F x : s) out.push_back(x.canonical());
    return out;
}
std::vector<uint32_t> counting(uint32_t n) {
    std::vector<uint32_t> r;
    for (uint32_t i = 0; i < n; i++) r.push_back(i);
    return r;
}

// The construction with plain matrices, as an oracle for the fast layers.
template <size_t W>
void naive_permute(std::array<F, W>& s) {
    using P = Poseidon2Parameters<W>;
    const uint32_t m4[4][4] = {{2, 3, 1, 1}, {1, 2, 3, 1}, {1, 1, 2, 3}, {3, 1, 1, 2}};
    const auto external = [&] {
        std::array<F, W> r{};
        for (size_t i = 0; i < W; i++)
            for (size_t j = 0; j < W; j++)
                r[P::position(i)] += s[P::position(j)] * F::from_canonical(m4[i % 4][j % 4] * (i / 4 == j / 4 ? 2 : 1));
        s = r;
    };
    const auto internal = [&] {
        F sum = F::ZERO;
        for (F x : s) sum += x;
        for (size_t i = 0; i < W; i++) s[i] = sum + P::DIAGONAL[i] * s[i];
    };
    const auto full = [&](const auto& constants) {
        for (size_t i = 0; i < W; i++) s[i] = (s[i] + constants[i]).pow(3);
        external();
    };
    external();
    for (const auto& c : P::FIRST) full(c);
    for (F c : P::MIDDLE) {
        s[0] = (s[0] + c).pow(3);
        internal();
    }
    for (const auto& c : P::LAST) full(c);
}

template <size_t W>
void check_against_naive(uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (int i = 0; i < 200; i++) {
        std::array<F, W> s, t;
        for (F& x : s) x = i == 0 ? F::from_monty(F::P - 1) : F::from_monty(rng() % F::P);
        t = s;
        Poseidon2<W>::permute(s);
        naive_permute<W>(t);
        REQUIRE(s == t);
    }
}

// The Grain LFSR, self-shrinking, as the constants' independent source.
class Grain {
  public:
    Grain(uint32_t width, uint32_t full, uint32_t partial) {
        const auto put = [&](uint32_t v, int bits) {
            for (int i = bits - 1; i >= 0; i--) s_.push_back(v >> i & 1);
        };
        put(1, 2), put(0, 4), put(31, 12), put(width, 12), put(full, 10), put(partial, 10), put((1u << 30) - 1, 30);
        for (int i = 0; i < 160; i++) step();
    }
    uint32_t element() {
        for (;;) {
            uint32_t v = 0;
            for (int n = 0; n < 31;) {
                const bool keep = step(), bit = step();
                if (keep) v = v << 1 | bit, n++;
            }
            if (v < F::P) return v;
        }
    }

  private:
    bool step() {
        const bool b = s_[62] ^ s_[51] ^ s_[38] ^ s_[23] ^ s_[13] ^ s_[0];
        s_.pop_front();
        s_.push_back(b);
        return b;
    }
    std::deque<bool> s_;
};

}  // namespace

TEST_CASE("a suite's constants come from Grain with its rounds in the seed") {
    Grain grain(24, Suite::FULL_ROUNDS, Suite::PARTIAL_ROUNDS);
    for (const auto& round : Suite::FIRST)
        for (uint32_t c : round) REQUIRE(c == grain.element());
    for (uint32_t c : Suite::MIDDLE) REQUIRE(c == grain.element());
    for (const auto& round : Suite::LAST)
        for (uint32_t c : round) REQUIRE(c == grain.element());
    CHECK(Poseidon2Parameters<24>::PARTIAL_ROUNDS == Poseidon2Parameters<24>::MIDDLE.size());
}

TEST_CASE("guest-visible width 16 known answers") {
    CHECK(permuted<16>(counting(16)) == std::vector<uint32_t>{1590150808, 752905857, 454775665, 1331766899, 928627856,
                                                              22411702, 849412166, 1523865610, 953175503, 742561923,
                                                              305406180, 2130544086, 1587351205, 1604871446, 281895798,
                                                              324762066});
    // Sponge of rate 8 over 1..8: one block.
    auto s = permuted<16>({1, 2, 3, 4, 5, 6, 7, 8});
    s.resize(8);
    CHECK(s == std::vector<uint32_t>{448478979, 564396538, 958195991, 1595440630, 587449168, 1791737931, 1337401280,
                                     1879557516});
    CHECK(Poseidon2Parameters<16>::PARTIAL_ROUNDS == Poseidon2Parameters<16>::MIDDLE.size());
}

TEST_CASE("diagonals are the published rationals") {
    const auto half = F::TWO.inverse();
    const auto of_lane = [](size_t lane) {
        return Poseidon2Parameters<24>::DIAGONAL[Poseidon2Parameters<24>::position(lane)];
    };
    for (const auto& [multiplier, shift, value] :
         std::initializer_list<std::tuple<int, unsigned, F>>{{-2, 0, of_lane(0)},
                                                             {1, 24, of_lane(15)},
                                                             {-1, 7, of_lane(21)},
                                                             {-1, 24, Poseidon2Parameters<16>::DIAGONAL[15]}})
        CHECK(value == F::from_int(multiplier) * half.pow(shift));
}

TEST_CASE("layers agree with plain matrices") {
    check_against_naive<24>(11);
    check_against_naive<16>(12);
}

TEST_CASE("permutation is constexpr") {
    constexpr auto out = [] {
        Poseidon2<16>::State s{};
        Poseidon2<16>::permute(s);
        return s;
    }();
    Poseidon2<16>::State s{};
    Poseidon2<16>::permute(s);
    CHECK(out == s);
}
