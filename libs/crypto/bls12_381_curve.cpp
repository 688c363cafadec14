// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/bls12_381_curve.hpp"

namespace ashlar::crypto::bls12_381 {
namespace {

/// A cube root of one: (x, y) -> (BETA x, y) multiplies points of order r by -X^2.
constexpr uint64_t BETA[6] = {0x2e01fffffffefffe, 0xde17d813620a0002, 0xddb3a93be6f89688,
                              0xba69c6076a0f77ea, 0x5f19672fdf76ce51, 0};

/// Source: RFC 9380, and for the loop Barreto, Lynn, Scott, SCN 2002.
F12 miller_loop(const std::vector<PairingInput<Tower>>& pairs) {
    std::vector<MillerPoint<Tower>> points;
    points.reserve(pairs.size());
    for (const auto& pair : pairs) points.emplace_back(pair);
    F12 f = F12::one();
    for (int i = 62; i >= 0; i--) {
        f.square_in_place();
        for (size_t k = 0; k < pairs.size(); k++) {
            points[k].twice(f);
            if (X >> i & 1) points[k].add(f, pairs[k].q);
        }
    }
    return f.conjugate();  // the parameter is negative
}

/// f^(3 (p^12 - 1) / r). Source: Hayashida, Hayasaka, Teruya, eprint 2020/875: the hard part is
/// (x - 1)^2 (x + p) (x^2 + p^2 - 1) + 3.
F12 final_exponentiation(const F12& in) {
    const F12 f = easy_part(in);
    auto power_x = [](const F12& a) { return a.cyclotomic_power(X).conjugate(); };
    const F12 a = power_x(f) * f.conjugate(), b = power_x(a) * a.conjugate(), c = power_x(b) * b.frobenius();
    const F12 d = power_x(power_x(c)) * c.frobenius().frobenius() * c.conjugate();
    return d * f.cyclotomic_square() * f;
}

}  // namespace

Affine<Fp> G1::generator() {
    return {constant({0xfb3af00adb22c6bb, 0x6c55e83ff97a1aef, 0xa14e3a3f171bac58, 0xc3688c4f9774b905,
                      0x2695638c4fa9ac0f, 0x17f1d3a73197d794}),
            constant({0x0caa232946c5e7e1, 0xd03cc744a2888ae4, 0x00db18cb2c04b3ed, 0xfcf5e095d5d00af6,
                      0xa09e30ed741d8ae4, 0x08b3f481e3aaa0f1}),
            false};
}
Affine<E> G2::generator() {
    return {{constant({0xd48056c8c121bdb8, 0x0bac0326a805bbef, 0xb4510b647ae3d177, 0xc6e47ad4fa403b02,
                       0x260805272dc51051, 0x024aa2b2f08f0a91}),
             constant({0xe5ac7d055d042b7e, 0x334cf11213945d57, 0xb5da61bbdc7f5049, 0x596bd0d09920b61a,
                       0x7dacd3a088274f65, 0x13e02b6052719f60})},
            {constant({0xe193548608b82801, 0x923ac9cc3baca289, 0x6d429a695160d12c, 0xadfd9baa8cbdd3a7,
                       0x8cc9cdc6da2e351a, 0x0ce5d527727d6e11}),
             constant({0xaaa9075ff05f79be, 0x3f370d275cec1da1, 0x267492ab572e99ab, 0xcb3e287e85a763af,
                       0x32acd2b02bc28b99, 0x0606c4a02ea734cc})},
            false};
}

/// Source of both checks: Scott, "A note on group membership tests", eprint 2021/1130.
bool in_subgroup(const Affine<Fp>& p) {
    if (p.infinity) return true;
    const auto xx = multiply_u64<G1>(multiply_u64<G1>(p, X).affine(), X).affine();
    return -xx == Affine<Fp>{p.x * constant(BETA), p.y, false};
}
bool in_subgroup(const Affine<E>& q) {
    return q.infinity || twisted_frobenius<Tower>(q) == -multiply_u64<G2>(q, X).affine();
}

bool pairing_product_is_one(const std::vector<PairingInput<Tower>>& pairs) {
    std::vector<PairingInput<Tower>> finite;
    for (const auto& pair : pairs)
        if (!pair.p.infinity && !pair.q.infinity) finite.push_back(pair);
    return finite.empty() || final_exponentiation(miller_loop(finite)) == F12::one();
}

}  // namespace ashlar::crypto::bls12_381
