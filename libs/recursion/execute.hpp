// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/field/extension.hpp"
#include "libs/recursion/program.hpp"

namespace ashlar::recursion {

using field::Ext;

/// State before an instruction that was executed.
struct Step {
    uint32_t pc, fp, gp;
};

/// A run of a program: its steps by the table they belong to, and memory as they leave it (cells that nothing
/// determined are 0).
struct Run {
    std::vector<Ext> memory;
    std::vector<Step> arithmetic, move, control;
    std::vector<F> output;

    size_t steps() const { return arithmetic.size() + move.size() + control.size(); }
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
HostResult<Run> execute(const Program& program, std::span<const Ext> advice, const RunLimits& limits = {});

}  // namespace ashlar::recursion
