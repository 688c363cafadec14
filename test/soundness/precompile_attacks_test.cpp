// SPDX-License-Identifier: Apache-2.0
// The same attacks on every precompile call of the ABI, from one table: wrong and unreduced results, unreduced
// operands, pointers that fault, arguments that fault, dropped, repeated and exchanged rows, a call answered as another
// one. What is special to a chip (a slope of the prover's choice, the other root) is in test/unit/precompiles.
#include <catch2/catch.hpp>
#include <functional>

#include "libs/rv32/operands.hpp"
#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

using Words = std::vector<uint32_t>;
using Table = std::vector<std::vector<F>>;  // rows of cells
using Change = std::function<void(std::vector<Table>&)>;

constexpr uint32_t A0 = 0x4000, A1 = 0x8000;

/// The chips that together prove some calls, without their types.
struct Family {
    std::vector<Syscall> calls;
    std::vector<size_t> rows_per_call;  ///< of each chip
    /// Rows of the calls of `prover`, filled as far as they go, after `change`; false in `honest` if a fill refuses.
    std::vector<std::string> (*problems)(const Machine& prover, const Machine& world, const Change& change,
                                         bool* honest);
};

template <class Chip>
Table fill_rows(const Machine& m, bool& honest) {
    Table table;
    for (uint32_t i : calls_of<Chip>(m.chunk)) {
        std::vector<typename Chip::template Main<F>> rows(Chip::ROWS_PER_CALL);
        const auto& call = m.chunk.calls[i];
        honest &= Chip::fill(call, &m.chunk.accesses[call.first_access], rows.data());
        const F* cells = reinterpret_cast<const F*>(rows.data());
        for (size_t r = 0; r < rows.size(); r++)
            table.emplace_back(cells + r * air::NUM_MAIN<Chip>, cells + (r + 1) * air::NUM_MAIN<Chip>);
    }
    return table;
}

template <class... Chips>
std::vector<std::string> family_problems(const Machine& prover, const Machine& world, const Change& change,
                                         bool* honest) {
    bool all_filled = true;
    std::vector<Table> tables{fill_rows<Chips>(prover, all_filled)...};
    if (honest) *honest = all_filled;
    if (change) change(tables);
    air::BusLedger ledger;
    world.settle(ledger);
    std::vector<std::string> out;
    size_t t = 0;
    const auto add = [&]<class Chip>() {
        for (const auto& cells : tables[t]) {
            const auto row = air::make_row<Chip>([&](size_t c) { return cells[c]; });
            for (std::string& problem : check_row<Chip>(row, ledger)) out.push_back(std::move(problem));
        }
        t++;
    };
    (add.template operator()<Chips>(), ...);
    for (const auto& open : ledger.open()) out.push_back(to_string(open));
    return out;
}

template <class First, class... Rest>
Family family() {
    return {{First::CALLS.begin(), First::CALLS.end()},
            {First::ROWS_PER_CALL, Rest::ROWS_PER_CALL...},
            &family_problems<First, Rest...>};
}

const std::vector<Family>& families() {
    static const std::vector<Family> all = [] {
        std::vector<Family> f;
        f.push_back(family<ShaExtendChip, ShaExtendRoundsChip>());
        f.push_back(family<ShaCompressChip, ShaCompressRoundsChip>());
        PrecompileChips::for_each([&]<class C>() {
            const bool done = C::ROWS_PER_CALL > 1 || std::is_same_v<C, ShaExtendChip> ||
                              std::is_same_v<C, ShaCompressChip> ||
                              std::is_same_v<C, DeferredChainChip>;  // test/unit/precompiles/deferred_test.cpp
            if (!done) f.push_back(family<C>());
        });
        return f;
    }();
    return all;
}

const rv32::CallShape& shape_of(Syscall call) {
    return rv32::CALLS[*rv32::find_call(static_cast<uint32_t>(call))].shape;
}
std::string name_of(Syscall call) {
    return std::string(rv32::CALLS[*rv32::find_call(static_cast<uint32_t>(call))].name);
}
bool starts_with(Syscall call, std::string_view prefix) { return name_of(call).starts_with(prefix); }
bool contains(Syscall call, std::string_view part) { return name_of(call).find(part) != std::string::npos; }

/// The modulus of a call's elements; empty for calls without one of their own.
Words modulus_of(Syscall call) {
    const auto words = [](const auto& m) { return Words(m.begin(), m.end()); };
    if (starts_with(call, "SECP256K1")) return words(Secp256k1Modulus::WORDS);
    if (starts_with(call, "SECP256R1")) return words(Secp256r1Modulus::WORDS);
    if (starts_with(call, "BN254")) return words(Bn254Modulus::WORDS);
    if (starts_with(call, "BLS12381")) return words(Bls12381Modulus::WORDS);
    if (starts_with(call, "ED")) return words(Ed25519Modulus::WORDS);
    return {};
}
/// Whether unreduced operands fault.
bool wants_reduced(Syscall call) {
    return !modulus_of(call).empty() && !starts_with(call, "ED") && !contains(call, "_FP");
}

/// x + m in as many words; nullopt if it does not fit.
std::optional<Words> plus(Words x, const Words& m) {
    uint64_t carry = 0;
    for (size_t i = 0; i < x.size(); i++) {
        carry += uint64_t{x[i]} + m[i];
        x[i] = static_cast<uint32_t>(carry);
        carry >>= 32;
    }
    if (carry) return std::nullopt;
    return x;
}

/// Operand of `words` words for which the call is defined: small elements, or random reduced ones.
Words elements(Syscall call, size_t words, Random& random, bool small) {
    const Words m = modulus_of(call);
    if (m.empty()) return random_words(random, words);
    Words out;
    while (out.size() < words) {
        Words e = random_below(random, m);
        if (small) {
            std::fill(e.begin(), e.end(), 0);
            e[0] = 2 + static_cast<uint32_t>(random() % 1000);
        }
        out.insert(out.end(), e.begin(), e.end());
    }
    return out;
}

struct Call {
    Syscall word;
    uint32_t a0 = A0, a1 = A1;
    Words in, out;  ///< memory before the call
};

/// Writes the operands and makes the call as the executor does; null if it does not fault.
const char* make(Machine& m, const Call& c, const Words* forced = nullptr) {
    const auto& s = shape_of(c.word);
    const auto pointer = [&](rv32::PointerRegister r) { return r == rv32::PointerRegister::a1 ? c.a1 : c.a0; };
    m.write(pointer(s.out_pointer) / 4 * 4 + 4 * s.out_offset, c.out);
    if (s.in_words) m.write(pointer(s.in_pointer) / 4 * 4 + 4 * s.in_offset, c.in);
    return m.call(c.word, c.a0, c.a1, forced);
}
Words result_of(const Machine& m, const Call& c) {
    const auto& s = shape_of(c.word);
    const uint32_t p = s.out_pointer == rv32::PointerRegister::a1 ? c.a1 : c.a0;
    return m.read(p / 4 * 4 + 4 * s.out_offset, s.out_words);
}

/// A call that does not fault.
Call good_call(Syscall word, Random& random, bool small = false) {
    const auto& s = shape_of(word);
    for (;;) {
        Call c{word, A0, A1, elements(word, s.in_words, random, small),
               s.out_is_read ? elements(word, s.out_words, random, small) : random_words(random, s.out_words)};
        if (s.in_pointer == s.out_pointer || s.in_pointer == rv32::PointerRegister::none)
            c.a1 = contains(word, "DECOMPRESS") ? static_cast<uint32_t>(random() & 1) : 0;
        Machine m;
        if (!make(m, c)) return c;
    }
}

/// Runs f(family, call) for every precompile call; returns how many there were.
template <class Function>
size_t for_each_call(Function&& f) {
    size_t n = 0;
    for (const Family& family : families())
        for (Syscall call : family.calls) {
            INFO(name_of(call));
            f(family, call);
            n++;
        }
    return n;
}

/// Problems of a call whose result is made up.
std::vector<std::string> forced_problems(const Family& family, const Call& c, const Words& result,
                                         bool* honest = nullptr) {
    Machine m;
    make(m, c, &result);
    return family.problems(m, m, nullptr, honest);
}

}  // namespace

TEST_CASE("every precompile call is provable with random and small operands, and no result but its own",
          "[soundness]") {
    Random random(1);
    const size_t calls = for_each_call([&](const Family& family, Syscall word) {
        for (bool small : {false, true}) {
            const Call c = good_call(word, random, small);
            Machine m;
            REQUIRE(make(m, c) == nullptr);
            bool honest = false;
            CHECK(family.problems(m, m, nullptr, &honest) == std::vector<std::string>{});
            CHECK(honest);
            const Words right = result_of(m, c);
            for (size_t i = 0; i < right.size(); i += 1 + random() % 4) {
                Words wrong = right;
                wrong[i] ^= uint32_t{1} << random() % 32;
                CHECK_FALSE(forced_problems(family, c, wrong, &honest).empty());
                if (family.rows_per_call.size() == 1) CHECK_FALSE(honest);
            }
        }
    });
    CHECK(calls == 33);
}

TEST_CASE("no precompile call has an unreduced result", "[soundness]") {
    Random random(2);
    size_t tried = 0;
    for_each_call([&](const Family& family, Syscall word) {
        const Words m = modulus_of(word);
        for (bool small : {false, true}) {
            if (m.empty()) continue;
            const Call c = good_call(word, random, small);
            Machine honest;
            REQUIRE(make(honest, c) == nullptr);
            const Words right = result_of(honest, c);
            for (size_t i = 0; i < right.size(); i += m.size()) {
                const auto first = right.begin() + static_cast<std::ptrdiff_t>(i);
                const auto more = plus({first, first + static_cast<std::ptrdiff_t>(m.size())}, m);
                if (!more) continue;
                Words lie = right;
                std::copy(more->begin(), more->end(), lie.begin() + static_cast<std::ptrdiff_t>(i));
                const auto problems = forced_problems(family, c, lie);
                CHECK_FALSE(problems.empty());
                // Only the comparison with the modulus stands in the way, but where the sum becomes negative as well.
                if (!contains(word, "DOUBLE") && !contains(word, "FP2_SUB")) CHECK(problems.size() <= 2);
                tried++;
            }
        }
    });
    // All but the additions of the two curves whose modulus is close to 2^256: test/unit/precompiles/curve_test.cpp.
    CHECK(tried >= 50);
}

TEST_CASE("unreduced operands: faults of curve calls are not provable, field operations are", "[soundness]") {
    Random random(3);
    size_t refused = 0, accepted = 0;
    for_each_call([&](const Family& family, Syscall word) {
        const Words m = modulus_of(word);
        if (m.empty()) return;
        const auto& s = shape_of(word);
        const Call c = good_call(word, random, true);
        Machine honest;
        REQUIRE(make(honest, c) == nullptr);
        const Words right = result_of(honest, c);
        const auto attempt = [&](bool in_operand, size_t at) {
            Call lie = c;
            Words& operand = in_operand ? lie.in : lie.out;
            const auto first = operand.begin() + static_cast<std::ptrdiff_t>(at);
            const auto more = plus({first, first + static_cast<std::ptrdiff_t>(m.size())}, m);
            if (!more) return;
            std::copy(more->begin(), more->end(), first);
            Machine world;
            const char* fault = make(world, lie, &right);
            const auto problems = family.problems(world, world, nullptr, nullptr);
            if (wants_reduced(word)) {
                CHECK(fault != nullptr);
                CHECK_FALSE(problems.empty());
                refused++;
            } else if (fault == nullptr) {
                CHECK(problems == std::vector<std::string>{});
                accepted++;
            } else {  // an Fp2 subtraction of b > a + p, which faults
                CHECK_FALSE(problems.empty());
                refused++;
            }
        };
        for (size_t i = 0; i < s.in_words; i += m.size()) attempt(true, i);
        if (s.out_is_read)
            for (size_t i = 0; i < s.out_words; i += m.size()) attempt(false, i);
    });
    CHECK(refused > 25);
    CHECK(accepted > 25);
}

TEST_CASE("an Fp2 subtraction faults exactly above a + p, and is provable otherwise", "[soundness]") {
    for (Syscall word : {Syscall::BN254_FP2_SUB, Syscall::BLS12381_FP2_SUB}) {
        const Words m = modulus_of(word);
        const size_t n = m.size();
        const Family* family = nullptr;
        for (const Family& f : families())
            if (std::find(f.calls.begin(), f.calls.end(), word) != f.calls.end()) family = &f;
        REQUIRE(family);
        for (size_t component = 0; component < 2; component++) {
            // a = 5: b = a + p is the largest that does not fault.
            for (uint32_t over : {0u, 1u}) {
                Call c{word, A0, A1, Words(2 * n), Words(2 * n)};
                c.out[component * n] = 5;
                Words b = *plus(
                    [&] {
                        Words w(n);
                        w[0] = 5 + over;
                        return w;
                    }(),
                    m);
                std::copy(b.begin(), b.end(), c.in.begin() + static_cast<std::ptrdiff_t>(component * n));
                Words result(2 * n);  // 0, or -1
                if (over) {
                    std::copy(m.begin(), m.end(), result.begin() + static_cast<std::ptrdiff_t>(component * n));
                    result[component * n] -= 1;
                }
                Machine world;
                const char* fault = make(world, c, &result);
                CHECK((fault != nullptr) == (over == 1));
                CHECK(family->problems(world, world, nullptr, nullptr).empty() == (over == 0));
            }
        }
    }
}

TEST_CASE("pointers that fault are not provable, and the last words of memory are usable", "[soundness]") {
    Random random(4);
    for_each_call([&](const Family& family, Syscall word) {
        const auto& s = shape_of(word);
        for (auto reg : {rv32::PointerRegister::a0, rv32::PointerRegister::a1}) {
            uint32_t words = 0;
            if (s.in_words && s.in_pointer == reg) words = s.in_offset + s.in_words;
            if (s.out_pointer == reg) words = std::max<uint32_t>(words, s.out_offset + s.out_words);
            if (words == 0) continue;
            struct Case {
                uint32_t pointer;
                bool provable;
            };
            const uint32_t end = 0x7800'0000;
            for (const Case& k :
                 {Case{end - 4 * words, true}, Case{0x80, true}, Case{0x1'0000, true}, Case{0x1'0000 - 4, true},
                  Case{end - 4 * words + 4, false}, Case{end, false}, Case{end - 4, words == 1}, Case{0x7c, false},
                  Case{0, false}, Case{0xffff'ffff - 4 * words + 1, false}, Case{A0 + 0x1001, false},
                  Case{A0 + 0x1002, false}, Case{A0 + 0x1003, false}}) {
                Call c = good_call(word, random);
                (reg == rv32::PointerRegister::a0 ? c.a0 : c.a1) = k.pointer;
                INFO("pointer " << k.pointer);
                Machine world;
                REQUIRE(make(world, c) == nullptr);  // the harness leaves pointers to the executor
                CHECK((rv32::operand_problem(k.pointer, words) == nullptr) == k.provable);
                CHECK(family.problems(world, world, nullptr, nullptr).empty() == k.provable);
            }
        }
    });
}

TEST_CASE("arguments that fault are not provable", "[soundness]") {
    Random random(5);
    size_t tried = 0;
    for_each_call([&](const Family& family, Syscall word) {
        const auto& s = shape_of(word);
        const bool one_pointer = s.in_pointer == s.out_pointer || s.in_pointer == rv32::PointerRegister::none;
        const Call c = good_call(word, random);
        Machine honest;
        REQUIRE(make(honest, c) == nullptr);
        const Words right = result_of(honest, c);
        if (one_pointer && !contains(word, "DOUBLE")) {
            // a1 is 0, or a sign. Rows filled for the honest argument, too: only what the call says differs.
            for (uint32_t bad : {c.a1 + 2, c.a1 + 0x1'0000, c.a1 + 0x8000'0000, c.a1 ^ 1}) {
                if (contains(word, "DECOMPRESS") && bad <= 1) continue;
                Call lie = c;
                lie.a1 = bad;
                Machine world;
                CHECK(make(world, lie, &right) != nullptr);
                CHECK_FALSE(family.problems(world, world, nullptr, nullptr).empty());
                CHECK_FALSE(family.problems(honest, world, nullptr, nullptr).empty());
                tried++;
            }
        } else if (contains(word, "DOUBLE")) {  // ignored
            Call other = c;
            other.a1 = 0xdead'beef;
            Machine world;
            REQUIRE(make(world, other) == nullptr);
            CHECK(family.problems(world, world, nullptr, nullptr).empty());
        }
        if (word == Syscall::SHA_COMPRESS) {
            Call lie = c;
            lie.a1 = lie.a0;
            Machine world;
            CHECK(make(world, lie, &right) != nullptr);
            CHECK_FALSE(family.problems(world, world, nullptr, nullptr).empty());
            tried++;
        }
    });
    CHECK(tried == 2 * 4 + 4 * 3 + 1);
}

TEST_CASE("operands may overlap: all is read, then written", "[soundness]") {
    Random random(6);
    size_t tried = 0;
    for_each_call([&](const Family& family, Syscall word) {
        const auto& s = shape_of(word);
        if (s.in_pointer == s.out_pointer || s.in_pointer == rv32::PointerRegister::none) return;
        for (int32_t shift : {0, 4, -4, 16, -16}) {
            Machine world;
            const Call c = good_call(word, random, true);
            make(world, c);
            // Again with the other operand over the first.
            Machine m;
            m.write(A0 - 64, elements(word, 128, random, false));
            if (m.call(word, A0, A0 + static_cast<uint32_t>(shift))) continue;  // equal points, unreduced coordinates
            CHECK(family.problems(m, m, nullptr, nullptr) == std::vector<std::string>{});
            tried++;
        }
    });
    CHECK(tried > 60);
}

TEST_CASE("a precompile row dropped, repeated, made up or exchanged is noticed", "[soundness]") {
    Random random(7);
    for_each_call([&](const Family& family, Syscall word) {
        Machine m, nothing;
        REQUIRE(make(m, good_call(word, random)) == nullptr);
        REQUIRE(make(m, good_call(word, random)) == nullptr);
        REQUIRE(family.problems(m, m, nullptr, nullptr).empty());
        CHECK_FALSE(family.problems(nothing, m, nullptr, nullptr).empty());  // calls without their chip
        CHECK_FALSE(family.problems(m, nothing, nullptr, nullptr).empty());  // a chip without its calls
        for (size_t t = 0; t < family.rows_per_call.size(); t++) {
            const size_t rows = family.rows_per_call[t];
            for (size_t r : {size_t{0}, rows / 2, rows - 1, 2 * rows - 1}) {
                CHECK_FALSE(
                    family
                        .problems(
                            m, m,
                            [&](auto& tables) { tables[t].erase(tables[t].begin() + static_cast<std::ptrdiff_t>(r)); },
                            nullptr)
                        .empty());
                CHECK_FALSE(
                    family.problems(m, m, [&](auto& tables) { tables[t].push_back(tables[t][r]); }, nullptr).empty());
            }
            // Row r of one call in place of that of the other.
            for (size_t r : {size_t{0}, rows - 1})
                CHECK_FALSE(
                    family.problems(m, m, [&](auto& tables) { tables[t][r] = tables[t][rows + r]; }, nullptr).empty());
        }
    });
}

TEST_CASE("a call cannot be answered as another one", "[soundness]") {
    Random random(8);
    for_each_call([&](const Family& family, Syscall word) {
        Machine m;
        REQUIRE(make(m, good_call(word, random)) == nullptr);
        for (const Family& other : families())
            for (Syscall lie : other.calls) {
                if (lie == word) continue;
                Machine world = m;
                world.chunk.calls[0].word = static_cast<uint32_t>(lie);
                CHECK_FALSE(family.problems(m, world, nullptr, nullptr).empty());
            }
    });
}
