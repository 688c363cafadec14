// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::ethereum {

/// The RLP of a header that a node gives as an object (eth_getHeaderByNumber, eth_getBlockByNumber; other members are
/// passed over). Where the object has a `hash`, the RLP must hash to it. Error: header_json.
HostResult<Bytes> encode_header(const boost::json::object& header);

/// A JSON quantity, "0x1f", as big-endian bytes without leading zeros, at most 32; nullopt for anything else.
std::optional<Bytes> quantity_bytes(std::string_view text);

}  // namespace ashlar::ethereum
