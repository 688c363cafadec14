// SPDX-License-Identifier: Apache-2.0
// The integer analyser over every chip of the machine, and over chips from which a bound is taken away.
#include "libs/air/integers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "libs/air/describe.hpp"
#include "libs/chips/bus_contracts.hpp"
#include "libs/chips/core.hpp"
#include "libs/chips/precompiles/all.hpp"
#include "libs/rv32/decode.hpp"
#include "test/support/chip_weights.hpp"

using namespace ashlar;
using air::ChipStructure;

namespace {

template <class Set>
void add(std::vector<ChipStructure>& all) {
    for (auto& s : air::describe_all<Set>()) all.push_back(std::move(s));
}
std::vector<ChipStructure> core_chips() {
    std::vector<ChipStructure> all;
    add<chips::TableChips>(all);
    add<chips::AluChips>(all);
    add<chips::ControlChips>(all);
    add<chips::CallChips>(all);
    add<chips::BoundaryChips>(all);
    return all;
}

/// What the analyser cannot show, with the reason why it is so. Tests below check the reasons.
struct Exception {
    std::string_view chip;
    air::IntegerRule rule;
    size_t times;
    std::string_view reason;
};
constexpr Exception EXCEPTIONS[] = {
    {"bitwise", air::IntegerRule::duty, 2, "x | y and x ^ y of bytes are bytes: a relation that intervals lose"},
    {"bitwise_immediate", air::IntegerRule::duty, 2, "the same"},
    {"jalr", air::IntegerRule::wraps, 1, "the program table's link_low is the low limb of pc + 4"},
    {"jalr", air::IntegerRule::duty, 1, "the same: the quotient is its high limb"},
    {"memory_leaf", air::IntegerRule::duty, 16, "limbs of the image are good by induction over chunks"},
    {"deferred_chain", air::IntegerRule::undeclared, 9, "low + 2^16 high = x in F; canonical_word.hpp"},
};

std::vector<air::IntegerFinding> check(const ChipStructure& chip) {
    return air::check_integers(chip, chips::bus_contracts(), test::chip_weights(chip.name));
}

/// Findings that no exception expects.
std::vector<std::string> unexpected(const ChipStructure& chip) {
    std::map<air::IntegerRule, size_t> allowed;
    for (const Exception& e : EXCEPTIONS)
        if (e.chip == chip.name) allowed[e.rule] = e.times;
    std::vector<std::string> out;
    for (const auto& f : check(chip)) {
        if (allowed[f.rule] > 0)
            allowed[f.rule]--;
        else
            out.push_back(f.text);
    }
    for (const auto& [rule, left] : allowed)
        if (left > 0) out.push_back(fmt::format("{}: {} exceptions are not needed", chip.name, left));
    return out;
}

bool is_lookup(const air::Interaction& i) {
    return i.bus == chips::BUS_RANGE || i.bus == chips::BUS_BYTE || i.bus == chips::BUS_ADDRESS;
}

}  // namespace

TEST_CASE("every integer identity of every chip is declared and cannot wrap", "[chips]") {
    auto all = core_chips();
    add<chips::PrecompileChips>(all);
    for (const auto& chip : all)
        for (const std::string& text : unexpected(chip)) FAIL_CHECK(text);
}

TEST_CASE("chips with limb arithmetic declare it", "[chips]") {
    // A chip that stops declaring would have nothing to check; so the number of declarations is stated.
    const std::map<std::string, size_t> stated = {{"add_sub", 4},     {"addi", 2},
                                                  {"shift_left", 5},  {"shift_left_immediate", 2},
                                                  {"shift_right", 5}, {"shift_right_immediate", 2},
                                                  {"mul", 2},         {"mulh", 5},
                                                  {"div_rem", 7},     {"jalr", 3},
                                                  {"load_word", 3},   {"load_sub", 5},
                                                  {"store_word", 3},  {"store_sub", 5},
                                                  {"bump", 1},        {"commit", 1},
                                                  {"halt", 2},        {"hint_read", 5},
                                                  {"hint_word", 1}};
    std::map<std::string, size_t> declared;
    for (const auto& chip : core_chips())
        if (!chip.integer_equations.empty()) declared[chip.name] = chip.integer_equations.size();
    CHECK(declared == stated);
}

TEST_CASE("without any one of its range checks a core chip is no longer sound", "[chips]") {
    // Lookups that compare (times, signs, operands) restrict values but bound nothing; those of a column or of a
    // quotient are range checks. Two of them are there for something else than the size of a sum: COMMIT's index
    // places the word, and HINT_READ's length has to be one field element (and is below 2^32 anyway).
    const std::set<std::pair<std::string, size_t>> other_uses = {{"commit", 1}, {"hint_read", 1}};
    size_t removed = 0, compared = 0;
    for (const auto& chip : core_chips()) {
        if (chip.free_multiplicities) continue;
        const size_t before = check(chip).size();
        for (size_t k = 0; k < chip.interactions.size(); k++) {
            const air::Interaction& lookup = chip.interactions[k];
            if (!is_lookup(lookup)) continue;
            ChipStructure without = chip;
            without.interactions.erase(without.interactions.begin() + static_cast<std::ptrdiff_t>(k));
            const bool noticed = check(without).size() > before;
            const bool is_range_check =
                lookup.bus != chips::BUS_RANGE || chip.expressions[lookup.values[1]].op == air::Op::column;
            (noticed ? removed : compared)++;
            if (is_range_check && noticed == other_uses.contains({chip.name, k}))
                FAIL_CHECK(chip.name << " and its interaction " << k << " on bus " << lookup.bus);
        }
    }
    fmt::print("{} lookups of core chips bound what an identity needs, {} compare\n", removed, compared);
    CHECK(removed > 80);
}

namespace {

/// Whether an interaction adds to its bus.
bool is_sent(const ChipStructure& chip, const air::Interaction& i) {
    const air::Node& m = chip.expressions[i.multiplicity];
    return !(m.op == air::Op::sub && chip.expressions[m.a].op == air::Op::constant);
}

}  // namespace

TEST_CASE("a value that receivers rely on and that the sender makes up is noticed", "[chips]") {
    auto all = core_chips();
    for (auto& s : air::describe_all<chips::PrecompileChips>())
        if (s.name.starts_with("sha_") || s.name == "keccak_permute") all.push_back(std::move(s));
    std::map<uint32_t, size_t> made_up;
    for (const auto& chip : all) {
        if (chip.free_multiplicities) continue;
        const auto before = check(chip);
        std::set<std::tuple<uint32_t, uint32_t, size_t>> seen;  // one access stands for all
        for (size_t k = 0; k < chip.interactions.size(); k++) {
            const air::Interaction& message = chip.interactions[k];
            const auto asked = chips::bus_contracts().asks(message.bus, true);
            if (!is_sent(chip, message)) continue;
            for (size_t v = 0; v < asked.size(); v++) {
                if (asked[v] == air::UNKNOWN || !seen.emplace(message.bus, message.multiplicity, v).second) continue;
                if (v > 4 && v + 1 < asked.size() && asked[v] == asked[v - 1]) continue;  // limbs of one window
                const std::string name = fmt::format("interaction {} on bus {}, value {}:", k, message.bus, v);
                if (std::any_of(before.begin(), before.end(), [&](const auto& f) {
                        return f.rule == air::IntegerRule::duty && f.text.find(name) != std::string::npos;
                    }))
                    continue;  // one of the exceptions
                ChipStructure lying = chip;
                lying.interactions[k].values[v] = lying.expressions.column(lying.num_main + lying.num_prep++);
                if (check(lying).size() <= before.size())
                    FAIL_CHECK(chip.name << ", interaction " << k << " on bus " << message.bus << ", value " << v);
                made_up[message.bus]++;
            }
        }
    }
    for (uint32_t bus : {chips::BUS_STATE, chips::BUS_MEMORY, chips::BUS_CALL, chips::BUS_TREE, chips::BUS_HINT,
                         chips::BUS_SHA_EXTEND, chips::BUS_SHA_COMPRESS})
        CHECK(made_up[bus] > 0);
}

TEST_CASE("what receivers are told is asked of senders, but for what only all rows together show", "[chips]") {
    // bus_contracts.hpp has the reasons.
    const std::set<std::pair<uint32_t, size_t>> by_induction = {
        {chips::BUS_STATE, 1}, {chips::BUS_TREE, 0}, {chips::BUS_TREE, 1}, {chips::BUS_HINT, 1}};
    std::set<std::pair<uint32_t, size_t>> weaker;
    const std::vector<air::Interval> nothing(64, air::UNKNOWN);
    for (uint32_t bus = 0; bus < 64; bus++)
        for (const auto& told : chips::bus_contracts().tells(bus, false, nothing)) {
            const auto asked = chips::bus_contracts().asks(bus, true);
            for (size_t v = 0; v < told.size(); v++)
                if (v >= asked.size() || !asked[v].inside(told[v])) weaker.emplace(bus, v);
        }
    CHECK(weaker == by_induction);
}

namespace {

/// Of eight carries of `bits` columns each from column `from` on, two a word: bits of the upper ones (which stand in
/// one equation only) of which the analyser does not notice that they are no longer boolean.
std::vector<uint32_t> unnoticed_bits(const ChipStructure& chip, size_t from, size_t bits) {
    const size_t before = check(chip).size();
    std::vector<uint32_t> out;
    size_t tried = 0;
    for (size_t k = 0; k < chip.constraints.size(); k++) {
        const air::Node& product = chip.expressions[chip.constraints[k]];
        if (product.op != air::Op::mul) continue;
        const air::Node& bit = chip.expressions[product.a];
        if (bit.op != air::Op::column || bit.a < from || bit.a >= from + 8 * bits) continue;
        if ((bit.a - from) / bits % 2 == 0) continue;
        ChipStructure without = chip;
        without.constraints.erase(without.constraints.begin() + static_cast<std::ptrdiff_t>(k));
        for (auto& e : without.integer_equations)
            if (e.constraint != ChipStructure::NONE && e.constraint > k) e.constraint--;
        std::erase(without.booleans, product.a);
        if (check(without).size() <= before) out.push_back(bit.a);
        tried++;
    }
    CHECK(tried == 4 * bits);
    return out;
}
#define COLUMN(Chip, member) (offsetof(Chip::Main<field::F>, member) / sizeof(field::F))

}  // namespace

TEST_CASE("every bit of the carries of SHA-256's sums has to be one", "[chips]") {
    using chips::ShaCompressRoundsChip, chips::ShaExtendRoundsChip;
    const std::vector<uint32_t> none;
    const auto extend = air::describe<ShaExtendRoundsChip>(), compress = air::describe<ShaCompressRoundsChip>();
    CHECK(unnoticed_bits(extend, COLUMN(ShaExtendRoundsChip, carry), 2) == none);
    CHECK(unnoticed_bits(compress, COLUMN(ShaCompressRoundsChip, carry_e), 3) == none);
    CHECK(unnoticed_bits(compress, COLUMN(ShaCompressRoundsChip, carry_a), 2) == none);
}

TEST_CASE("a carry of 16 bits instead of its own is noticed", "[chips]") {
    size_t widened = 0;
    for (const auto& chip : core_chips())
        for (const char* name : {"mul", "mulh", "div_rem"}) {
            if (chip.name != name) continue;
            for (size_t k = 0; k < chip.interactions.size(); k++) {
                const air::Interaction& i = chip.interactions[k];
                if (i.bus != chips::BUS_RANGE) continue;
                const air::Node& bits = chip.expressions[i.values[0]];
                if (bits.op != air::Op::constant || bits.a != 10) continue;
                ChipStructure wide = chip;
                wide.interactions[k].values[0] = wide.expressions.constant(field::F::from_canonical(16));
                INFO(chip.name << ", interaction " << k);
                CHECK(check(wide).size() > check(chip).size());
                widened++;
            }
        }
    CHECK(widened == 8);
}

TEST_CASE("the contracts of lookups are what the fixed tables hold", "[chips]") {
    const auto tells = [](uint32_t bus, const std::vector<uint32_t>& entry) {
        std::vector<air::Interval> exact;
        for (uint32_t v : entry) exact.push_back({v, v});
        for (const auto& alternative : chips::bus_contracts().tells(bus, true, exact)) {
            bool inside = true;
            for (size_t v = 0; v < alternative.size(); v++)
                inside = inside &&
                         (exact[v].inside(alternative[v]) ||
                          air::Interval{exact[v].lo - field::F::P, exact[v].hi - field::F::P}.inside(alternative[v]));
            if (inside) return true;
        }
        return false;
    };
    for (size_t i = 0; i < chips::RangeTable::HEIGHT; i += 3) {
        const auto row = chips::RangeTable::prep_row(i);
        if (!tells(chips::BUS_RANGE, {row.bits.canonical(), row.value.canonical()})) FAIL_CHECK("range row " << i);
    }
    for (size_t i = 0; i < chips::ByteTable::HEIGHT; i++) {
        const auto row = chips::ByteTable::prep_row(i);
        const uint32_t x = row.x.canonical(), y = row.y.canonical(), both = row.both.canonical();
        if (!tells(chips::BUS_BYTE, {chips::BYTE_PAIR, x, y, 0})) FAIL_CHECK("byte row " << i);
        if (!tells(chips::BUS_BYTE, {chips::BYTE_AND, x, y, both})) FAIL_CHECK("byte row " << i);
        // The exception of the bitwise chips.
        if (x + y - both > 255 || x + y - 2 * both > 255 || both != (x & y)) FAIL_CHECK("and of row " << i);
    }
    for (size_t i = 0; i < chips::AddressTable::HEIGHT; i++) {
        const auto row = chips::AddressTable::prep_row(i);
        if (!tells(chips::BUS_ADDRESS, {row.high.canonical(), row.nonzero.canonical()})) FAIL_CHECK("address " << i);
    }
    for (size_t i = 0; i < chips::CallTable::HEIGHT; i++) {
        const auto row = chips::CallTable::prep_row(i);
        const field::F* cells = reinterpret_cast<const field::F*>(&row);
        std::vector<uint32_t> entry;
        for (size_t v = 0; v < 8; v++) entry.push_back(cells[v].canonical());
        CHECK(tells(chips::BUS_CALL_TABLE, entry));
    }
    // Every kind of instruction, with extreme operands, at the ends of the text.
    std::mt19937 random(5);
    size_t entries = 0;
    const uint32_t opcodes[] = {0x33, 0x13, 0x03, 0x23, 0x63, 0x6f, 0x67, 0x37, 0x17, 0x73};
    for (int k = 0; k < 200000; k++) {
        uint32_t word = (static_cast<uint32_t>(random()) & ~0x7fu) | opcodes[random() % 10];
        if (random() % 2) word &= 0x01ff'ffff | (random() % 2 ? 0x4000'0000u : 0u);  // funct7 that exist
        if (random() % 4 == 0) word |= 0xfff0'0000;
        for (uint32_t pc : {0x80u, 0x10'0000u, 0x7fffcu, 0x77ff'fff8u}) {
            const auto instruction = rv32::decode(word);
            if (!instruction) continue;
            const auto e = chips::program_entry(pc, *instruction);
            if (!e) continue;
            entries++;
            const std::vector<uint32_t> entry = {
                e->pc, e->op, e->rd, e->rs1, e->rs2.canonical(), e->imm_low.canonical(), e->imm_high.canonical()};
            if (!tells(chips::BUS_PROGRAM, entry))
                FAIL_CHECK("program entry of " << std::hex << word << " op " << e->op);
            // The exception of jalr.
            if (e->op % chips::OP_WRITES == chips::OP_JALR)
                if (e->rs2.canonical() != ((pc + 4) & 0xffff)) FAIL_CHECK("link of " << pc);
        }
    }
    CHECK(entries > 100000);
}
