// SPDX-License-Identifier: Apache-2.0
#include "libs/air/bus_ledger.hpp"

namespace ashlar::air {

void BusLedger::add(const Message& m, std::string_view source) {
    std::vector<uint32_t> key{m.bus};
    for (F v : m.values) key.push_back(v.canonical());
    auto [it, inserted] = entries_.try_emplace(std::move(key));
    it->second.multiplicity += m.multiplicity;
    it->second.source = source;
    if (it->second.multiplicity.is_zero()) entries_.erase(it);
}

std::vector<BusLedger::Open> BusLedger::open(size_t limit) const {
    std::vector<Open> list;
    for (const auto& [key, entry] : entries_) {
        if (list.size() == limit) break;
        list.push_back({key[0], entry.multiplicity, {key.begin() + 1, key.end()}, entry.source});
    }
    return list;
}

std::string to_string(const BusLedger::Open& open) {
    const uint32_t m = open.multiplicity.canonical();
    const bool negative = m > F::P / 2;
    std::string s = "bus " + std::to_string(open.bus) + ": " + (negative ? "received " : "sent ") +
                    std::to_string(negative ? F::P - m : m) + " too many of (";
    for (size_t i = 0; i < open.values.size(); i++) s += (i ? ", " : "") + std::to_string(open.values[i]);
    return s + "), last by " + std::string(open.source);
}

}  // namespace ashlar::air
