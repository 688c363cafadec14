// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "libs/air/chip_set.hpp"
#include "libs/air/counting.hpp"
#include "libs/air/debug.hpp"
#include "libs/air/lane_value.hpp"
#include "libs/field/extension.hpp"

namespace ashlar::iop {

using field::Ext;
using field::F;

/// Challenges and weights for the expression of the joint zerocheck at one row of one table:
/// num + mu den + mu^2 sum_k lambda^k C_k (PROTOCOL.md 5.4).
struct RowWeights {
    Ext alpha;
    std::span<const Ext> w;              // eq-vector of the fingerprint point; w[0] goes with the bus id
    std::span<const Ext> prefix;         // weight of each interaction of the table
    std::span<const Ext> lambda_powers;  // one for each constraint of the table
    Ext mu;
};

/// A chip without its type: what prover and verifier need to know of a table.
struct TableInfo {
    std::string_view name;
    uint32_t num_main = 0, num_prep = 0;
    uint32_t num_constraints = 0;
    std::vector<uint32_t> message_lengths;      // one for each interaction
    const air::LayeredPart* layered = nullptr;  // proven by the layered argument; null: nothing
    /// The bracket of section 5.4 at claimed columns (main, then preprocessed).
    Ext (*at_point)(const RowWeights& weights, std::span<const Ext> columns) = nullptr;

    uint32_t num_columns() const { return num_main + num_prep; }
    uint32_t num_interactions() const { return static_cast<uint32_t>(message_lengths.size()); }
};

/// All tables and the verifier's own messages.
struct System {
    std::vector<TableInfo> tables;
    uint32_t num_public = 0;
    uint32_t message_length = 0;  // L: the longest message over all chips and public messages
    /// The public messages with non-zero multiplicity.
    std::vector<air::Message> (*public_messages)(std::span<const F> values) = nullptr;

    /// Coordinates of the fingerprint point: ceil(log2(L + 1)).
    uint32_t fingerprint_vars() const {
        uint32_t n = 0;
        for (uint32_t l = std::max(message_length, 1u); l; l >>= 1) n++;
        return n;
    }
    uint32_t num_constraints() const {
        uint32_t n = 0;
        for (const TableInfo& t : tables) n += t.num_constraints;
        return n;
    }
};

namespace detail {

/// Evaluates a row of claimed columns in E.
class PointBuilder : public air::BuilderBase<PointBuilder, air::ExtValue<F>> {
  public:
    using V = air::ExtValue<F>;
    explicit PointBuilder(const RowWeights& weights) : w_(weights) {}
    void zero(const V& x) { constraints_ += w_.lambda_powers[k_++] * x.v; }
    void interaction(uint32_t bus, const V& multiplicity, std::span<const V> values) {
        Ext d = w_.alpha + w_.w[0] * F::from_canonical(bus);
        for (size_t i = 0; i < values.size(); i++) d += w_.w[i + 1] * values[i].v;
        num_ += w_.prefix[j_] * multiplicity.v;
        den_ += w_.prefix[j_++] * d;
    }
    Ext result() const { return num_ + w_.mu * (den_ + w_.mu * constraints_); }

  private:
    const RowWeights& w_;
    size_t k_ = 0, j_ = 0;
    Ext num_ = Ext::zero(), den_ = Ext::zero(), constraints_ = Ext::zero();
};

template <air::Chip C>
Ext at_point(const RowWeights& weights, std::span<const Ext> columns) {
    air::RowOf<C, air::ExtValue<F>> row;
    for (size_t i = 0; i < columns.size(); i++) row[i] = columns[i];
    PointBuilder b(weights);
    air::eval_chip<C>(b, row);
    return b.result();
}

template <class Statement>
std::vector<air::Message> public_messages(std::span<const F> values) {
    air::DebugBuilder b;
    Statement::messages(b, values);
    return std::move(b.messages);
}

}  // namespace detail

template <air::Chip C>
TableInfo make_table() {
    air::Counts counts = air::count<C>();
    TableInfo t;
    t.name = C::NAME;
    t.num_main = static_cast<uint32_t>(air::NUM_MAIN<C>);
    t.num_prep = static_cast<uint32_t>(air::NUM_PREP<C>);
    t.num_constraints = static_cast<uint32_t>(counts.constraints);
    t.message_lengths = std::move(counts.message_lengths);
    t.layered = air::layered_part<C>();
    t.at_point = &detail::at_point<C>;
    return t;
}

/// The runtime form of a chip set with a statement (see air/describe.hpp for what a Statement is). Needs nothing of the
/// host: the guest verifier calls it too.
template <class Statement, class Set>
System make_system() {
    System s;
    Set::for_each([&]<class C>() { s.tables.push_back(make_table<C>()); });
    s.num_public = static_cast<uint32_t>(Statement::NUM_PUBLIC);
    air::CountingBuilder b;
    const std::vector<air::Nothing> values(Statement::NUM_PUBLIC);
    Statement::messages(b, std::span<const air::Nothing>(values));
    for (const TableInfo& t : s.tables)
        for (uint32_t l : t.message_lengths) s.message_length = std::max(s.message_length, l);
    for (uint32_t l : b.counts.message_lengths) s.message_length = std::max(s.message_length, l);
    s.public_messages = &detail::public_messages<Statement>;
    return s;
}

}  // namespace ashlar::iop
