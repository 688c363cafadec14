// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/base/result.hpp"
#include "libs/mpt/node.hpp"

namespace ashlar::mpt {

/// The value of an account leaf: [nonce, balance, storage root, code hash] (Yellow Paper, section 4.1). Views into the
/// leaf.
struct AccountView {
    uint64_t nonce = 0;
    BytesView balance;  ///< big-endian, no leading zeros, at most 32 bytes
    const uint8_t* storage_root = nullptr;
    const uint8_t* code_hash = nullptr;
};

Result<AccountView, Error> decode_account(BytesView value);

/// Longest encoding of an account.
inline constexpr size_t MAX_ACCOUNT_SIZE = 2 + 9 + 33 + 33 + 33;
/// Writes the encoding at `out` (MAX_ACCOUNT_SIZE bytes); returns its size.
size_t encode_account(uint8_t* out, const AccountView& account);

}  // namespace ashlar::mpt
