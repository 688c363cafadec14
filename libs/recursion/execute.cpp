// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/execute.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ashlar::recursion {

namespace {

class Interpreter {
  public:
    Interpreter(const Program& program, std::span<const Ext> advice, const RunLimits& limits)
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
        if (error_.code.empty() && read_ != advice_.size())
            error("advice_left", fmt::format("{} of {} elements were read", read_, advice_.size()));
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
        known_.resize(cells, false);
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
                if (advice_.size() - read_ < h.size)
                    return error("advice_short", fmt::format("{} more elements at pc {}", h.size, now_.pc));
                for (uint32_t k = 0; k < h.size; k++) set(at({h.cell.offset + k, h.cell.is_global}), advice_[read_++]);
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
        } else {
            run_.control.push_back(before);
            control(i);
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

    const Program& program_;
    std::span<const Ext> advice_;
    RunLimits limits_;
    size_t read_ = 0;
    Step now_{ENTRY_PC, 0, 0};
    std::vector<bool> known_;
    Run run_;
    Error error_;
};

}  // namespace

HostResult<Run> execute(const Program& program, std::span<const Ext> advice, const RunLimits& limits) {
    return Interpreter(program, advice, limits).run();
}

}  // namespace ashlar::recursion
