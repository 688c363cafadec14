// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "test/mutation/rank.hpp"

/// The broken-alone test: a row with the inputs of an honest one which every constraint holds and every table answers,
/// but for one check, and which tells the machine something else. Such a row is what the check is there for.
namespace ashlar::mutation {

/// What stands between a row and acceptance, and what it says that the honest row does not.
struct Verdict {
    std::vector<Check> broken;
    bool speaks_differently = false;
    /// The one check that refuses the lie.
    std::optional<Check> killer() const {
        return broken.size() == 1 && speaks_differently ? std::optional(broken[0]) : std::nullopt;
    }
};
/// Judges a row against an honest one whose inputs it shares: a message sent in addition, left out while others are
/// sent, or other than the honest one is a lie. Nothing is one on a row that says nothing at all, or in values that the
/// prover may choose (`is_free`).
Verdict judge(const Row& honest, const Row& lie, const machine::ProgramLayout& program);

/// Whether the prover may choose a value of an interaction's message.
bool is_free(std::string_view chip, size_t interaction, size_t value);

/// Looks for a lie about an honest row that only `check` refuses: sets some cell or value to something else and solves
/// for the rest by Newton's method, which ends where equations determine cells one after another. Fixed sequence of
/// trials.
std::optional<Row> find_lie(const Row& honest, const std::vector<Fired>& fired, Check check,
                            const machine::ProgramLayout& program);

}  // namespace ashlar::mutation
