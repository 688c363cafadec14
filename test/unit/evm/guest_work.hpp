// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/precompiles.hpp"
#include "libs/evm/uint256.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::evm {

/// What the guest and the native side of guest_test do alike: number 0 is all arithmetic on three 256-bit numbers, any
/// other a precompiled contract of the newest fork. `hash` becomes the hash of itself and the results.
inline void do_guest_work(uint32_t number, BytesView data, Bytes32& hash) {
    hash::Keccak256 k;
    k.update(hash.view());
    if (number == 0) {
        const uint256 a = uint256::load(data.data()), b = uint256::load(data.data() + 32),
                      c = uint256::load(data.data() + 64);
        for (const uint256& r :
             {a + b, a - b, a * b, a / b, a % b, addmod(a, b, c), mulmod(a, b, c), exp(a, b), sdiv(a, b), smod(a, b),
              a << (b.low32() & 511), a >> (b.low32() & 511), shift_right_arithmetic(a, b.low32() & 511),
              sign_extend(uint256{b.low32() & 31}, a), byte_at(uint256{b.low32() & 63}, a), uint256{a < b},
              uint256{signed_less(a, b)}, uint256{a.bit_length()}, uint256::from(a.to_address())})
            k.update(r.to_bytes32().view());
    } else {
        const PrecompileResult r = run_precompile(LATEST_REVISION, number, data, uint64_t{1} << 40);
        k.update(r.output);
        k.update(uint256{r.ok ? r.gas_left + 1 : 0}.to_bytes32().view());
    }
    hash = k.finish();
}

/// In the guest: takes all room for hinted quotients, so that divisions from here on do without.
inline constexpr uint32_t NO_QUOTIENT_ROOM = 1001;

/// In the guest: a frame whose memory begins behind that of its parents grows it. Data: where it begins, its new size.
inline constexpr uint32_t GROWN_MEMORY = 1002;

/// In the guest: a quotient is put where the division finds it, which must end the program unless it is the right one.
/// Data: dividend, divisor, quotient.
inline constexpr uint32_t FALSE_QUOTIENT = 1000;
inline void do_division(BytesView data, Bytes32& hash) {
    hash = (uint256::load(data.data()) / uint256::load(data.data() + 32)).to_bytes32();
}

}  // namespace ashlar::evm
