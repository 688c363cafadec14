// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/access_list_view.hpp"

#include <catch2/catch.hpp>

#include "test/support/rlp_items.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using evm::uint256;
using test::Items, test::joined, test::list, test::number, test::string;

namespace {

const Bytes NONE = list({}), NO_LIST = string({}), NO_NUMBER = {0x00};

Bytes change(uint64_t index, const Bytes& value) { return list({number(index), string(value)}); }
Bytes slot(uint64_t key, const Items& changes) { return list({number(key), list(changes)}); }

/// Parts of an account's entry, in their order.
enum Part { ADDRESS, WRITES, READS, BALANCES, NONCES, CODES };
Items account(uint8_t address, const Items& writes = {}) {
    return {string(Bytes(20, address)), list(writes), NONE, NONE, NONE, NONE};
}
Items with(Items items, size_t at, Bytes item) {
    items[at] = std::move(item);
    return items;
}

bool refused(const Bytes& items) {
    const auto r = AccessListView::decode(items);
    return !r && r.error().code == ErrorCode::access_list;
}

}  // namespace

TEST_CASE("a list tells what each field and slot is before an index") {
    Items a = account(2, {slot(5, {change(0, {1}), change(3, Bytes(32, 0xff))}), slot(256, {change(2, {})})});
    a[READS] = list({number(7)});
    a[BALANCES] = list({change(1, Bytes(32, 1)), change(UINT32_MAX - 1, {})});
    a[NONCES] = list({change(2, Bytes(8, 0xff))});
    a[CODES] = list({change(4, Bytes(40, 0)), change(5, {})});
    const Bytes items = joined({list(account(1)), list(a), list(account(4))});
    const auto view = AccessListView::decode(items);
    REQUIRE(view);
    REQUIRE(view->accounts().size() == 3);
    for (uint8_t n : {0, 3, 5}) CHECK(view->find(Address::from(Bytes(20, n))) == nullptr);
    CHECK(view->find(Address::from(Bytes(20, 1))) == &view->accounts()[0]);
    const auto* found = view->find(Address::from(Bytes(20, 2)));
    REQUIRE(found == &view->accounts()[1]);

    CHECK_FALSE(found->balance(1));
    CHECK(found->balance(2) == uint256::from(Bytes32::from(Bytes(32, 1))));
    CHECK(found->balance(AccessListView::NEVER) == uint256{});
    CHECK_FALSE(found->nonce(2));
    CHECK(found->nonce(3) == uint256{~uint64_t{0}});
    CHECK_FALSE(found->code(4));
    CHECK(found->code(5)->size() == 40);
    CHECK(found->code(6)->empty());
    CHECK_FALSE(found->slot(uint256{5}, 0));
    CHECK(found->slot(uint256{5}, 1) == uint256{1});
    CHECK(found->slot(uint256{5}, 3) == uint256{1});
    CHECK(found->slot(uint256{5}, 4) == uint256::max());
    CHECK_FALSE(found->slot(uint256{256}, 2));
    CHECK(found->slot(uint256{256}, 3) == uint256{});
    for (uint64_t key : {4, 6, 7, 257}) CHECK_FALSE(found->slot(uint256{key}, AccessListView::NEVER));
    std::vector<std::pair<uint256, uint256>> last;
    found->each_last_slot([&](const uint256& key, const uint256& value) { last.emplace_back(key, value); });
    CHECK(last == std::vector<std::pair<uint256, uint256>>{{uint256{5}, uint256::max()}, {uint256{256}, uint256{}}});
    CHECK(AccessListView::decode({})->accounts().empty());
}

TEST_CASE("a list is refused cut off anywhere, and with accounts that do not rise") {
    const Bytes one = list(account(1, {slot(5, {change(1, {1})})})), two = list(account(2));
    const Bytes good = joined({one, two});
    CHECK_FALSE(refused(good));
    for (size_t n = 1; n < good.size(); n++)
        if (n != one.size()) CHECK(refused(Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(n))));
    CHECK(refused(joined({one, one})));
    CHECK(refused(joined({two, one})));
    CHECK(refused(string(joined(account(1)))));
}

TEST_CASE("each part of an account's entry has its form") {
    const Items a = account(1);
    REQUIRE_FALSE(refused(list(a)));
    for (size_t size : {0u, 19u, 21u}) CHECK(refused(list(with(a, ADDRESS, string(Bytes(size, 1))))));
    CHECK(refused(list(with(a, ADDRESS, NONE))));
    for (size_t part = WRITES; part <= CODES; part++) CHECK(refused(list(with(a, part, NO_LIST))));
    Items more = a;
    more.push_back(NONE);
    CHECK(refused(list(more)));

    // Slots: a number, what became of it, nothing else; they rise, and each was written.
    const Items changes = {change(1, {1})};
    const auto writes = [&](const Items& slots) { return refused(list(account(1, slots))); };
    CHECK_FALSE(writes({slot(4, changes), slot(5, changes), slot(256, changes)}));
    CHECK(writes({slot(5, changes), slot(5, changes)}));
    CHECK(writes({slot(5, changes), slot(4, changes)}));
    CHECK(writes({slot(5, {})}));
    CHECK(writes({list({NO_NUMBER, list(changes)})}));
    CHECK(writes({list({string(Bytes(33, 1)), list(changes)})}));
    CHECK(writes({list({number(5), NO_LIST})}));
    CHECK(writes({list({number(5), list(changes), NONE})}));
    CHECK(writes({string(joined({number(5), list(changes)}))}));
}

TEST_CASE("changes have indices that rise, and values that fit") {
    const auto wrong = [](const Items& changes) {
        const Bytes items = list(changes);
        const bool as_slot = refused(list(account(1, {list({number(5), items})})));
        for (size_t part : {BALANCES, NONCES, CODES}) CHECK(refused(list(with(account(1), part, items))) == as_slot);
        return as_slot;
    };
    CHECK_FALSE(wrong({change(0, {1}), change(1, {2}), change(9, {})}));
    CHECK(wrong({change(1, {1}), change(1, {2})}));
    CHECK(wrong({change(2, {1}), change(1, {2})}));
    CHECK_FALSE(wrong({change(UINT32_MAX - 1, {1})}));
    CHECK(wrong({change(UINT32_MAX, {1})}));
    CHECK(wrong({list({number(1)})}));
    CHECK(wrong({list({})}));
    CHECK(wrong({list({number(1), NONE})}));
    CHECK(wrong({list({number(1), number(2), number(3)})}));
    CHECK(wrong({list({NO_NUMBER, number(2)})}));
    CHECK(wrong({list({string(Bytes(9, 1)), number(2)})}));
    CHECK(wrong({string({1, 2})}));

    const auto fits = [](size_t part, const Bytes& value) {
        return !refused(list(with(account(1), part, list({change(1, value)}))));
    };
    CHECK(fits(BALANCES, Bytes(32, 1)));
    CHECK_FALSE(fits(BALANCES, Bytes(33, 1)));
    CHECK(fits(NONCES, Bytes(8, 1)));
    CHECK_FALSE(fits(NONCES, Bytes(9, 1)));
    CHECK_FALSE(fits(BALANCES, {0, 1}));
    CHECK_FALSE(fits(NONCES, {0}));
    CHECK(fits(CODES, Bytes(100, 0)));
    CHECK_FALSE(refused(list(account(1, {slot(5, {change(1, Bytes(32, 1))})}))));
    CHECK(refused(list(account(1, {slot(5, {change(1, Bytes(33, 1))})}))));
    CHECK(refused(list(account(1, {slot(5, {change(1, {0, 1})})}))));
}
