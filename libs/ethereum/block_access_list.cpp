// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block_access_list.hpp"

#include "libs/ethereum/block.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

constexpr uint64_t ITEM_GAS = 2000;  // EIP-7928: gas of the limit for each address and slot

/// Numbers as RLP has them, without leading zeros: the shorter one is smaller.
int compare_numbers(BytesView a, BytesView b) {
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size());
}

struct Account {
    BytesView raw;
    BytesView address;
    rlp::Reader writes, reads, balances, nonces, codes;
};
struct SlotWrites {
    BytesView raw;
    BytesView slot;
    BytesView changes;
};

rlp::Decoded<Account> read_account(rlp::Reader& list) {
    ASHLAR_ASSIGN(const rlp::Item item, list.next());
    if (!item.is_list) return Fail{rlp::Error::expected_list};
    rlp::Reader fields(item.payload);
    Account a;
    a.raw = item.raw;
    ASHLAR_ASSIGN(a.address, fields.bytes());
    if (a.address.size() != Address::SIZE) return Fail{rlp::Error::wrong_length};
    for (rlp::Reader* r : {&a.writes, &a.reads, &a.balances, &a.nonces, &a.codes}) {
        ASHLAR_ASSIGN(*r, fields.list());
    }
    ASHLAR_TRY(fields.finish());
    return a;
}

rlp::Decoded<SlotWrites> read_slot(rlp::Reader& list) {
    ASHLAR_ASSIGN(const rlp::Item item, list.next());
    if (!item.is_list) return Fail{rlp::Error::expected_list};
    rlp::Reader fields(item.payload);
    SlotWrites s;
    s.raw = item.raw;
    ASHLAR_ASSIGN(s.slot, fields.integer(32));
    ASHLAR_ASSIGN(const rlp::Reader changes, fields.list());
    s.changes = changes.rest();
    ASHLAR_TRY(fields.finish());
    return s;
}

/// One of several sorted lists that are read together, with its next item.
template <class T>
struct Cursor {
    rlp::Reader rest;
    std::optional<T> next;

    rlp::Decoded<bool> advance(rlp::Decoded<T> (*read)(rlp::Reader&)) {
        if (rest.empty()) return next.reset(), true;
        ASHLAR_ASSIGN(next, read(rest));
        return true;
    }
};

rlp::Decoded<BytesView> read_number(rlp::Reader& list) { return list.integer(32); }

/// The least key among the next items; nullptr when all lists have ended.
template <class T, class Key>
const BytesView* least(std::vector<Cursor<T>>& cursors, Key key) {
    const BytesView* found = nullptr;
    for (Cursor<T>& c : cursors)
        if (c.next && (!found || compare_numbers(key(*c.next), *found) < 0)) found = &key(*c.next);
    return found;
}

template <class T>
rlp::Decoded<std::vector<Cursor<T>>> open(const std::vector<Account>& accounts, rlp::Reader Account::* list,
                                          rlp::Decoded<T> (*read)(rlp::Reader&)) {
    std::vector<Cursor<T>> cursors;
    for (const Account& a : accounts) {
        Cursor<T> c{a.*list, {}};
        ASHLAR_TRY(c.advance(read));
        cursors.push_back(c);
    }
    return cursors;
}

/// Writes of all, slot by slot, then what is read and not written. Returns the number of slots.
rlp::Decoded<uint64_t> join_slots(const std::vector<Account>& accounts, rlp::Writer& w) {
    ASHLAR_ASSIGN(auto writes, open<SlotWrites>(accounts, &Account::writes, read_slot));
    ASHLAR_ASSIGN(auto reads, open<BytesView>(accounts, &Account::reads, read_number));
    const auto slot_of = [](SlotWrites& s) -> const BytesView& { return s.slot; };
    const auto itself = [](BytesView& b) -> const BytesView& { return b; };
    uint64_t count = 0;
    std::vector<BytesView> written;
    size_t list = w.begin_list();
    while (const BytesView* first = least(writes, slot_of)) {
        const BytesView slot = *first;
        const size_t item = w.begin_list();
        w.string(slot);
        const size_t changes = w.begin_list();
        for (auto& c : writes) {
            if (!c.next || compare_numbers(c.next->slot, slot) != 0) continue;
            w.raw(c.next->changes);
            ASHLAR_TRY(c.advance(read_slot));
        }
        w.end_list(changes);
        w.end_list(item);
        written.push_back(slot);
        count++;
    }
    w.end_list(list);
    list = w.begin_list();
    size_t at = 0;
    while (const BytesView* first = least(reads, itself)) {
        const BytesView slot = *first;
        while (at < written.size() && compare_numbers(written[at], slot) < 0) at++;
        if (at == written.size() || compare_numbers(written[at], slot) != 0) {
            w.string(slot);
            count++;
        }
        for (auto& c : reads)
            if (c.next && compare_numbers(*c.next, slot) == 0) ASHLAR_TRY(c.advance(read_number));
    }
    w.end_list(list);
    return count;
}

rlp::Decoded<AccessList> join(std::span<const BytesView> fragments) {
    std::vector<Cursor<Account>> cursors;
    for (BytesView f : fragments) {
        Cursor<Account> c{rlp::Reader(f), {}};
        ASHLAR_TRY(c.advance(read_account));
        cursors.push_back(c);
    }
    AccessList out;
    rlp::Writer w;
    std::vector<Account> same;
    while (const BytesView* first = least(cursors, [](Account& a) -> const BytesView& { return a.address; })) {
        const BytesView address = *first;
        same.clear();
        for (auto& c : cursors) {
            if (!c.next || compare_numbers(c.next->address, address) != 0) continue;
            same.push_back(*c.next);
            ASHLAR_TRY(c.advance(read_account));
        }
        const size_t account = w.begin_list();
        w.string(address);
        ASHLAR_ASSIGN(const uint64_t slots, join_slots(same, w));
        for (rlp::Reader Account::* field : {&Account::balances, &Account::nonces, &Account::codes}) {
            const size_t list = w.begin_list();
            for (const Account& a : same) w.raw((a.*field).rest());
            w.end_list(list);
        }
        w.end_list(account);
        out.count += 1 + slots;
    }
    out.items = std::move(w.out);
    return out;
}

}  // namespace

Outcome<AccessList> join_fragments(std::span<const BytesView> fragments) {
    auto list = join(fragments);
    if (!list) return Fail{ErrorCode::input_encoding};
    return std::move(*list);
}

Outcome<void> check_access_list(const AccessList& list, const Bytes32& hash, uint64_t gas_limit) {
    const Bytes32 digest = list_digest(list.items);
    if (digest != hash) return Fail{Error{ErrorCode::access_list_hash, digest}};
    if (list.count > gas_limit / ITEM_GAS) return Fail{ErrorCode::access_list_size};
    return {};
}

}  // namespace ashlar::ethereum
