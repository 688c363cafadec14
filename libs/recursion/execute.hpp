// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/field/extension.hpp"
#include "libs/hash/digest.hpp"
#include "libs/recursion/program.hpp"

namespace ashlar::recursion {

using field::Ext;

/// A leaf that a run opens.
struct Opening {
    std::vector<F> row;
    std::vector<hash::Digest> path;  ///< siblings from the leaf up
};

/// What the prover knows and a program reads: elements of E in the order of its hints, leaves in the order of its
/// openings.
struct Advice {
    Advice(std::vector<Ext> e = {}, std::vector<Opening> o = {}) : elements(std::move(e)), openings(std::move(o)) {}
    std::vector<Ext> elements;
    std::vector<Opening> openings;
    /// Cells of memory and what they hold, whatever the program says: it must not contradict. A prover has this
    /// freedom, since memory is only what is stated of it; an honest one has no use for it.
    std::vector<std::pair<uint32_t, Ext>> cells;
};

/// State before an instruction that was executed.
struct Step {
    uint32_t pc, fp, gp;
};

/// A run of a program: its steps by the table they belong to, and memory as they leave it (cells that nothing
/// determined are 0).
struct Run {
    std::vector<Ext> memory;
    std::vector<Step> arithmetic, move, control, slice, permute, index, open, weight;
    std::vector<Opening> openings;  ///< one for each step of `open`
    std::vector<F> output;

    size_t steps() const {
        size_t n = 0;
        for (const auto* s : {&arithmetic, &move, &control, &slice, &permute, &index, &open, &weight}) n += s->size();
        return n;
    }
};

struct RunLimits {
    uint64_t steps = uint64_t{1} << 28;
    uint64_t cells = uint64_t{1} << 26;
};

/// Runs a program with `advice` as its input. An instruction states an equation: if one of its cells is not known yet,
/// the equation determines it; if all are, it must hold.
///
/// Error codes: program_refuses (an equation does not hold; the message names the pc), program_stuck (a cell is needed
/// that nothing has determined), advice_short, advice_left (input that nobody read), run_too_long, run_too_large.
HostResult<Run> execute(const Program& program, const Advice& advice, const RunLimits& limits = {});

}  // namespace ashlar::recursion
