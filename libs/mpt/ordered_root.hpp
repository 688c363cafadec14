// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/base/bytes.hpp"

namespace ashlar::mpt {

/// Root of the trie that maps rlp(i) to values[i]: transactions, receipts and withdrawals roots (Yellow Paper, 4.4.1).
/// No value may be empty.
Bytes32 ordered_root(std::span<const BytesView> values);

}  // namespace ashlar::mpt
