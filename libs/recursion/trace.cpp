// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/trace.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "libs/air/debug.hpp"
#include "libs/chips/requests.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/statement.hpp"

namespace ashlar::recursion {

namespace {

template <size_t N>
using Key = std::array<uint32_t, N>;
template <size_t N>
Key<N> key_of(std::span<const F> values) {
    Key<N> k;
    for (size_t i = 0; i < N; i++) k[i] = values[i].canonical();
    return k;
}

/// Sorts and drops repetitions.
template <class T, class By>
void make_set(std::vector<T>& list, const By& by) {
    std::sort(list.begin(), list.end(), [&](const T& a, const T& b) { return by(a) < by(b); });
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

/// Whether a chip's rows ask for anything.
template <air::Chip C>
constexpr bool ASKS = !air::FixedChip<C> && !std::is_same_v<C, MemoryTable> && !std::is_same_v<C, chips::HashChip> &&
                      !std::is_same_v<C, chips::PermutationChip>;

/// The tables filled so far, and how often each lookup was made.
class Builder {
  public:
    Builder(const iop::Profile& profile, const Program& program, const Run& run)
        : profile_(profile),
          program_(program),
          run_(run),
          memory_(run.memory.size()),
          entries_(program.code.size()),
          traces_(FieldMachineChips::SIZE) {
        air::InteractionVisitor<Builder> visitor(*this);
        const auto values = PublicStatement::values(memory_rows(run_), run_.output);
        PublicStatement::messages(visitor, std::span<const F>(values));
    }

    /// Counts what is asked; answers, whose multiplicities are negative, are the reply.
    void operator()(uint32_t bus, F multiplicity, std::span<const F> values) {
        if (!(multiplicity == F::ONE)) return;
        switch (bus) {
            case BUS_MEMORY:
                memory_[values[0].canonical()]++;
                return;
            case BUS_PROGRAM:
                entries_[values[0].canonical() - ENTRY_PC]++;
                return;
            case BUS_TREE:
                nodes_[key_of<12>(values)]++;
                return;
            case BUS_WEIGHT:
                weights_[key_of<8>(values)]++;
                return;
            case chips::BUS_HASH:
                std::copy_n(values.begin(), chips::HashChip::INPUTS, hashes_.emplace_back().begin());
                return;
            case chips::BUS_PERMUTATION:
                std::copy_n(values.begin(), chips::PermutationChip::INPUTS, permutations_.emplace_back().begin());
                return;
            default:
                return;
        }
    }

    template <air::Chip C, class Row>
    void fill(size_t height, const Row& row) {
        iop::Trace table(profile_, air::NUM_MAIN<C>, height);
        for (size_t i = 0; i < height; i++) {
            air::RowOf<C, F> cells;
            row(cells.main, i);
            if constexpr (ASKS<C>) air::visit_interactions<C>(cells, *this);
            for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) table.at(c, i) = cells[c];
        }
        traces_[FieldMachineChips::index_of<C>()] = std::move(table);
    }
    template <air::Chip C>
    void fill_steps(const std::vector<Step>& steps) {
        fill<C>(steps.size(), [&](auto& main, size_t i) { C::fill_row(main, view(steps[i])); });
    }

    /// Openings: leaves block by block, nodes and roots once each.
    void fill_openings() {
        std::vector<LeafBlock> blocks;
        std::vector<OpenedNode> nodes;
        std::vector<uint32_t> roots;
        std::vector<PermutationState> hashed;
        for (size_t k = 0; k < run_.open.size(); k++) {
            const auto v = view(run_.open[k]);
            const auto address = [&](size_t i) { return v.address(i, (v.instruction.op - OP_OPEN) >> i & 1); };
            const Opening& o = run_.openings[k];
            const uint32_t index = run_.memory[address(OpenChip::INDEX)].c[0].canonical();
            hashed.push_back(leaf_blocks(o.row, run_.memory[address(OpenChip::POINTER)].c[0].canonical(), blocks));
            roots.push_back(address(OpenChip::ROOT));
            hash::Digest digest;
            std::copy_n(hashed.back().begin(), digest.size(), digest.begin());
            for (uint32_t up = 0; up < o.path.size(); up++) {
                const bool right = index >> up & 1;
                OpenedNode n{roots.back(), static_cast<uint32_t>(o.path.size()) - 1 - up, index >> (up + 1), digest,
                             o.path[up]};
                if (right) std::swap(n.left, n.right);
                digest = hash::hash_node(n.left, n.right);
                nodes.push_back(n);
            }
        }
        make_set(nodes, [](const OpenedNode& n) { return std::tuple(n.tree, n.level, n.index); });
        make_set(roots, [](uint32_t r) { return r; });
        fill<OpenChip>(run_.open.size(),
                       [&](auto& main, size_t i) { OpenChip::fill_row(main, view(run_.open[i]), hashed[i]); });
        fill<LeafChip>(blocks.size(), [&](auto& main, size_t i) { LeafChip::fill_row(main, blocks[i], run_.memory); });
        fill<TreeNodeChip>(nodes.size(), [&](auto& main, size_t i) { TreeNodeChip::fill_row(main, nodes[i]); });
        fill<TreeRootChip>(roots.size(),
                           [&](auto& main, size_t i) { TreeRootChip::fill_row(main, roots[i], run_.memory); });
    }

    /// Weights and the weights that they are made of, once each.
    void fill_weights() {
        fill_steps<WeightChip>(run_.weight);
        std::vector<WeightStep> steps;
        for (const Step& s : run_.weight) {
            air::RowOf<WeightChip, F> row;
            WeightChip::fill_row(row.main, view(s));
            const uint32_t pointer = row.main.pointer.canonical(), count = row.main.count.canonical();
            std::vector<F> z{row.main.z};
            for (uint32_t l = 1; l < count; l++) z.push_back(z.back().square());
            Ext rest = Ext::one();
            for (uint32_t l = count; l-- > 0;) {
                steps.push_back({pointer + l, count - l, z[l], rest});
                rest += rest * run_.memory[pointer + l] * (z[l] - F::ONE);
            }
        }
        make_set(steps, [](const WeightStep& s) { return std::tuple(s.pointer, s.count, s.z.canonical()); });
        fill<WeightStepChip>(steps.size(), [&](auto& main, size_t i) {
            WeightStepChip::fill_row(main, steps[i], run_.memory[steps[i].pointer]);
        });
    }

    /// The tables that answer; call it last.
    iop::Traces finish() {
        answer<TreeNodeChip>(nodes_);
        answer<TreeRootChip>(nodes_);
        answer<WeightStepChip>(weights_);
        const auto hashes = chips::merge_requests<chips::HashChip>(std::move(hashes_));
        const auto permutations = chips::merge_requests<chips::PermutationChip>(std::move(permutations_));
        fill<chips::HashChip>(hashes.size(), [&](auto& m, size_t i) { chips::HashChip::fill_row(m, hashes[i]); });
        fill<chips::PermutationChip>(permutations.size(),
                                     [&](auto& m, size_t i) { chips::PermutationChip::fill_row(m, permutations[i]); });
        fill<MemoryTable>(memory_rows(run_), [&](auto& main, size_t i) {
            const size_t from = i * MemoryTable::CELLS;
            MemoryTable::fill_row(main, i, std::span(run_.memory).subspan(from), std::span(memory_).subspan(from));
        });
        fill<ProgramTable>(program_height(profile_, program_), [&](auto& main, size_t i) {
            if (i < entries_.size()) main.multiplicity = F::from_canonical(entries_[i]);
        });
        return std::move(traces_);
    }

  private:
    StepView<std::vector<Ext>> view(const Step& s) const { return {s.pc, s.fp, s.gp, *program_.at(s.pc), run_.memory}; }

    /// Appends the blocks of a row; returns the last state.
    PermutationState leaf_blocks(std::span<const F> row, uint32_t pointer, std::vector<LeafBlock>& blocks) const {
        const auto length = static_cast<uint32_t>(row.size());
        PermutationState s = OpenChip::first_state(length);
        Ext sum = Ext::zero();
        for (uint32_t at = 0; at < length;) {
            const auto elements = row.subspan(at, std::min<size_t>(hash::RATE, length - at));
            blocks.push_back({pointer + at, length, length - at, s, sum, elements});
            for (size_t i = 0; i < elements.size(); i++, at++) {
                s[i] = elements[i];
                sum += run_.memory[pointer + at] * elements[i];
            }
            hash::Poseidon2<24>::permute(s);
        }
        return s;
    }

    /// Sets the multiplicities `asked` of a table whose rows answer: a row gives its answers in the order of these
    /// columns.
    template <air::Chip C, size_t N>
    void answer(std::map<Key<N>, uint32_t>& asked) {
        const auto first = static_cast<uint32_t>(air::column_of<C>(&C::template Main<char>::asked));
        constexpr uint32_t ANSWERS = sizeof(C::template Main<char>::asked);
        iop::Trace& table = traces_[FieldMachineChips::index_of<C>()];
        for (uint64_t i = 0; i < table.height(); i++) {
            air::RowOf<C, F> row;
            for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) row[c] = table.at(c, i);
            for (uint32_t k = 0; k < ANSWERS; k++) row[first + k] = F::ONE;
            uint32_t k = 0;
            air::visit_interactions<C>(row, [&](uint32_t, F multiplicity, std::span<const F> values) {
                if (multiplicity == F::ONE) return;
                const auto it = asked.find(key_of<N>(values));
                if (it != asked.end()) table.at(first + k, i) = F::from_canonical(it->second), asked.erase(it);
                k++;
            });
        }
    }

    const iop::Profile& profile_;
    const Program& program_;
    const Run& run_;
    std::vector<uint32_t> memory_, entries_;
    std::map<Key<12>, uint32_t> nodes_;
    std::map<Key<8>, uint32_t> weights_;
    std::vector<std::array<F, chips::HashChip::INPUTS>> hashes_;
    std::vector<std::array<F, chips::PermutationChip::INPUTS>> permutations_;
    iop::Traces traces_;
};

}  // namespace

uint32_t program_height(const iop::Profile& profile, const Program& program) {
    return std::bit_ceil(std::max(static_cast<uint32_t>(program.code.size()), uint32_t{1} << profile.min_block));
}

iop::Trace program_columns(const iop::Profile& profile, const Program& program) {
    iop::Trace table(profile, air::NUM_PREP<ProgramTable>, program_height(profile, program));
    for (size_t i = 0; i < table.height(); i++) {
        const size_t entry = std::min(i, program.code.size() - 1);
        air::RowOf<ProgramTable, F> row;
        row.prep = ProgramTable::prep_row(ENTRY_PC + static_cast<uint32_t>(entry), program.code[entry]);
        for (uint32_t c = 0; c < table.columns(); c++) table.at(c, i) = row[air::NUM_MAIN<ProgramTable> + c];
    }
    return table;
}

uint32_t memory_rows(const Run& run) {
    return static_cast<uint32_t>((run.memory.size() + MemoryTable::CELLS - 1) / MemoryTable::CELLS);
}

iop::Traces build_trace(const iop::Profile& profile, const Program& program, const Run& run) {
    Builder builder(profile, program, run);
    builder.fill_steps<ArithmeticChip>(run.arithmetic);
    builder.fill_steps<MoveChip>(run.move);
    builder.fill_steps<ControlChip>(run.control);
    builder.fill_steps<SliceChip>(run.slice);
    builder.fill_steps<PermuteChip>(run.permute);
    builder.fill_steps<IndexChip>(run.index);
    builder.fill_openings();
    builder.fill_weights();
    return builder.finish();
}

}  // namespace ashlar::recursion
