// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/access_list_view.hpp"

#include <algorithm>

namespace ashlar::ethereum {

using evm::uint256;

namespace {

uint256 number(BytesView big_endian) { return uint256::from_be(big_endian.data(), big_endian.size()); }

struct Entry {
    uint64_t index = 0;
    BytesView value;
};

rlp::Decoded<Entry> read_entry(rlp::Reader& changes) {
    ASHLAR_ASSIGN(rlp::Reader pair, changes.list());
    Entry e;
    ASHLAR_ASSIGN(e.index, pair.u64());
    ASHLAR_ASSIGN(e.value, pair.bytes());
    ASHLAR_TRY(pair.finish());
    return e;
}

/// Checks a list of changes once, so that later reads need not: indices rise, values are numbers of at most
/// `max_bytes` bytes (any bytes if 0). Returns its items.
rlp::Decoded<BytesView> read_changes(rlp::Reader& fields, size_t max_bytes) {
    ASHLAR_ASSIGN(rlp::Reader changes, fields.list());
    const BytesView items = changes.rest();
    for (uint64_t least = 0; !changes.empty();) {
        ASHLAR_ASSIGN(const Entry e, read_entry(changes));
        const bool number_like = e.value.size() <= max_bytes && (e.value.empty() || e.value[0] != 0);
        if (e.index < least || e.index >= UINT32_MAX || (max_bytes && !number_like))
            return Fail{rlp::Error::non_canonical};
        least = e.index + 1;
    }
    return items;
}

}  // namespace

std::optional<BytesView> AccessListView::Account::last(BytesView changes, uint64_t before) {
    std::optional<BytesView> found;
    rlp::Reader reader(changes);
    while (!reader.empty()) {
        const auto e = read_entry(reader);
        if (!e || e->index >= before) break;  // it was readable when the list was decoded
        found = e->value;
    }
    return found;
}

AccessListView::Number AccessListView::Account::last_number(BytesView changes, uint64_t before) {
    const auto value = last(changes, before);
    return value ? Number(number(*value)) : std::nullopt;
}

AccessListView::Number AccessListView::Account::slot(const uint256& key, uint64_t before) const {
    const auto s =
        std::lower_bound(slots_.begin(), slots_.end(), key, [](const Slot& a, const uint256& b) { return a.key < b; });
    return s == slots_.end() || s->key != key ? std::nullopt : last_number(s->changes, before);
}

rlp::Decoded<AccessListView::Account> AccessListView::read(rlp::Reader& list) {
    ASHLAR_ASSIGN(rlp::Reader fields, list.list());
    Account a;
    ASHLAR_ASSIGN(a.address_, fields.bytes());
    if (a.address_.size() != Address::SIZE) return Fail{rlp::Error::wrong_length};
    ASHLAR_ASSIGN(rlp::Reader writes, fields.list());
    while (!writes.empty()) {
        ASHLAR_ASSIGN(rlp::Reader slot, writes.list());
        ASHLAR_ASSIGN(const BytesView key, slot.integer(32));
        ASHLAR_ASSIGN(const BytesView changes, read_changes(slot, 32));
        ASHLAR_TRY(slot.finish());
        const Account::Slot s{number(key), changes};
        if (changes.empty() || (!a.slots_.empty() && !(a.slots_.back().key < s.key)))
            return Fail{rlp::Error::non_canonical};
        a.slots_.push_back(s);
    }
    ASHLAR_ASSIGN([[maybe_unused]] const rlp::Reader reads, fields.list());  // what the union of fragments decides
    ASHLAR_ASSIGN(a.balances_, read_changes(fields, 32));
    ASHLAR_ASSIGN(a.nonces_, read_changes(fields, 8));
    ASHLAR_ASSIGN(a.codes_, read_changes(fields, 0));
    ASHLAR_TRY(fields.finish());
    return a;
}

Outcome<AccessListView> AccessListView::decode(BytesView items) {
    AccessListView view;
    rlp::Reader list(items);
    while (!list.empty()) {
        auto a = read(list);
        if (!a) return Fail{ErrorCode::access_list};
        if (!view.accounts_.empty() &&
            std::memcmp(view.accounts_.back().address_.data(), a->address_.data(), Address::SIZE) >= 0)
            return Fail{ErrorCode::access_list};
        view.accounts_.push_back(std::move(*a));
    }
    return view;
}

const AccessListView::Account* AccessListView::find(const Address& address) const {
    const auto a = std::lower_bound(
        accounts_.begin(), accounts_.end(), address,
        [](const Account& x, const Address& y) { return std::memcmp(x.address_.data(), y.data(), Address::SIZE) < 0; });
    if (a == accounts_.end() || std::memcmp(a->address_.data(), address.data(), Address::SIZE) != 0) return nullptr;
    return &*a;
}

}  // namespace ashlar::ethereum
