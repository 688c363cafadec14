// SPDX-License-Identifier: Apache-2.0
// Words read from the future: for every access of every chip, the previous access lies after the access itself.
#include "libs/air/describe.hpp"
#include "test/mutation/row.hpp"
#include "test/soundness/lab.hpp"
#include "test/soundness/lies.hpp"

namespace ashlar::test {

using namespace chips;
using mutation::Row;

namespace {

/// Rows of one chip to lie about, found as they are needed.
class Accesses {
  public:
    Accesses(std::string_view name, const air::ChipStructure& chip, const machine::Table& table)
        : name_(name), chip_(chip), table_(table) {}

    void lies(std::vector<Lie>& out) {
        for (size_t k = 0; k + 2 < chip_.interactions.size(); k++)
            if (chip_.interactions[k].bus == BUS_MEMORY && chip_.interactions[k + 1].bus == BUS_MEMORY)
                if (const auto row = where_received(k)) access(k, *row, out);
    }

  private:
    /// A row that receives message k.
    std::optional<Row> where_received(size_t k) {
        for (const Row& row : rows_)
            if (row.multiplicity(k) == -F::ONE) return row;
        for (; next_ < table_.height(); next_++) {
            std::vector<F> cells;
            for (uint32_t c = 0; c < chip_.num_main; c++) cells.push_back(table_.at(c, next_));
            const Row row(chip_, std::move(cells));
            if (row.multiplicity(k) != -F::ONE) continue;
            rows_.push_back(row);
            return row;
        }
        next_ = 0;
        return std::nullopt;
    }
    /// Lookup i's value if it asks for so many bits.
    std::optional<uint32_t> range_of(size_t i, uint32_t bits) const {
        if (i >= chip_.interactions.size() || chip_.interactions[i].bus != BUS_RANGE) return std::nullopt;
        const air::Node& n = chip_.expressions[chip_.interactions[i].values[0]];
        if (n.op != air::Op::constant || n.a != bits) return std::nullopt;
        return chip_.interactions[i].values[1];
    }
    void access(size_t k, const Row& row, std::vector<Lie>& out) const {
        const air::Node& time = chip_.expressions[chip_.interactions[k].values[1]];
        const auto low = range_of(k + 2, 16);
        if (time.op != air::Op::column || !low) return;
        const auto lie = [&](std::string_view what, F later, std::optional<std::pair<uint32_t, F>> gap) {
            auto cells = row.cells();
            cells[time.a] += later;
            if (gap) cells[gap->first] = gap->second;
            out.push_back({name_, std::string(what), std::move(cells), std::nullopt});
        };
        const F now = row[chip_.interactions[k + 1].values[1]] - row[*low] - row[chip_.interactions[k].values[1]];
        const air::Node& gap = chip_.expressions[*low];
        const auto high = range_of(k + 3, 13);
        if (gap.op != air::Op::column) {  // a register: time - previous - 1 in one lookup
            if (now == F::ONE) lie("a register's value from a later time", row[*low] + F::from_canonical(5), {});
        } else if (high) {  // time - previous - 1 = gap + 2^16 high
            const F two_16 = F::from_canonical(1 << 16), since = row[*low] + row[*high] * two_16,
                    five(F::from_canonical(5));
            lie("a word from a later time, by a negative gap", since + five, std::pair{gap.a, -five});
            lie("a word from a later time, beyond all gaps", since + five, std::pair{gap.a, two_16 - five});
        }
    }

    std::string_view name_;
    const air::ChipStructure& chip_;
    const machine::Table& table_;
    std::vector<Row> rows_;
    uint32_t next_ = 0;
};

}  // namespace

std::vector<Lie> time_lies() {
    const Lab& lab = every_chip_lab();
    std::vector<Lie> out;
    MachineChips::for_each([&]<class C>() {
        if constexpr (!air::FixedChip<C>) {
            const air::ChipStructure chip = air::describe<C>();
            Accesses(C::NAME, chip, lab.trace[MachineChips::index_of<C>()]).lies(out);
        }
    });
    return out;
}

}  // namespace ashlar::test
