// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/air/builder.hpp"
#include "libs/air/columns.hpp"
#include "libs/air/layered_part.hpp"

namespace ashlar::air {

/// One message a row puts on a bus.
struct Message {
    uint32_t bus;
    F multiplicity;
    std::vector<F> values;
};

/// Evaluates a chip on one concrete row: the constraints that fail, and the messages with non-zero multiplicity.
class DebugBuilder : public BuilderBase<DebugBuilder, F> {
  public:
    void zero(const F& x) {
        if (!x.is_zero()) failed.push_back(constraints);
        constraints++;
    }
    void interaction(uint32_t bus, const F& multiplicity, std::span<const F> values) {
        if (multiplicity.is_zero()) return;
        messages.push_back({bus, multiplicity, std::vector<F>(values.begin(), values.end())});
    }
    size_t constraints = 0;
    std::vector<size_t> failed;  // indices, in the order eval states them
    std::vector<Message> messages;
};

/// Runs `visit(bus, multiplicity, values)` for each interaction of a row with non-zero multiplicity; constraints are
/// ignored. Trace generation counts its lookups with it.
template <class Visit>
class InteractionVisitor : public BuilderBase<InteractionVisitor<Visit>, F> {
  public:
    explicit InteractionVisitor(Visit& visit) : visit_(visit) {}
    void zero(const F&) {}
    void interaction(uint32_t bus, const F& multiplicity, std::span<const F> values) {
        if (!multiplicity.is_zero()) visit_(bus, multiplicity, values);
    }

  private:
    Visit& visit_;
};

template <Chip C, class Visit>
void visit_interactions(const RowOf<C, F>& row, Visit&& visit) {
    InteractionVisitor<std::remove_reference_t<Visit>> b(visit);
    eval_chip<C>(b, row);
}

/// The row's cells from `cell(column)`: main columns first, then preprocessed ones.
template <Chip C, class Cell>
RowOf<C, F> make_row(Cell&& cell) {
    RowOf<C, F> row;
    for (size_t i = 0; i < NUM_MAIN<C> + NUM_PREP<C>; i++) row[i] = cell(i);
    return row;
}

/// Whether what the layered argument proves of the chip is true of the row.
template <Chip C>
bool layers_hold(const RowOf<C, F>& row) {
    const LayeredPart* part = layered_part<C>();
    return !part || part->holds({reinterpret_cast<const F*>(&row.main), NUM_MAIN<C>});
}

/// nullopt, or which constraint of the chip the row breaks: "add: constraint 3"; "keccak_permute: layers".
template <Chip C>
std::optional<std::string> check_row(const RowOf<C, F>& row) {
    DebugBuilder b;
    eval_chip<C>(b, row);
    if (b.failed.empty()) {
        if (layers_hold<C>(row)) return std::nullopt;
        return std::string(C::NAME) + ": layers";
    }
    std::string text = std::string(C::NAME) + ": constraint";
    for (size_t k : b.failed) text += " " + std::to_string(k);
    return text;
}

}  // namespace ashlar::air
