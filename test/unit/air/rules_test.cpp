// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"

// One bad chip for each rule; the good one passes.
namespace {
using namespace ashlar::air;
using namespace ashlar::field::literals;

template <class T>
struct Two {
    T real, x;
};

#define BAD_CHIP(Name, body)                                          \
    struct Name {                                                     \
        static constexpr std::string_view NAME = #Name;               \
        template <class T>                                            \
        using Main = Two<T>;                                          \
        template <class B>                                            \
        static void eval(B& b, const Main<typename B::Value>& m) body \
    };

BAD_CHIP(Good, {
    b.boolean(m.real);
    b.zero(m.real * m.x * (m.x - 5_f));
    b.send(1, m.real, {m.x});
})
BAD_CHIP(ByHand, {
    b.zero((1_f - m.real) * m.real);
    b.receive(1, m.real, {m.x});
})
BAD_CHIP(Degree4, { b.zero(m.x * m.x * m.x * m.x); })
BAD_CHIP(ValueDegree, {
    b.boolean(m.real);
    b.send(1, m.real, {m.x * m.x * m.x});
})
BAD_CHIP(ZeroRow, { b.zero(m.x - 1_f); })
BAD_CHIP(ZeroMultiplicity, { b.send(1, 1_f, {m.x}); })
BAD_CHIP(BusZero, {
    b.boolean(m.real);
    b.send(0, m.real, {m.x});
})
BAD_CHIP(LongMessage, {
    b.boolean(m.real);
    b.send(1, m.real, {m.x, m.x});
})
BAD_CHIP(EmptyMessage, {
    b.boolean(m.real);
    b.send(2, m.real, std::span<const typename B::Value>());
})
BAD_CHIP(FreeMultiplicity, { b.send(1, m.real, {m.x}); })
BAD_CHIP(TwoFlags, {
    b.boolean(m.real);
    b.boolean(m.x);
    b.send(1, m.real + m.x, {m.x});
})
BAD_CHIP(TwoFlagsStated, {
    b.boolean(m.real);
    b.boolean(m.x);
    b.boolean(m.real + m.x);
    b.send(1, m.real + m.x, {m.x});
})
BAD_CHIP(BoundIsNoConstraint, {
    b.bound(m.real, 0, 1);
    b.send(1, m.real, {m.x});
})
template <class... Cs>
std::vector<Rule> rules() {
    std::vector<Rule> out;
    for (const Violation& v : check_rules(describe_all<ChipSet<Cs...>>(), nullptr)) out.push_back(v.rule);
    return out;
}
using Rules = std::vector<Rule>;
}  // namespace

TEST_CASE("sound chips pass") { REQUIRE(rules<Good, ByHand, TwoFlagsStated>() == Rules{}); }

TEST_CASE("each rule is enforced") {
    REQUIRE(rules<Degree4>() == Rules{Rule::constraint_degree});
    REQUIRE(rules<ValueDegree>() == Rules{Rule::interaction_degree});
    REQUIRE(rules<ZeroRow>() == Rules{Rule::zero_row_constraint});
    REQUIRE(rules<ZeroMultiplicity>() == Rules{Rule::zero_row_multiplicity});
    REQUIRE(rules<BusZero>() == Rules{Rule::bus_id});
    REQUIRE(rules<Good, LongMessage>() == Rules{Rule::message_length});
    REQUIRE(rules<EmptyMessage>() == Rules{Rule::message_length});
    REQUIRE(rules<FreeMultiplicity>() == Rules{Rule::free_multiplicity});
    REQUIRE(rules<TwoFlags>() == Rules{Rule::free_multiplicity});
    REQUIRE(rules<BoundIsNoConstraint>() == Rules{Rule::free_multiplicity});
    REQUIRE(rules<Good, Good>() == Rules{Rule::name});
}
