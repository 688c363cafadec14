// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/value.hpp>

#include "libs/base/error.hpp"
#include "libs/ethereum/witness.hpp"

namespace ashlar::ethereum {

/// A witness as nodes answer debug_executionWitness: `state`, `codes` (may be null or absent) and `headers`, arrays in
/// any order with duplicates and surplus. Items are 0x-hex; headers RLP in hex, or objects with a header's fields,
/// which are encoded again and, where the object has a `hash`, compared with it. `keys` and other members are not
/// looked at. Error: witness_json.
HostResult<Witness> read_witness(const boost::json::value& document);

/// The same from text, gzip or plain, also inside of a JSON-RPC answer; `max_bytes` bounds what gzip may come to.
/// Error: witness_json.
HostResult<Witness> parse_witness(BytesView json_or_gzip, size_t max_bytes = size_t{1} << 31);

}  // namespace ashlar::ethereum
