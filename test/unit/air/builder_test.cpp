// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/air/bus_ledger.hpp"
#include "libs/air/counting.hpp"
#include "libs/air/debug.hpp"
#include "libs/air/describe.hpp"
#include "libs/air/lane_value.hpp"
#include "libs/air/range_analysis.hpp"

namespace {
using namespace ashlar::air;
using namespace ashlar::field::literals;
using ashlar::field::Ext;

enum class Bus : uint32_t { state = 1, square = 2 };

struct StepChip {
    static constexpr std::string_view NAME = "step";
    template <class T>
    struct Main {
        T real, t;
        T x[2];
        struct {
            T sq;
        } out;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        b.boolean(m.real);
        b.zero(m.real * (m.out.sq - m.x[0] * m.x[1]));
        b.receive(Bus::state, m.real, {m.t, m.x[0]});
        b.send(Bus::state, m.real, {m.t + 1_f, m.out.sq * m.x[0] + 3_f});
        b.receive(Bus::square, m.real, {m.x[0]});
    }
};

struct SquareChip {
    static constexpr std::string_view NAME = "square";
    template <class T>
    struct Main {
        T mult;
    };
    template <class T>
    struct Prep {
        T v;
    };
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.send(Bus::square, m.mult, {p.v});
    }
};

struct Statement {
    static constexpr size_t NUM_PUBLIC = 2;
    template <class B>
    static void messages(B& b, std::span<const typename B::Value> v) {
        b.send(Bus::state, F::ONE, {F::ZERO, v[0]});
        b.receive(Bus::state, F::ONE, {1_f, v[1]});
    }
};
using Set = ChipSet<StepChip, SquareChip>;

RowOf<StepChip, F> row(std::array<uint32_t, 5> cells) {
    return make_row<StepChip>([&](size_t i) { return F::from_canonical(cells[i]); });
}
}  // namespace

TEST_CASE("columns are counted and addressed in order") {
    STATIC_REQUIRE(NUM_MAIN<StepChip> == 5);
    STATIC_REQUIRE(NUM_PREP<StepChip> == 0);
    STATIC_REQUIRE(NUM_PREP<SquareChip> == 1);
    STATIC_REQUIRE(Set::index_of<SquareChip>() == 1);
    auto r = row({1, 2, 3, 4, 12});
    REQUIRE(r.main.x[1] == 4_f);
    REQUIRE(r[4] == r.main.out.sq);
    REQUIRE(cells(r.main).size() == 5);
    const Counts c = count<StepChip>();
    REQUIRE(c.constraints == 2);
    REQUIRE(c.message_lengths == std::vector<uint32_t>{2, 2, 1});
}

TEST_CASE("the row checker names the constraint that fails") {
    REQUIRE_FALSE(check_row<StepChip>(row({1, 0, 3, 4, 12})));
    REQUIRE(check_row<StepChip>(row({1, 0, 3, 4, 13})) == "step: constraint 1");
    REQUIRE(check_row<StepChip>(row({2, 0, 3, 4, 13})) == "step: constraint 0 1");
}

TEST_CASE("the ledger balances an honest run and names what is left over") {
    auto collect = [](std::vector<RowOf<StepChip, F>> steps, uint32_t lookups) {
        BusLedger ledger;
        for (const auto& s : steps) {
            DebugBuilder b;
            eval_chip<StepChip>(b, s);
            for (const Message& m : b.messages) ledger.add(m, StepChip::NAME);
        }
        DebugBuilder b;
        eval_chip<SquareChip>(b, make_row<SquareChip>([&](size_t i) { return i ? 3_f : F::from_canonical(lookups); }));
        const F v[2] = {3_f, 39_f};
        Statement::messages(b, std::span<const F>(v));
        for (const Message& m : b.messages) ledger.add(m, "others");
        return ledger;
    };
    REQUIRE(collect({row({1, 0, 3, 4, 12})}, 1).balanced());
    REQUIRE(collect({row({1, 0, 3, 4, 12}), row({0, 9, 9, 9, 9})}, 1).balanced());
    const auto open = collect({row({1, 0, 3, 4, 12})}, 2).open();
    REQUIRE(open.size() == 1);
    REQUIRE(to_string(open[0]) == "bus 2: sent 1 too many of (3), last by others");
}

TEST_CASE("visitors see the interactions of a row") {
    std::vector<uint32_t> buses;
    visit_interactions<StepChip>(row({1, 0, 3, 4, 12}), [&](uint32_t bus, F m, std::span<const F> values) {
        buses.push_back(bus);
        if (bus == 2) REQUIRE((m == -F::ONE && values[0] == 3_f));
    });
    REQUIRE(buses == std::vector<uint32_t>{1, 1, 2});
    visit_interactions<StepChip>(row({0, 0, 3, 4, 12}), [&](uint32_t, F, std::span<const F>) { FAIL(); });
}

TEST_CASE("structure: degrees, words, sharing") {
    const ChipStructure s = describe<StepChip>();
    REQUIRE(s.max_constraint_degree() == 3);
    REQUIRE(s.max_interaction_degree() == 2);
    REQUIRE(s.words() == describe<StepChip>().words());
    REQUIRE(s.words() != describe<SquareChip>().words());
    for (uint32_t w : s.words()) REQUIRE(w < F::P);
    REQUIRE(check_system<Statement, Set>().empty());
}

TEST_CASE("lane and extension values agree with the concrete row") {
    using E = ExtValue<F>;
    const E a = Ext::from_base(5_f), b = 7_f;
    REQUIRE((a * b - 3_f).v == Ext::from_base(32_f));
    REQUIRE((2_f * a + b).v == Ext::from_base(17_f));
    REQUIRE((1_f - a).v == Ext::from_base(-4_f));
    REQUIRE((LaneValue<F>(2_f) * LaneValue<F>(3_f) - 1_f).v == 5_f);
}
