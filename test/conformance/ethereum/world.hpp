// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>
#include <optional>

#include "libs/ethereum/witness.hpp"

namespace ashlar::conformance {

/// A whole state as a test file writes it down (`pre`): address -> nonce, balance, code, storage. A full trie is a
/// witness.
struct World {
    ethereum::Witness witness;
    Bytes32 root;
};
/// nullopt if the object is not of that shape.
std::optional<World> make_world(const boost::json::object& accounts);

/// Bytes, or a number of at most 32 bytes, from 0x-hex.
std::optional<Bytes> hex_bytes(const boost::json::value* v);
std::optional<Bytes32> hex_word(const boost::json::value* v);
std::optional<uint64_t> hex_number(const boost::json::value* v);

}  // namespace ashlar::conformance
