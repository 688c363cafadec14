// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/account.hpp"

#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::mpt {

Result<AccountView, Error> decode_account(BytesView value) {
    auto list = rlp::read_list(value);
    if (!list) return Fail{Error::malformed_node};
    auto nonce = list->u64();
    if (!nonce) return Fail{Error::malformed_node};
    auto balance = list->integer(32);
    if (!balance) return Fail{Error::malformed_node};
    const BytesView tail = list->rest();
    if (tail.size() != 66 || tail[0] != 0xa0 || tail[33] != 0xa0) return Fail{Error::malformed_node};
    return AccountView{*nonce, *balance, tail.data() + 1, tail.data() + 34};
}

size_t encode_account(uint8_t* out, const AccountView& account) {
    uint8_t nonce[8];
    store_be64(nonce, account.nonce);
    const BytesView n = rlp::trim({nonce, 8});
    const size_t payload = rlp::string_size(n) + rlp::string_size(account.balance) + 66;
    uint8_t* p = out + rlp::write_header(out, 0xc0, payload);
    p += rlp::write_string(p, n);
    p += rlp::write_string(p, account.balance);
    *p++ = 0xa0;
    std::memcpy(p, account.storage_root, 32);
    p += 32;
    *p++ = 0xa0;
    std::memcpy(p, account.code_hash, 32);
    return static_cast<size_t>(p + 32 - out);
}

}  // namespace ashlar::mpt
