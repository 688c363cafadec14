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

/// Layered parts of a circuit that takes one word to itself xor the next; `Bits` is the number of boolean columns.
struct OneWord {
    static layers::Circuit circuit() {
        layers::Circuit c;
        c.inputs = c.outputs = 1;
        layers::Step step;
        step.wires = {{0, 0, 3, 0}};
        step.layer.lanes = step.layer.outputs = 1;
        step.layer.groups = {{{{0, 0}}, {0, 0}}};
        c.steps = {step};
        return c;
    }
};
template <size_t BITS, size_t FIRST_BIT, size_t FIRST_LIMB>
struct Layered {
    static constexpr std::string_view NAME = "Layered";
    template <class T>
    struct Main {
        T bits[64];
        T limbs[4];
    };
    static const LayeredPart& layered() {
        static const LayeredPart part(OneWord::circuit(), FIRST_BIT, FIRST_LIMB);
        return part;
    }
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        for (size_t i = 0; i < BITS; i++) b.boolean(m.bits[i]);
    }
};
template <class... Cs>
std::vector<Rule> rules() {
    std::vector<Rule> out;
    for (const Violation& v : check_rules(describe_all<ChipSet<Cs...>>(), nullptr)) out.push_back(v.rule);
    return out;
}
using Rules = std::vector<Rule>;
}  // namespace

TEST_CASE("sound chips pass") { REQUIRE(rules<Good, ByHand, TwoFlagsStated>() == Rules{}); }

TEST_CASE("each rule of a layered part is enforced") {
    REQUIRE(rules<Layered<64, 0, 64>>() == Rules{});
    REQUIRE(rules<Layered<63, 0, 64>>() == Rules{Rule::layered_bits});
    REQUIRE(rules<Layered<64, 0, 65>>() == Rules{Rule::layered_columns});
    REQUIRE(rules<Layered<64, 0, 60>>() == Rules{Rule::layered_columns});
    REQUIRE(rules<Layered<64, 1, 65>>()[0] == Rule::layered_columns);
    REQUIRE(rules<Layered<64, 4, 0>>() == Rules(4, Rule::layered_bits));
}

TEST_CASE("outputs of a circuit are polynomials of its inputs") {
    // u u u = u for a bit, so the word is turned left by 3.
    const LayeredPart& part = Layered<64, 0, 64>::layered();
    using ashlar::field::F;
    std::vector<F> row(68, F::ZERO);
    REQUIRE(part.zero_limbs == std::vector<F>(4, F::ZERO));
    REQUIRE(part.holds(row));
    row[0] = row[62] = F::ONE;
    REQUIRE_FALSE(part.holds(row));
    row[64] = F::from_canonical(1 << 3 | 1 << 1);
    REQUIRE(part.holds(row));
    row[67] = F::ONE;
    REQUIRE_FALSE(part.holds(row));
    row[67] = F::ZERO, row[0] = 2_f;  // u = -3: (1 + 27) / 2
    row[64] = F::from_canonical((14 << 3) + 2);
    REQUIRE(part.holds(row));
}

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
