// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/bls12_381.hpp"

#include "libs/crypto/bls12_381_encoding.hpp"

namespace ashlar::crypto::bls12_381 {
namespace {

using ScalarWords = std::array<limbs::Word, 32 / sizeof(limbs::Word)>;

ScalarWords scalar_words(const uint8_t* in) {
    ScalarWords k{};
    for (size_t i = 0; i < 32; i++)
        k[i / sizeof(limbs::Word)] |= static_cast<limbs::Word>(in[31 - i]) << (8 * (i % sizeof(limbs::Word)));
    return k;
}

template <class C, size_t SIZE, class Decode>
std::optional<Bytes> add(BytesView input, Decode decode) {
    if (input.size() != 2 * SIZE) return std::nullopt;
    const auto a = decode(input.first(SIZE)), b = decode(input.subspan(SIZE));
    if (!a || !b) return std::nullopt;
    Sum<C> s(*a);
    s.add(*b);
    return encode(s.affine());
}

template <class C, size_t SIZE, class Decode>
std::optional<Bytes> multiply_all(BytesView input, Decode decode) {
    constexpr size_t ITEM = SIZE + 32;
    if (input.empty() || input.size() % ITEM != 0) return std::nullopt;
    std::vector<Affine<typename C::F>> points;
    std::vector<ScalarWords> scalars;
    for (size_t i = 0; i < input.size(); i += ITEM) {
        const auto p = decode(input.subspan(i, SIZE));
        if (!p || !in_subgroup(*p)) return std::nullopt;
        points.push_back(*p);
        scalars.push_back(scalar_words(input.data() + i + SIZE));
    }
    return encode(multiply_sum<C>(points, scalars).affine());
}

/// The commitment to the identity polynomial in G2, [tau]_2, of Ethereum's trusted setup: x then y, c0 then c1.
/// Source: consensus-specs, presets/mainnet/trusted_setups/trusted_setup_4096.json, g2_monomial[1].
const Affine<E>& setup_point() {
    static const Affine<E> p{{constant({0xc98edada20c1def2, 0x087041de621000ed, 0xa36851477ba4c60b, 0x3926c911cceceac9,
                                        0x734429b7b38608e2, 0x185cbfee53492714}),
                              constant({0xafaaab24f3499f72, 0x2914e5870cb452d2, 0x1009a2ce615ac53d, 0x26187075cbfbefa8,
                                        0x843bc287230af389, 0x15bfd7dd8cdeb128})},
                             {constant({0xee689bfbbb832a99, 0x4ce26d105941f383, 0xe82451a496a9c979, 0x131569490e28de18,
                                        0xd7d5ee8599d1fca2, 0x014353bdb96b626d}),
                              constant({0x23048ef30d0a154f, 0x9495346f3d7ac9cd, 0xda5ed1ba9bfa0789, 0xef79de09fc63671f,
                                        0x03432fcae0181b4b, 0x1666c54b0a325295})},
                             false};
    return p;
}

/// A compressed point: bit 7 of the first byte set, bit 6 for infinity, bit 5 for the larger y.
std::optional<Affine<Fp>> decompress_g1(BytesView in) {
    constexpr uint8_t COMPRESSED = 0x80, INFINITE = 0x40, LARGER = 0x20;
    const uint8_t flags = in[0];
    if (!(flags & COMPRESSED)) return std::nullopt;
    uint8_t bytes[Fp::BYTES];
    std::memcpy(bytes, in.data(), sizeof bytes);
    bytes[0] &= 0x1f;
    if (flags & INFINITE) {
        if ((flags & LARGER) || !all_zero(bytes)) return std::nullopt;
        return Affine<Fp>::at_infinity();
    }
    const auto x = Fp::from_be(bytes);
    if (!x) return std::nullopt;
    auto y = (x->square() * *x + G1::b()).sqrt();
    if (!y) return std::nullopt;
    const auto w = y->words(), negated = (-*y).words();
    const bool larger = limbs::compare(w.data(), negated.data(), w.size()) > 0;
    if (larger != ((flags & LARGER) != 0)) y = -*y;
    const Affine<Fp> p{*x, *y, false};
    if (!in_subgroup(p)) return std::nullopt;
    return p;
}

}  // namespace

std::optional<Bytes> g1_add(BytesView input) { return add<G1, G1_SIZE>(input, decode_g1); }
std::optional<Bytes> g2_add(BytesView input) { return add<G2, G2_SIZE>(input, decode_g2); }
std::optional<Bytes> g1_multiply_sum(BytesView input) { return multiply_all<G1, G1_SIZE>(input, decode_g1); }
std::optional<Bytes> g2_multiply_sum(BytesView input) { return multiply_all<G2, G2_SIZE>(input, decode_g2); }

std::optional<bool> pairing_check(BytesView input) {
    constexpr size_t ITEM = G1_SIZE + G2_SIZE;
    if (input.empty() || input.size() % ITEM != 0) return std::nullopt;
    std::vector<PairingInput<Tower>> pairs;
    for (size_t i = 0; i < input.size(); i += ITEM) {
        const auto p = decode_g1(input.subspan(i, G1_SIZE));
        const auto q = decode_g2(input.subspan(i + G1_SIZE, G2_SIZE));
        if (!p || !q || !in_subgroup(*p) || !in_subgroup(*q)) return std::nullopt;
        pairs.push_back({*p, *q});
    }
    return pairing_product_is_one(pairs);
}

bool verify_kzg_proof(BytesView commitment, BytesView z_bytes, BytesView y_bytes, BytesView proof) {
    const auto z = Scalar::from_be(z_bytes.data()), y = Scalar::from_be(y_bytes.data());
    if (!z || !y) return false;
    const auto c = decompress_g1(commitment), pi = decompress_g1(proof);
    if (!c || !pi) return false;
    // e(c - y, 1) = e(pi, tau - z), with z moved to the other side so that no multiple in G2 is needed:
    // e(c - y + z pi, -1) e(pi, tau) = 1.
    Sum<G1> left = multiply_sum<G1>({G1::generator(), *pi}, {(-*y).words(), z->words()});
    left.add(*c);
    return pairing_product_is_one({{left.affine(), -G2::generator()}, {*pi, setup_point()}});
}

}  // namespace ashlar::crypto::bls12_381
