// SPDX-License-Identifier: Apache-2.0
// Lies about rounds of Keccak. States before and after are words as other rows would send and receive them; what lies
// between is not what a round does.
#include <bitset>

#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

using namespace chips;
using Chip = KeccakRoundChip;

namespace {

constexpr size_t PARITIES = 5 * 64;
using Parities = std::bitset<PARITIES>;
constexpr size_t parity(size_t x, size_t z) { return x % 5 * 64 + z % 64; }

/// A round's cells as integers.
struct Round {
    air::RowOf<Chip, F> row;
    int32_t bits[25][64], effect[5][64], iota[7];

    explicit Round(const air::RowOf<Chip, F>& r) : row(r) {
        const auto boolean = [](F x) { return x == F::ONE ? 1 : 0; };
        for (size_t lane = 0; lane < 25; lane++)
            for (size_t z = 0; z < 64; z++) bits[lane][z] = boolean(r.main.bits[lane][z]);
        for (size_t x = 0; x < 5; x++)
            for (size_t z = 0; z < 64; z++) effect[x][z] = boolean(r.main.effect[x][z]);
        for (size_t k = 0; k < 7; k++) iota[k] = boolean(r.main.iota[k]);
    }

    /// Bit z of a lane before the round.
    int32_t before(size_t lane, size_t z) const {
        const int32_t b = bits[lane][z], d = effect[lane % 5][z];
        return b + d - 2 * b * d;
    }
    /// And after it.
    int32_t after(size_t lane, size_t z) const {
        const auto turned = [&](size_t x) {
            const size_t y = lane / 5, from = (x % 5 + 3 * y) % 5 + 5 * (x % 5);
            return bits[from][(z + 64 - KECCAK_ROTATION[from]) % 64];
        };
        int32_t first = turned(lane % 5);
        for (size_t k = 0; k < 7; k++)
            if (lane == 0 && KECCAK_IOTA_BITS[k] == z) first = iota[k];
        const int32_t both = (1 - turned(lane % 5 + 1)) * turned(lane % 5 + 2);
        return first + both * (1 - 2 * first);
    }
    /// Limb `part` of a lane before or after.
    int32_t limb(bool later, size_t lane, size_t part) const {
        int32_t sum = 0;
        for (size_t i = 16; i-- > 0;)
            sum = 2 * sum + (later ? after(lane, 16 * part + i) : before(lane, 16 * part + i));
        return sum;
    }
    /// Whether both states are words, and theta's sums at all z but `except` are even digits of its table.
    bool passes(size_t except = 64) const {
        for (bool later : {false, true})
            for (size_t lane = 0; lane < 25; lane++)
                for (size_t part = 0; part < 4; part++)
                    if (const int32_t l = limb(later, lane, part); l < 0 || l > 65535) return false;
        const auto column = [&](size_t x, size_t z) {
            int32_t sum = effect[x % 5][z % 64];
            for (size_t y = 0; y < 5; y++) sum += bits[x % 5 + 5 * y][z % 64];
            return sum;
        };
        for (size_t z = 0; z < 64; z++)
            for (size_t x = 0; x < 5 && z != except; x++) {
                const int32_t sum = effect[x][z] + column(x + 4, z) + column(x + 1, z + 63);
                if (sum < 0 || sum > 12 || sum % 2 != 0) return false;
            }
        return true;
    }
    Lie lie(std::string what) const {
        auto out = row;
        for (size_t lane = 0; lane < 25; lane++)
            for (size_t z = 0; z < 64; z++) out.main.bits[lane][z] = F::from_int(bits[lane][z]);
        for (size_t x = 0; x < 5; x++)
            for (size_t z = 0; z < 64; z++) out.main.effect[x][z] = F::from_int(effect[x][z]);
        for (size_t k = 0; k < 7; k++) out.main.iota[k] = F::from_int(iota[k]);
        KeccakState<F> state;
        for (size_t lane = 0; lane < 25; lane++)
            for (size_t part = 0; part < 4; part++)
                (part % 2 == 0 ? state.low : state.high)[2 * lane + part / 2] = F::from_int(limb(true, lane, part));
        for (size_t i = 0; i < KECCAK_WORDS; i++) out.main.word[i] = state.word(i);
        for (size_t g = 0; g < KECCAK_CHECKS; g++) out.main.check[g] = state.check(g);
        return make_lie<Chip>(std::move(what), out);
    }
};

/// The effects that change the parity of theta's sum of column (0, z), and of no other.
std::vector<Parities> effects_of_sums() {
    // theta's map on effects beside its inverse, reduced together.
    std::vector<Parities> map(PARITIES), inverse(PARITIES);
    for (size_t x = 0; x < 5; x++)
        for (size_t z = 0; z < 64; z++) {
            const size_t i = parity(x, z);
            for (size_t j : {i, parity(x + 4, z), parity(x + 1, z + 63)}) map[i].flip(j);
            inverse[i].set(i);
        }
    for (size_t c = 0; c < PARITIES; c++) {
        size_t r = c;
        while (r < PARITIES && !map[r][c]) r++;
        REQUIRE(r < PARITIES);
        std::swap(map[c], map[r]), std::swap(inverse[c], inverse[r]);
        for (size_t i = 0; i < PARITIES; i++)
            if (i != c && map[i][c]) map[i] ^= map[c], inverse[i] ^= inverse[c];
    }
    std::vector<Parities> out(64);
    for (size_t z = 0; z < 64; z++)
        for (size_t i = 0; i < PARITIES; i++) out[z][i] = inverse[i][parity(0, z)];
    return out;
}

}  // namespace

std::vector<Lie> keccak_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Round> rounds;
    for (size_t i = 0; i < lab.trace[MachineChips::index_of<Chip>()].height() && rounds.size() < KECCAK_ROUNDS; i++) {
        const auto row = lab.row<Chip>(i);
        F flag = F::ZERO;
        for (F c : row.main.coarse) flag += c;
        if (flag == F::ONE) rounds.emplace_back(row);
    }
    std::vector<Lie> out;
    for (size_t k = 0; k < 7; k++) {
        Round r = rounds.at(k);
        r.iota[k] = 1 - r.iota[k];
        out.push_back(r.lie("another round constant"));
    }
    const auto effects = effects_of_sums();
    for (size_t z = 0; z < 64; z++) {
        Round r = rounds.at(0);
        for (size_t x = 0; x < 5; x++)
            for (size_t w = 0; w < 64; w++)
                if (effects[z][parity(x, w)]) r.effect[x][w] = 1 - r.effect[x][w];
        if (r.passes(z)) out.push_back(r.lie("an odd sum in theta"));
    }
    // A cell that is 2 more or less than its bit, where the limbs that it is part of have room: never the highest bit.
    const auto shifted = [&](std::string_view what, const auto& cell, size_t k) {
        for (const Round& honest : rounds)
            for (int32_t by : {2, -2}) {
                Round r = honest;
                int32_t& x = cell(r);
                x += by;
                if (k < 7) {
                    const bool constant = honest.iota[k] != honest.bits[0][KECCAK_IOTA_BITS[k]];
                    r.iota[k] = constant ? 1 - x : x;
                }
                if (!r.passes()) continue;
                out.push_back(r.lie(std::string(what)));
                return;
            }
    };
    for (size_t lane = 0; lane < 25; lane++)
        for (size_t z = 0; z < 64; z++) {
            size_t k = 7;
            for (size_t j = 0; j < 7; j++)
                if (lane == 0 && KECCAK_IOTA_BITS[j] == z) k = j;
            shifted("a bit that is none", [=](Round& r) -> int32_t& { return r.bits[lane][z]; }, k);
        }
    for (size_t x = 0; x < 5; x++)
        for (size_t z = 0; z < 64; z++)
            shifted("an effect of theta that is no bit", [=](Round& r) -> int32_t& { return r.effect[x][z]; }, 7);
    return out;
}

}  // namespace ashlar::test
