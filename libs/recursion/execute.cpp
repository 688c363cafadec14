// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/execute.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libs/recursion/slice.hpp"
#include "libs/recursion/tree.hpp"
#include "libs/recursion/weight.hpp"

namespace ashlar::recursion {

namespace {

class Interpreter {
  public:
    Interpreter(const Program& program, const Advice& advice, const RunLimits& limits)
        : program_(program), advice_(advice), limits_(limits) {
        grow(program.main_cells);
        set(CELL_ZERO, Ext::zero());
        set(CELL_ONE, Ext::one());
    }

    HostResult<Run> run() {
        auto hint = program_.hints.begin();
        for (uint64_t steps = 0; now_.pc != HALT_PC && error_.code.empty(); steps++) {
            if (steps == limits_.steps) return fail("run_too_long", fmt::format("after {} steps", steps));
            const Instruction* i = program_.at(now_.pc);
            if (!i) return fail("program_stuck", fmt::format("pc {} is not in the program", now_.pc));
            hint = std::lower_bound(program_.hints.begin(), program_.hints.end(), now_.pc,
                                    [](const Hint& h, uint32_t pc) { return h.pc < pc; });
            for (; hint != program_.hints.end() && hint->pc == now_.pc; ++hint) follow(*hint);
            if (error_.code.empty()) step(*i);
        }
        if (error_.code.empty() && (now_.fp != 0 || now_.gp != 0)) refuse("the program ends on another frame");
        if (error_.code.empty() &&
            (read_ != advice_.elements.size() || run_.openings.size() != advice_.openings.size()))
            error("advice_left", fmt::format("{} of {} elements and {} of {} openings were read", read_,
                                             advice_.elements.size(), run_.openings.size(), advice_.openings.size()));
        if (!error_.code.empty()) return Fail<Error>{error_};
        for (uint32_t i = 0; i < program_.num_output; i++) {
            const Ext& x = run_.memory[FIRST_PUBLIC + i];
            if (!(x == Ext::from_base(x.c[0]))) return fail("program_refuses", "an output is not an element of F");
            run_.output.push_back(x.c[0]);
        }
        return std::move(run_);
    }

  private:
    void error(std::string code, std::string message) {
        if (error_.code.empty()) error_ = {std::move(code), std::move(message)};
    }
    void refuse(std::string_view what) { error("program_refuses", fmt::format("{} at pc {}", what, now_.pc)); }
    void stuck() { error("program_stuck", fmt::format("too little is known at pc {}", now_.pc)); }

    bool grow(uint64_t cells) {
        if (cells > limits_.cells) return error("run_too_large", fmt::format("{} cells", cells)), false;
        run_.memory.resize(cells, Ext::zero());
        const size_t before = known_.size();
        known_.resize(cells, false);
        for (const auto& [at, value] : advice_.cells)
            if (at >= before && at < cells) set(at, value);
        return true;
    }
    /// Address of base + offset; one outside of memory is a mistake of the program.
    uint32_t address(F base, F offset) {
        const uint32_t a = (base + offset).canonical();
        if (a < run_.memory.size()) return a;
        refuse("an address outside of memory");
        return 0;
    }
    uint32_t operand(const Instruction& i, size_t field, bool is_global) {
        return address(F::from_canonical(is_global ? now_.gp : now_.fp), i.field[field]);
    }
    uint32_t at(const CellRef& c) {
        return address(F::from_canonical(c.is_global ? now_.gp : now_.fp), F::from_canonical(c.offset));
    }
    void set(uint32_t a, const Ext& x) {
        if (known_[a] && !(run_.memory[a] == x)) return refuse("an equation does not hold");
        run_.memory[a] = x;
        known_[a] = true;
    }
    const Ext& get(uint32_t a) {
        if (!known_[a]) stuck();
        return run_.memory[a];
    }

    void follow(const Hint& h) {
        switch (h.kind) {
            case Hint::Kind::input:
                if (advice_.elements.size() - read_ < h.size)
                    return error("advice_short", fmt::format("{} more elements at pc {}", h.size, now_.pc));
                for (uint32_t k = 0; k < h.size; k++)
                    set(at({h.cell.offset + k, h.cell.is_global}), advice_.elements[read_++]);
                return;
            case Hint::Kind::frame:
            case Hint::Kind::loop: {
                const uint64_t count = h.kind == Hint::Kind::loop ? uint64_t{get(at(h.count)).c[0].canonical()} + 1 : 1;
                const auto top = static_cast<uint32_t>(run_.memory.size());
                if (grow(top + count * h.size)) set(at(h.cell), Ext::from_base(F::from_canonical(top)));
                return;
            }
        }
    }

    void step(const Instruction& i) {
        const Step before = now_;
        if (i.op < OP_DEREF) {
            run_.arithmetic.push_back(before);
            arithmetic(i, i.op - OP_ARITHMETIC);
            now_.pc++;
        } else if (i.op < OP_BRANCH) {
            run_.move.push_back(before);
            if (i.op >= OP_CONSTANT)
                set(operand(i, 0, i.op & 1), {{i.field[1], i.field[2], i.field[3], i.field[4], i.field[5]}});
            else
                deref(operand(i, 0, i.op & 1), operand(i, 1, i.op & 2), i.field[2]);
            now_.pc++;
        } else if (i.op < OP_WINDOW) {
            run_.control.push_back(before);
            control(i);
        } else {
            if (i.op < OP_PERMUTE) {
                run_.slice.push_back(before);
                slice(i);
            } else if (i.op < OP_OPEN) {
                run_.permute.push_back(before);
                permute(i, i.op - OP_PERMUTE);
            } else if (i.op < OP_WEIGHT) {
                run_.open.push_back(before);
                open(i, i.op - OP_OPEN);
            } else if (i.op < OP_INDEX) {
                run_.weight.push_back(before);
                weight(i, i.op - OP_WEIGHT);
            } else {
                run_.index.push_back(before);
                index(i, i.op - OP_INDEX);
            }
            now_.pc++;
        }
    }

    void arithmetic(const Instruction& i, uint32_t flags) {
        const uint32_t a = operand(i, 0, flags & 1), b = operand(i, 1, flags & 2), c = operand(i, 2, flags & 4),
                       d = operand(i, 3, flags & 8);
        const F s = i.field[4];
        const Ext &x = run_.memory[a], &y = run_.memory[b], &z = run_.memory[c];
        const bool product = (known_[a] || known_[b]) && ((known_[a] && known_[b]) || zero(a) || zero(b));
        const bool term = known_[c] || s.is_zero();
        if (product && term) return set(d, x * y + z * s);
        if (!known_[d]) return stuck();
        const Ext left = run_.memory[d];
        if (product && a != c && b != c) return set(c, (left - x * y) * s.inverse());
        if (!term) return stuck();
        const Ext rest = left - z * s;
        if (known_[a] == known_[b]) return stuck();
        const Ext factor = known_[a] ? x : y;
        if (factor.is_zero()) return refuse("a quotient by 0");
        set(known_[a] ? b : a, rest * factor.inverse());
    }
    bool zero(uint32_t a) const { return known_[a] && run_.memory[a].is_zero(); }

    void deref(uint32_t x, uint32_t pointer, F offset) {
        const Ext p = get(pointer);
        if (!(p == Ext::from_base(p.c[0]))) return refuse("a pointer that is not an element of F");
        const uint32_t y = address(p.c[0], offset);
        if (known_[x])
            set(y, run_.memory[x]);
        else
            set(x, get(y));
    }

    void control(const Instruction& i) {
        const uint32_t a = operand(i, 0, i.op & 1);
        const Ext v = get(a);
        if (i.op < OP_CALL) {
            if (v.is_zero()) return void(now_.pc++);
            now_.pc = i.field[1].canonical();
            now_.fp = (F::from_canonical(now_.fp) + i.field[2]).canonical();
        } else if (i.op < OP_RETURN) {
            set(address(v.c[0], F::ZERO), {{F::from_canonical(now_.pc + 1), F::from_canonical(now_.fp),
                                            F::from_canonical(now_.gp), F::ZERO, F::ZERO}});
            now_.pc = i.field[1].canonical();
            now_.fp = v.c[0].canonical();
            if (i.op - OP_CALL >= OP_CALL_ENTER) now_.gp = now_.fp;
        } else {
            now_ = {v.c[0].canonical(), v.c[1].canonical(), v.c[2].canonical()};
        }
    }

    void slice(const Instruction& i) {
        const bool window = i.op < OP_EXTRACT;
        const uint32_t rest = i.op - (window ? OP_WINDOW : OP_EXTRACT), r = rest >> 3;
        const Ext x = get(operand(i, 0, rest & 1));
        set(operand(i, 2, rest & 4),
            window ? window_of(x, get(operand(i, 1, rest & 2)), r + 1) : Ext::from_base(x.c[r]));
    }

    void permute(const Instruction& i, uint32_t flags) {
        std::array<Ext, STATE_CELLS> cells;
        for (uint32_t k = 0; k < STATE_CELLS; k++) {
            const uint32_t from = std::min(k, RATE_CELLS);
            cells[k] = get(operand(i, from, flags >> from & 1) + k - from);
        }
        PermutationState s = state_of(cells);
        if (!cells.back().c[4].is_zero()) return refuse("a state of 25 elements");
        hash::Poseidon2<24>::permute(s);
        const uint32_t out = operand(i, 4, flags >> 4 & 1);
        for (uint32_t k = 0; k < STATE_CELLS; k++) set(out + k, state_cell(s, k));
    }

    /// An element of F.
    F base(const Instruction& i, size_t field, uint32_t flags) {
        const Ext& x = get(operand(i, field, flags >> field & 1));
        if (!(x == Ext::from_base(x.c[0]))) refuse("not an element of F");
        return x.c[0];
    }

    void index(const Instruction& i, uint32_t flags) {
        const uint32_t x = base(i, 0, flags).canonical(), bits = i.field[3].canonical();
        const uint32_t low = x & ((1u << bits) - 1);
        set(operand(i, 1, flags & 2), Ext::from_base(F::from_canonical(low)));
        set(operand(i, 2, flags & 4), Ext::from_base((i.field[4] + F::ONE).pow(low)));
    }

    void weight(const Instruction& i, uint32_t flags) {
        const F pointer = base(i, WeightChip::POINTER, flags);
        F z = base(i, WeightChip::Z, flags);
        Ext value = Ext::one();
        for (uint32_t l = 0; l < i.field[3].canonical(); l++, z = z.square())
            value *= F::ONE + get(address(pointer, F::from_canonical(l))) * (z - F::ONE);
        set(operand(i, WeightChip::VALUE, flags & 4), value);
    }

    void open(const Instruction& i, uint32_t flags) {
        if (run_.openings.size() == advice_.openings.size())
            return error("advice_short", fmt::format("an opening at pc {}", now_.pc));
        const Opening& o = advice_.openings[run_.openings.size()];
        const uint32_t index = base(i, OpenChip::INDEX, flags).canonical();
        const F pointer = base(i, OpenChip::POINTER, flags);
        if (o.row.size() != base(i, OpenChip::LENGTH, flags).canonical() || o.path.size() != i.field[5].canonical() ||
            (o.path.size() < 32 && index >> o.path.size() != 0))
            return refuse("an opening of another shape");
        Ext value = Ext::zero();
        for (uint32_t k = 0; k < o.row.size(); k++) value += get(address(pointer, F::from_canonical(k))) * o.row[k];
        hash::Digest digest = hash::hash_elements(o.row, hash::Domain::leaf);
        for (size_t level = 0; level < o.path.size(); level++)
            digest =
                index >> level & 1 ? hash::hash_node(o.path[level], digest) : hash::hash_node(digest, o.path[level]);
        const uint32_t root = operand(i, OpenChip::ROOT, flags >> OpenChip::ROOT & 1);
        for (uint32_t k = 0; k < 2; k++) {
            const Ext& cell = get(address(F::from_canonical(root), F::from_canonical(k)));
            for (size_t c = 0; c < 5; c++)
                if (!(cell.c[c] == (5 * k + c < digest.size() ? digest[5 * k + c] : F::ZERO)))
                    return refuse("an opening does not lead to the root");
        }
        set(operand(i, OpenChip::VALUE, flags >> OpenChip::VALUE & 1), value);
        run_.openings.push_back(o);
    }

    const Program& program_;
    const Advice& advice_;
    RunLimits limits_;
    size_t read_ = 0;
    Step now_{ENTRY_PC, 0, 0};
    std::vector<bool> known_;
    Run run_;
    Error error_;
};

}  // namespace

HostResult<Run> execute(const Program& program, const Advice& advice, const RunLimits& limits) {
    return Interpreter(program, advice, limits).run();
}

}  // namespace ashlar::recursion
