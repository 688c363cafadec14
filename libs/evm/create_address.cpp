// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/evm.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::evm {

Address create_address(const Address& sender, uint64_t nonce) {
    // RLP of [sender, nonce]: at most 1 + 21 + 9 bytes, so the list header is one byte.
    uint8_t rlp[31];
    rlp[1] = 0x94;
    std::copy(sender.begin(), sender.end(), rlp + 2);
    size_t n = 22;
    if (nonce == 0) {
        rlp[n++] = 0x80;
    } else if (nonce < 0x80) {
        rlp[n++] = static_cast<uint8_t>(nonce);
    } else {
        const unsigned size = (64 - static_cast<unsigned>(__builtin_clzll(nonce)) + 7) / 8;
        rlp[n++] = static_cast<uint8_t>(0x80 + size);
        for (unsigned i = size; i-- > 0;) rlp[n++] = static_cast<uint8_t>(nonce >> (8 * i));
    }
    rlp[0] = static_cast<uint8_t>(0xc0 + n - 1);
    return Address::from(hash::keccak256({rlp, n}).view().subspan(12));
}

Address create2_address(const Address& sender, const Bytes32& salt, BytesView init_code) {
    uint8_t data[85];
    const Bytes32 code_hash = hash::keccak256(init_code);
    data[0] = 0xff;
    std::copy(sender.begin(), sender.end(), data + 1);
    std::copy(salt.begin(), salt.end(), data + 21);
    std::copy(code_hash.begin(), code_hash.end(), data + 53);
    return Address::from(hash::keccak256(data).view().subspan(12));
}

}  // namespace ashlar::evm
