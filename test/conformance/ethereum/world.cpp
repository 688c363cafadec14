// SPDX-License-Identifier: Apache-2.0
#include "test/conformance/ethereum/world.hpp"

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/mpt/walk.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::conformance {

namespace json = boost::json;

std::optional<Bytes> hex_bytes(const json::value* v) {
    if (!v || !v->is_string()) return std::nullopt;
    std::string text(v->get_string());
    if (text.starts_with("0x")) text.erase(0, 2);
    if (text.size() % 2) text.insert(0, "0");
    return from_hex(text);
}

std::optional<Bytes32> hex_word(const json::value* v) {
    const auto b = hex_bytes(v);
    if (!b || b->size() > 32) return std::nullopt;
    Bytes32 r;
    std::copy(b->begin(), b->end(), r.end() - static_cast<ptrdiff_t>(b->size()));
    return r;
}

std::optional<uint64_t> hex_number(const json::value* v) {
    const auto w = hex_word(v);
    if (!w) return std::nullopt;
    for (size_t i = 0; i < 24; i++)
        if ((*w)[i]) return std::nullopt;
    return load_be64(w->data() + 24);
}

std::optional<World> make_world(const json::object& accounts) {
    World world;
    mpt::Store store;
    mpt::Slot root = store.open(mpt::EMPTY_ROOT);
    const auto keep = [&](mpt::Slot& slot) {
        mpt::walk_new(slot, [&](BytesView rlp) { world.witness.add_node(Bytes(rlp.begin(), rlp.end())); });
    };
    for (const auto& [name, value] : accounts) {
        const auto address = fixed_from_hex<20>(std::string_view(name));
        if (!address || !value.is_object()) return std::nullopt;
        const json::object& a = value.get_object();
        const auto nonce = hex_number(a.if_contains("nonce"));
        const auto balance = hex_word(a.if_contains("balance"));
        const auto code = hex_bytes(a.if_contains("code"));
        if (!nonce || !balance || !code) return std::nullopt;
        mpt::Slot storage = store.open(mpt::EMPTY_ROOT);
        if (const json::value* slots = a.if_contains("storage"); slots && slots->is_object()) {
            for (const auto& [slot_name, slot_value] : slots->get_object()) {
                const json::value key_text(slot_name);
                const auto key = hex_word(&key_text), word = hex_word(&slot_value);
                if (!key || !word) return std::nullopt;
                if (word->is_zero()) continue;
                uint8_t* out = store.arena().bytes(33);
                const size_t n = rlp::write_string(out, rlp::trim(word->view()));
                if (!store.insert(storage, hash::keccak256(key->view()).data(), {out, n})) return std::nullopt;
            }
        }
        const Bytes32 storage_root = store.hash(storage), code_hash = hash::keccak256(*code);
        uint8_t* out = store.arena().bytes(mpt::MAX_ACCOUNT_SIZE);
        const size_t n =
            mpt::encode_account(out, {*nonce, rlp::trim(balance->view()), storage_root.data(), code_hash.data()});
        auto leaf = store.insert(root, hash::keccak256(address->view()).data(), {out, n});
        if (!leaf) return std::nullopt;
        keep(storage);
        if (!code->empty()) world.witness.add_code(*code);
    }
    world.root = store.hash(root);
    keep(root);
    return world;
}

}  // namespace ashlar::conformance
