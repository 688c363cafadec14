// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/p256.hpp"

#include "libs/crypto/curve.hpp"

namespace ashlar::crypto {
namespace p256 {

/// Source of the curve's numbers: FIPS 186-4, D.1.2.3.
struct BaseParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000,
                                            0xffffffff00000001};
};
struct ScalarParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                            0xffffffff00000000};
};
using Base = Field<BaseParameters>;
using Scalar = Field<ScalarParameters>;

using limbs::words_of;

struct Curve {
    using F = Base;
    static constexpr bool A_IS_ZERO = false;
    static constexpr guest::Syscall ADD = guest::Syscall::SECP256R1_ADD, DOUBLE = guest::Syscall::SECP256R1_DOUBLE;
    static Base b() {
        return Base::from_words(
            words_of({0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7}));
    }
    static Affine<Base> generator() {
        return {Base::from_words(
                    words_of({0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247})),
                Base::from_words(
                    words_of({0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b})),
                false};
    }
};

}  // namespace p256

bool p256_verify(const Bytes32& digest, const Bytes32& r_bytes, const Bytes32& s_bytes, const Bytes32& x_bytes,
                 const Bytes32& y_bytes) {
    using namespace p256;
    const auto r = Scalar::from_be(r_bytes.data()), s = Scalar::from_be(s_bytes.data());
    const auto x = Base::from_be(x_bytes.data()), y = Base::from_be(y_bytes.data());
    if (!r || !s || r->is_zero() || s->is_zero() || !x || !y) return false;
    const Affine<Base> key{*x, *y, false};
    if (!on_curve<Curve>(key)) return false;  // nor is (0, 0), which would stand for infinity
    const Scalar w = s->inverse();
    const auto sum = multiply_sum<Curve>({Curve::generator(), key},
                                         {(Scalar::reduce_be(digest.data()) * w).words(), (*r * w).words()});
    if (sum.infinity()) return false;
    uint8_t abscissa[32];
    sum.affine().x.to_be(abscissa);
    return Scalar::reduce_be(abscissa) == *r;
}

}  // namespace ashlar::crypto
