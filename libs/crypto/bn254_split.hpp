// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/glv.hpp"

/// The endomorphism of BN254's first group, which halves the doublings of a multiplication on the host; internal to
/// libs/crypto.
namespace ashlar::crypto::bn254 {

struct ScalarParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d,
                                            0x30644e72e131a029};
};
using Scalar = Field<ScalarParameters>;
using limbs::words_of;

/// (x, y) -> (BETA x, y) multiplies by LAMBDA; BETA^3 = 1 mod p, LAMBDA^3 = 1 mod r.
inline constexpr Words256 BETA =
    words_of({0x5763473177fffffe, 0xd4f263f1acdb5c4f, 0x59e26bcea0d48bac, 0x0000000000000000});
/// How it splits scalars (glv.hpp): |low|, |high| < 2^127 for every k.
struct Lattice {
    static constexpr Words256 LAMBDA = words_of({0x8b17ea66b99c90dd, 0x5bfc41088d8daaa7, 0xb3c4d79d41a91758, 0});
    static constexpr Words256 B1 = words_of({0x8211bbeb7d4f1128, 0x6f4d8248eeb859fc, 0, 0});
    static constexpr Words256 B2 = words_of({0x89d3256894d213e3, 0, 0, 0});
    static constexpr Words256 G1 = words_of({0xa3e9f4cb4bebee99, 0xdbae71c51dce9bbc, 0xb64748cbb1f82cf5, 0});
    static constexpr Words256 G2 =
        words_of({0x61a4dd45a6e6f7ff, 0x6978e33ed7aa89b6, 0xde9ef6750e47ac63, 0x9333bc0529dcf4b3});
    /// round(a * b / 2^382).
    static Words256 scaled_product(const Words256& a, const Words256& b) {
        constexpr size_t N = std::tuple_size_v<Words256>;
        constexpr unsigned BITS = limbs::BITS<limbs::Word>, DROP = 125;
        const Words256 high = high_product(a, b);
        Words256 r{};
        // One bit more than wanted, for rounding.
        for (size_t i = 0; i + DROP / BITS < N; i++) {
            r[i] = high[i + DROP / BITS] >> (DROP % BITS);
            if (i + DROP / BITS + 1 < N) r[i] |= high[i + DROP / BITS + 1] << (BITS - DROP % BITS);
        }
        limbs::Word carry = 1;
        for (size_t i = 0; carry && i < N; i++) carry = ++r[i] == 0;
        for (size_t i = 0; i < N; i++) r[i] = r[i] >> 1 | (i + 1 < N ? r[i + 1] << (BITS - 1) : limbs::Word{0});
        return r;
    }
};

}  // namespace ashlar::crypto::bn254
