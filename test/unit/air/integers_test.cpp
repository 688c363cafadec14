// SPDX-License-Identifier: Apache-2.0
#include "libs/air/integers.hpp"

#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"

// Small chips, sound and not, against one bus that promises ranges and one that asks for them.
namespace {
using namespace ashlar::air;
using namespace ashlar::field::literals;

enum Bus : uint32_t { RANGE = 1, OUT = 2, POWERS = 3 };  // (bits, value); (a limb); (j, 2^j)

BusContracts contracts() {
    return {[](uint32_t bus, bool sent, std::span<const Interval> v) -> std::vector<MessageRanges> {
                if (bus == RANGE && sent) {
                    const auto bits = static_cast<unsigned>(v[0].hi > 16 ? 16 : v[0].hi);
                    return {{{0, bits}, {0, (1 << bits) - 1}}};
                }
                std::vector<MessageRanges> powers;
                for (int j = 0; j <= 16; j++) powers.push_back({{j, j}, {1 << j, 1 << j}});
                return bus == POWERS && sent ? powers : std::vector<MessageRanges>{};
            },
            [](uint32_t bus, bool sent) { return bus == OUT && sent ? MessageRanges{{0, 65535}} : MessageRanges{}; }};
}

template <class T>
struct Columns {
    T real, other, x, y, z, w;
};

#define TEST_CHIP(Name, ...)                                            \
    struct Name {                                                       \
        static constexpr std::string_view NAME = #Name;                 \
        template <class T>                                              \
        using Main = Columns<T>;                                        \
        template <class B>                                              \
        static void eval(B& b, const Main<typename B::Value>& m) {      \
            using V = typename B::Value;                                \
            [[maybe_unused]] const auto in = [&](unsigned bits, V v) {  \
                b.send(RANGE, m.real, {V(F::from_canonical(bits)), v}); \
            };                                                          \
            b.boolean(m.real);                                          \
            __VA_ARGS__                                                 \
        }                                                               \
    };

const F INVERSE = F::from_canonical(1 << 16).inverse();

TEST_CHIP(ByteProduct, {
    in(8, m.x);
    in(8, m.y);
    in(16, m.z);
    b.equal_integers(m.x * m.y, m.z);
})
TEST_CHIP(LimbProduct, {
    in(16, m.x);
    in(16, m.y);
    in(16, m.z);
    b.equal_integers(m.x * m.y, m.z);
})
TEST_CHIP(NoRange, {
    in(8, m.x);
    in(16, m.z);
    b.equal_integers(m.x * m.y, m.z);
})
// A bound is no promise: it has to follow.
TEST_CHIP(OnlySays, {
    b.bound(m.x, 0, 255);
    b.send(RANGE, m.real, {0_f, m.y});
})
TEST_CHIP(Says, {
    b.bound(m.x, 0, 255);
    in(8, m.x);
})
TEST_CHIP(SaysTooMuch, {
    b.bound(m.x, 0, 254);
    in(8, m.x);
})
// The range is looked up under another flag than the row speaks under.
TEST_CHIP(OtherFlag, {
    b.boolean(m.other);
    b.send(RANGE, m.other, {8_f, m.x});
    in(8, m.y);
    in(16, m.z);
    b.equal_integers(m.x * m.y, m.z);
})
TEST_CHIP(UnderOtherFlag, {
    b.boolean(m.other);
    b.send(RANGE, m.other, {8_f, m.x});
    b.zero(m.other * (1_f - m.real));
    in(8, m.y);
    in(16, m.z);
    b.equal_integers(m.other, m.x * m.y, m.z);
})
// A quotient that is no column: 10 bits are enough, 16 could wrap.
template <unsigned BITS, bool DECLARED>
struct Quotient {
    static constexpr std::string_view NAME = "quotient";
    template <class T>
    using Main = Columns<T>;
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.real);
        for (const V& v : {m.x, m.y}) b.send(RANGE, m.real, {8_f, v});
        b.send(RANGE, m.real, {16_f, m.z});
        const V n = m.x * m.y - m.z, q = n * INVERSE;
        if constexpr (DECLARED) b.same_integers(m.real, n, V(q * F::from_canonical(1 << 16)));
        b.send(RANGE, m.real, {V(F::from_canonical(BITS)), q});
    }
};
TEST_CHIP(NotTheSame, {
    b.same_integers(m.real, m.x, m.y);
    in(8, m.x);
    in(8, m.y);
})
TEST_CHIP(Weights256, {
    in(8, m.x);
    in(8, m.y);
    in(16, m.z);
    b.zero(m.x + m.y * 256_f - m.z);
})
TEST_CHIP(WeightsWrap, {
    in(16, m.x);
    in(16, m.y);
    in(16, m.z);
    b.zero(m.x + m.y * 65536_f - m.z);
})
TEST_CHIP(LooksUpASum, {
    in(8, m.x);
    in(16, V(m.x * 256_f + 5_f));
})
TEST_CHIP(LooksUpAnything, { in(16, V(m.x * 3_f)); })
TEST_CHIP(Sends, {
    in(16, m.x);
    b.send(OUT, m.real, {m.x});
})
TEST_CHIP(SendsUnchecked, {
    in(16, m.x);
    b.send(OUT, m.real, {m.y});
})
TEST_CHIP(SendsSum, {
    in(15, m.x);
    in(15, m.y);
    b.send(OUT, m.real, {V(m.x + m.y)});
})
TEST_CHIP(SendsTooMuch, {
    in(16, m.x);
    in(1, m.y);
    b.send(OUT, m.real, {V(m.x + m.y)});
})
// A column follows from an equation, a flag from another, a choice from one-hot flags.
TEST_CHIP(Follows, {
    in(8, m.x);
    in(8, m.y);
    b.equal_integers(m.z, m.x + m.y * 256_f);
    b.send(OUT, m.real, {m.z});
})
TEST_CHIP(Choice, {
    b.boolean(m.other);
    in(16, m.x);
    in(16, m.y);
    b.send(OUT, m.real, {V(m.other * m.x + (1_f - m.other) * m.y)});
})
// low < 2^j, high < 2^(16-j), 2^j from a table: low + 2^j high is a limb, for each j.
template <bool REST>
struct Split {
    static constexpr std::string_view NAME = "split";
    template <class T>
    using Main = Columns<T>;
    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.real);
        b.send(POWERS, m.real, {m.z, m.w});
        b.send(RANGE, m.real, {m.z, m.x});
        b.send(RANGE, m.real, {REST ? V(16_f - m.z) : V(16_f), m.y});
        b.send(OUT, m.real, {V(m.x + m.y * m.w)});
    }
};
TEST_CHIP(NotZero, {
    in(8, m.x);
    in(8, m.y);
    b.not_zero(m.real, V(m.x + m.y * 256_f), m.z);
})
TEST_CHIP(MaybeZero, {
    in(16, m.x);
    in(16, m.y);
    b.not_zero(m.real, V(m.x + m.y * 65536_f), m.z);
})
// A sum of more terms than the analyser puts in order, against a side that has no bound.
TEST_CHIP(LongSum, {
    in(8, m.x);
    in(16, m.z);
    V sum = m.x;
    for (int i = 0; i < 500; i++) sum = sum + m.x;
    b.equal_integers(sum, m.z + m.y * 65536_f);
})
TEST_CHIP(LongSumOfBounded, {
    in(8, m.x);
    in(8, m.y);
    in(16, m.z);
    V sum = m.x;
    for (int i = 0; i < 500; i++) sum = sum + m.x;
    b.equal_integers(sum, m.z + m.y * 65536_f);
})
// 3 (x - 1) below 2^8 does not make x - 1 negative.
TEST_CHIP(ThreeTimes, {
    in(16, m.x);
    in(8, V((m.x - 1_f) * 3_f));
    b.bound(m.x, 0, 1);
})
// A product that is meant over the integers needs no weights to wrap.
TEST_CHIP(ProductWraps, {
    in(16, m.x);
    in(16, m.y);
    in(16, m.z);
    b.zero(m.x * m.y - m.z);
})
TEST_CHIP(ProductFits, {
    in(8, m.x);
    in(8, m.y);
    in(16, m.z);
    b.zero(m.x * m.y - m.z);
})
TEST_CHIP(Chooses, {
    b.boolean(m.other);
    b.zero(m.other * (m.x - m.y));
})

template <class C>
std::vector<IntegerRule> rules() {
    std::vector<IntegerRule> out;
    for (const auto& f : check_integers(describe<C>(), contracts())) out.push_back(f.rule);
    return out;
}
using Rules = std::vector<IntegerRule>;
using enum IntegerRule;
}  // namespace

TEST_CASE("equations over the integers need ranges that lookups give", "[integers]") {
    CHECK(rules<ByteProduct>() == Rules{});
    CHECK(rules<LimbProduct>() == Rules{wraps});
    CHECK(rules<NoRange>() == Rules{wraps});
    CHECK(rules<OtherFlag>() == Rules{wraps});
    CHECK(rules<UnderOtherFlag>() == Rules{});
    CHECK(rules<NotZero>() == Rules{});
    CHECK(rules<MaybeZero>() == Rules{wraps});
}

TEST_CASE("a stated bound has to follow", "[integers]") {
    CHECK(rules<Says>() == Rules{});
    CHECK(rules<OnlySays>() == Rules{bound});
    CHECK(rules<SaysTooMuch>() == Rules{bound});
}

TEST_CASE("quotients and weights are declared", "[integers]") {
    CHECK(rules<Quotient<10, true>>() == Rules{});
    CHECK(rules<Quotient<16, true>>() == Rules{wraps});
    CHECK(rules<Quotient<10, false>>() == Rules{undeclared, lookup});
    CHECK(rules<NotTheSame>() == Rules{not_same});
    CHECK(rules<Weights256>() == Rules{undeclared});
}

TEST_CASE("an equation with weights that is not declared is shown to be one of integers, or meant in F", "[integers]") {
    CHECK(check_integers(describe<Weights256>(), contracts(), Weights::shown).empty());
    CHECK(check_integers(describe<WeightsWrap>(), contracts(), Weights::shown).size() == 1);
    CHECK(check_integers(describe<WeightsWrap>(), contracts(), Weights::field).empty());
}

TEST_CASE("a product of integers is shown not to wrap, declared or not", "[integers]") {
    for (Weights weights : {Weights::declared, Weights::shown}) {
        const auto found = check_integers(describe<ProductWraps>(), contracts(), weights);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == undeclared);
        CHECK(check_integers(describe<ProductFits>(), contracts(), weights).empty());
        CHECK(check_integers(describe<Chooses>(), contracts(), weights).empty());
    }
    CHECK(check_integers(describe<ProductWraps>(), contracts(), Weights::field).empty());
}

TEST_CASE("both sides of an equation of many terms count", "[integers]") {
    CHECK(rules<LongSum>() == Rules{wraps});
    CHECK(rules<LongSumOfBounded>() == Rules{});
}

TEST_CASE("what is below a bound is so after a factor of -1 only", "[integers]") {
    CHECK(rules<ThreeTimes>() == Rules{bound});
}

TEST_CASE("what is looked up does not wrap into the table", "[integers]") {
    CHECK(rules<LooksUpASum>() == Rules{});
    CHECK(rules<LooksUpAnything>() == Rules{lookup});
}

TEST_CASE("what others rely on is shown by the sender", "[integers]") {
    CHECK(rules<Sends>() == Rules{});
    CHECK(rules<SendsUnchecked>() == Rules{duty});
    CHECK(rules<SendsSum>() == Rules{});
    CHECK(rules<SendsTooMuch>() == Rules{duty});
    CHECK(rules<Follows>() == Rules{});
    CHECK(rules<Choice>() == Rules{});
    CHECK(rules<Split<true>>() == Rules{});
    CHECK(rules<Split<false>>() == Rules{duty});
}

TEST_CASE("a value beyond 2^120 saturates instead of wrapping", "[integers]") {
    ChipStructure s;
    s.num_main = 1;
    uint32_t x = s.expressions.column(0);
    for (int i = 0; i < 12; i++) x = s.expressions.binary(Op::mul, x, x);
    s.integer_equations.push_back(
        {x, s.expressions.constant(F::ZERO), ChipStructure::NONE, s.expressions.constant(F::ONE)});
    const auto found = check_integers(s, contracts(), Weights::field);
    REQUIRE(found.size() == 2);
    CHECK(found[0].rule == not_same);
    CHECK(found[1].rule == wraps);
}
