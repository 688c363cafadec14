// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "libs/air/bus_ledger.hpp"
#include "libs/air/debug.hpp"
#include "libs/chips/precompiles/all.hpp"
#include "libs/rv32/call_table.hpp"

/// Calls of precompiles on a small memory, with everything around the chips under test played by the test: memory, the
/// ecall row, and lookup tables that answer exactly the true statements (an adversary's repair of multiplicities
/// included: a lookup is refused only if no table entry says it).
namespace ashlar::chips::test {

using Random = std::mt19937_64;

/// A sequence of calls and what they did.
class Machine {
  public:
    Machine() = default;
    Machine(Machine&&) = default;
    Machine(const Machine& o) : now_(o.now_), memory_(o.memory_) {
        for (const auto& c : o.chunk.calls) chunk.calls.push_back(c);
        for (const auto& a : o.chunk.accesses) chunk.accesses.push_back(a);
    }
    void write(uint32_t address, std::span<const uint32_t> words) {
        for (size_t i = 0; i < words.size(); i++) memory_[address / 4 + static_cast<uint32_t>(i)].value = words[i];
    }
    void write(uint32_t address, std::initializer_list<uint32_t> words) {
        write(address, std::span<const uint32_t>(words.begin(), words.size()));
    }
    uint32_t read(uint32_t address) const {
        auto it = memory_.find(address / 4);
        return it == memory_.end() ? 0 : it->second.value;
    }
    std::vector<uint32_t> read(uint32_t address, size_t words) const {
        std::vector<uint32_t> out;
        for (size_t i = 0; i < words; i++) out.push_back(read(address + 4 * static_cast<uint32_t>(i)));
        return out;
    }

    /// Makes a call as the executor does. Null, or the reason of a fault (the record is kept, with outputs as given by
    /// `forced`, or unchanged).
    const char* call(Syscall word, uint32_t a0, uint32_t a1, const std::vector<uint32_t>* forced = nullptr);

    rv32::ChunkRecord chunk;

    /// What the rest of the machine sends and receives for the calls of precompiles: calls and memory accesses.
    void settle(air::BusLedger& ledger) const;

  private:
    struct Word {
        uint32_t value = 0;
        uint32_t t = 0;
    };
    uint32_t now_ = 4;
    std::map<uint32_t, Word> memory_;
};

/// What an honest lookup table says about a message; false for buses that are no lookups.
bool is_lookup(uint32_t bus);
bool true_lookup(const air::Message& m);

/// Whether rows of one chip hold, and what they say. Problems as text; `ledger` gets all messages that are no lookups.
template <class Chip>
std::vector<std::string> check_row(const air::RowOf<Chip, F>& row, air::BusLedger& ledger) {
    std::vector<std::string> problems;
    air::DebugBuilder b;
    air::eval_chip<Chip>(b, row);
    for (size_t k : b.failed) problems.push_back(std::string(Chip::NAME) + ": constraint " + std::to_string(k));
    if (b.failed.empty() && !air::layers_hold<Chip>(row)) problems.push_back(std::string(Chip::NAME) + ": layers");
    for (const air::Message& m : b.messages) {
        if (!is_lookup(m.bus))
            ledger.add(m, Chip::NAME);
        else if (!true_lookup(m))
            problems.push_back(std::string(Chip::NAME) + ": lookup on bus " + std::to_string(m.bus));
    }
    return problems;
}

template <class Chip>
using Rows = std::vector<air::RowOf<Chip, F>>;

/// The rows of a chip for a chunk; empty if a fill refuses.
template <class Chip>
Rows<Chip> rows_of(const Machine& machine) {
    const auto calls = calls_of<Chip>(machine.chunk);
    const size_t height = calls.size() * Chip::ROWS_PER_CALL;
    std::vector<F> columns(height * air::NUM_MAIN<Chip>);
    if (!fill_columns<Chip>(machine.chunk, calls, 0, calls.size(), columns.data(), height)) return {};
    Rows<Chip> rows;
    for (size_t r = 0; r < height; r++)
        rows.push_back(air::make_row<Chip>([&](size_t c) { return columns[c * height + r]; }));
    return rows;
}

/// All problems of a set of tables against the machine: rows, lookups, open messages.
template <class... Chips>
std::vector<std::string> check(const Machine& machine, const Rows<Chips>&... tables) {
    air::BusLedger ledger;
    machine.settle(ledger);
    std::vector<std::string> problems;
    const auto add = [&]<class Chip>(const Rows<Chip>& rows) {
        for (const auto& row : rows) {
            auto more = check_row<Chip>(row, ledger);
            problems.insert(problems.end(), more.begin(), more.end());
        }
    };
    (add.template operator()<Chips>(tables), ...);
    for (const auto& open : ledger.open()) problems.push_back(to_string(open));
    return problems;
}

/// Columns of a one-table chip for which no change to an honest row is noticed, in any of the rows. Changes: + 1, and a
/// random value.
template <class Chip>
std::vector<size_t> unnoticed_columns(const Machine& machine, const Rows<Chip>& rows, Random& random) {
    std::vector<size_t> out;
    const auto noticed = [&](size_t row, size_t column, F value) {
        air::BusLedger before, after;
        auto changed = rows[row];
        changed[column] = value;
        if (!check_row<Chip>(changed, after).empty()) return true;
        // The messages are not those of the honest row.
        air::DebugBuilder b;
        air::eval_chip<Chip>(b, rows[row]);
        for (const air::Message& m : b.messages)
            if (!is_lookup(m.bus)) after.add({m.bus, -m.multiplicity, m.values}, Chip::NAME);
        return !after.balanced();
    };
    (void)machine;
    for (size_t c = 0; c < air::NUM_MAIN<Chip>; c++) {
        bool all = false;
        for (size_t r = 0; r < rows.size() && !all; r++) {
            auto row = rows[r];
            all = noticed(r, c, row[c] + F::ONE) && noticed(r, c, row[c] + F::reduce(random() | 1)) &&
                  (row[c].is_zero() || noticed(r, c, F::ZERO));
        }
        if (!all) out.push_back(c);
    }
    return out;
}

/// The machine's calls of one chip took `count` rows, which are right, and each of its columns matters.
template <class Chip>
void check_table(const Machine& machine, size_t count, Random& random) {
    const auto rows = rows_of<Chip>(machine);
    REQUIRE(rows.size() == count);
    CHECK(check<Chip>(machine, rows) == std::vector<std::string>{});
    CHECK(unnoticed_columns<Chip>(machine, rows, random) == std::vector<size_t>{});
}

std::vector<uint32_t> random_words(Random& random, size_t n);
/// Below the modulus given by its words.
std::vector<uint32_t> random_below(Random& random, std::span<const uint32_t> modulus);

inline std::vector<uint32_t> concat(std::initializer_list<std::vector<uint32_t>> parts) {
    std::vector<uint32_t> out;
    for (const auto& p : parts) out.insert(out.end(), p.begin(), p.end());
    return out;
}

}  // namespace ashlar::chips::test
