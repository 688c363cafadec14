// SPDX-License-Identifier: Apache-2.0
// What the fixed tables hold: every entry that their lookup promises, and no other.
#include <catch2/catch.hpp>
#include <set>

#include "libs/chips/tables.hpp"

using namespace ashlar::chips;

TEST_CASE("the row of a lookup in a fixed table is the entry that was asked for", "[chips]") {
    for (uint32_t bits = 0; bits <= 16; bits++) {
        for (uint32_t value = 0; value < 1u << bits; value++) {
            const auto row = RangeTable::prep_row(RangeTable::index(bits, value));
            if (row.bits.canonical() != bits || row.value.canonical() != value) FAIL_CHECK(bits << " " << value);
        }
        CHECK(RangeTable::index(bits, 1u << bits) == RangeTable::HEIGHT);
    }
    CHECK(RangeTable::index(17, 0) == RangeTable::HEIGHT);
    for (uint32_t x = 0; x < 256; x++) {
        for (uint32_t y = 0; y < 256; y++) {
            const auto row = ByteTable::prep_row(ByteTable::index(x, y));
            if (row.x.canonical() != x || row.y.canonical() != y || row.both.canonical() != (x & y))
                FAIL_CHECK(x << " " << y);
        }
    }
    CHECK(ByteTable::index(256, 0) == ByteTable::HEIGHT);
    CHECK(ByteTable::index(0, 256) == ByteTable::HEIGHT);
    for (uint32_t high = 0; high < 0x7800; high++) {
        const auto row = AddressTable::prep_row(AddressTable::index(high, high != 0));
        if (row.high.canonical() != high || row.nonzero.canonical() != (high != 0)) FAIL_CHECK(high);
        if (AddressTable::index(high, high == 0) != AddressTable::HEIGHT) FAIL_CHECK("both answers for " << high);
    }
    CHECK(AddressTable::index(0x7800, 1) == AddressTable::HEIGHT);
}

TEST_CASE("calls differ in their ids", "[chips]") {
    std::set<uint32_t> ids;
    for (const ProvableCall& call : PROVABLE_CALLS) ids.insert(call.id());
    CHECK(ids.size() == PROVABLE_CALLS.size());
}
