// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/bls12_381_curve.hpp"

/// The encodings of EIP-2537; internal to libs/crypto.
namespace ashlar::crypto::bls12_381 {

inline constexpr size_t FP_SIZE = 64, G1_SIZE = 2 * FP_SIZE, G2_SIZE = 4 * FP_SIZE;

inline std::optional<Fp> decode_fp(const uint8_t* in) {
    for (size_t i = 0; i < FP_SIZE - Fp::BYTES; i++)
        if (in[i]) return std::nullopt;
    return Fp::from_be(in + FP_SIZE - Fp::BYTES);
}
inline void encode(const Fp& a, uint8_t* out) { a.to_be(out + FP_SIZE - Fp::BYTES); }

inline bool all_zero(BytesView b) {
    for (uint8_t x : b)
        if (x) return false;
    return true;
}
/// `in` has G1_SIZE bytes.
inline std::optional<Affine<Fp>> decode_g1(BytesView in) {
    if (all_zero(in)) return Affine<Fp>::at_infinity();
    const auto x = decode_fp(in.data()), y = decode_fp(in.data() + FP_SIZE);
    if (!x || !y) return std::nullopt;
    const Affine<Fp> p{*x, *y, false};
    if (!on_curve<G1>(p)) return std::nullopt;
    return p;
}
/// `in` has G2_SIZE bytes.
inline std::optional<Affine<E>> decode_g2(BytesView in) {
    if (all_zero(in)) return Affine<E>::at_infinity();
    std::optional<Fp> c[4];
    for (size_t i = 0; i < 4; i++) {
        c[i] = decode_fp(in.data() + FP_SIZE * i);
        if (!c[i]) return std::nullopt;
    }
    const Affine<E> q{{*c[0], *c[1]}, {*c[2], *c[3]}, false};
    if (!on_curve<G2>(q)) return std::nullopt;
    return q;
}
inline Bytes encode(const Affine<Fp>& p) {
    Bytes out(G1_SIZE);
    if (!p.infinity) {
        encode(p.x, out.data());
        encode(p.y, out.data() + FP_SIZE);
    }
    return out;
}
inline Bytes encode(const Affine<E>& q) {
    Bytes out(G2_SIZE);
    if (!q.infinity) {
        encode(q.x.c0, out.data());
        encode(q.x.c1, out.data() + FP_SIZE);
        encode(q.y.c0, out.data() + 2 * FP_SIZE);
        encode(q.y.c1, out.data() + 3 * FP_SIZE);
    }
    return out;
}

}  // namespace ashlar::crypto::bls12_381
