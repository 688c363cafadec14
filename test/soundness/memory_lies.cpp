// SPDX-License-Identifier: Apache-2.0
// Lies about loads, stores, calls that write memory, and the memory's tree.
#include "libs/hash/poseidon2.hpp"
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

using namespace chips;

namespace {

void access_lies(const Lab& lab, std::vector<Lie>& out) {
    auto unsigned_byte = find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lbu * m.writes == F::ONE; });
    unsigned_byte.main.sign = F::ONE;
    out.push_back(make_lie<LoadSubChip>("lbu extends a sign", unsigned_byte));
    auto byte = find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lb * m.writes == F::ONE; });
    byte.main.sign = F::ONE - byte.main.sign;
    out.push_back(make_lie<LoadSubChip>("lb extends the wrong sign", byte));
    // base and address one byte further.
    auto half = find_row<LoadSubChip>(lab, [](const auto& m) { return m.is_lhu * m.writes == F::ONE; });
    half.main.base.prev[0] += F::ONE;
    half.main.offset.bit0 = F::ONE;
    out.push_back(make_lie<LoadSubChip>("lhu reads at an odd address", half));
    auto store = find_row<StoreSubChip>(lab, [](const auto& m) { return m.is_sh == F::ONE; });
    store.main.base.prev[0] += F::ONE;
    store.main.offset.bit0 = F::ONE;
    out.push_back(make_lie<StoreSubChip>("sh writes at an odd address", store));
}

void call_lies(const Lab& lab, std::vector<Lie>& out) {
    auto commit = find_row<CommitChip>(lab, [](const auto& m) { return m.is_commit == F::ONE; });
    commit.main.index = F::from_canonical(8);
    out.push_back(make_lie<CommitChip>("COMMIT writes a word after the digest", commit));
    auto word = find_row<HintWordChip>(lab, [](const auto& m) { return m.is_last == F::ONE; });
    word.main.remaining = F::ZERO;
    out.push_back(make_lie<HintWordChip>("HINT_READ ends after its operand", word));
}

/// First nine of permute(left 9, right 9, ..., domain).
void hash_children(const F (&left)[9], const F (&right)[9], F (&digest)[9]) {
    hash::Poseidon2<24>::State s{};
    for (size_t i = 0; i < 9; i++) s[i] = left[i], s[9 + i] = right[i];
    s[23] = F::from_canonical(static_cast<uint32_t>(hash::Domain::node));
    hash::Poseidon2<24>::permute(s);
    for (size_t i = 0; i < 9; i++) digest[i] = s[i];
}

void tree_lies(const Lab& lab, std::vector<Lie>& out) {
    for (size_t c = 0; c < 2; c++) {
        const auto closed = find_row<MerkleNodeChip>(
            lab, [&](const auto& m) { return m.is_real == F::ONE && m.child[c].is_open.is_zero(); });
        for (size_t i = 0; i < DIGEST_SIZE; i++) {
            auto row = closed;
            row.main.child[c].out[i] += F::ONE;
            hash_children(row.main.child[0].out, row.main.child[1].out, row.main.out);
            out.push_back(make_lie<MerkleNodeChip>("a child that is not opened changes", row));
        }
        auto row = closed;
        row.main = {};
        row.main.child[c].is_open = F::ONE;
        out.push_back(make_lie<MerkleNodeChip>("no node opens a child", row));
    }
    // A row without round constants, whose permutation of zeros is zero.
    const auto constants = []<class Chip>(air::RowOf<Chip, F> row) {
        row.main = {};
        row.main.multiplicity = F::ONE;
        return make_lie<Chip>("the digest of zeros is zero", row);
    };
    out.push_back(constants.template operator()<HashChip>(lab.row<HashChip>(0)));
    out.push_back(constants.template operator()<PermutationChip>(lab.row<PermutationChip>(0)));
    auto leaf = lab.row<MemoryLeafChip>(0);
    leaf.main.digest_in[0] += F::ONE;
    out.push_back(make_lie<MemoryLeafChip>("a leaf comes from the digest of something else", leaf));
    leaf = lab.row<MemoryLeafChip>(0);
    leaf.main.digest_out[0] += F::ONE;
    out.push_back(make_lie<MemoryLeafChip>("a leaf goes to the digest of something else", leaf));
}

}  // namespace

std::vector<Lie> memory_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    access_lies(lab, out);
    call_lies(lab, out);
    tree_lies(lab, out);
    return out;
}

}  // namespace ashlar::test
