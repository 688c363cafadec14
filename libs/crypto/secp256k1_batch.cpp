// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/secp256k1_batch.hpp"

#include "libs/crypto/secp256k1.hpp"
#include "libs/crypto/secp256k1_field.hpp"
#include "libs/crypto/secp256k1_lanes.hpp"
#include "libs/crypto/secp256k1_scalar.hpp"

namespace ashlar::crypto {
namespace {

using namespace secp256k1;

/// Fewer than this many are recovered one by one.
constexpr size_t WORTH_A_BATCH = 3;

/// A request whose numbers are in range.
struct Candidate {
    size_t index;
    Base x;
    Scalar r, s, z;
};

void put_digits(const HalfScalar& k, int8_t (*out)[LANES], unsigned lane) {
    const Digits digits(k);
    for (unsigned i = 0; i < WINDOWS; i++) {
        const int d = i + 1 == WINDOWS ? digits.top : static_cast<int>(digits.at(i)) - static_cast<int>(ZERO_DIGIT);
        out[i][lane] = static_cast<int8_t>(k.negative ? -d : d);
    }
}

void put(LaneBatch& batch, unsigned lane, const Candidate& c, const Scalar& r_inverse, bool odd) {
    const auto limbs = Element::from_words(c.x.words()).limbs();
    for (unsigned k = 0; k < 5; k++) batch.x[k][lane] = limbs[k];
    if (odd) batch.odd = static_cast<uint8_t>(batch.odd | 1u << lane);
    HalfScalar low, high;
    split<Lattice>(c.s * r_inverse, low, high);
    put_digits(low, batch.low, lane);
    put_digits(high, batch.high, lane);
    const auto g = (-(c.z * r_inverse)).words();
    for (unsigned i = 0; i < 32; i++) batch.generator[i][lane] = static_cast<uint8_t>(g[i / 8] >> (8 * (i % 8)));
}

Address take(const LaneBatch& batch, unsigned lane) {
    FixedBytes<64> key;
    for (unsigned half = 0; half < 2; half++) {
        uint64_t limbs[5];
        for (unsigned k = 0; k < 5; k++) limbs[k] = half ? batch.key_y[k][lane] : batch.key_x[k][lane];
        const auto w = Element::from_limbs(limbs).words();
        for (unsigned i = 0; i < 4; i++) store_be64(key.data() + 32 * half + 8 * i, w[3 - i]);
    }
    return public_key_address(key);
}

}  // namespace

void recover_addresses(std::span<const RecoveryRequest> requests, std::optional<Address>* out) {
    const auto one_by_one = [&](size_t i) {
        const RecoveryRequest& q = requests[i];
        out[i] = recover_address(q.digest, q.r, q.s, q.y_odd);
    };
    if (requests.size() < WORTH_A_BATCH || !lanes_supported()) {
        for (size_t i = 0; i < requests.size(); i++) one_by_one(i);
        return;
    }
    std::vector<Candidate> candidates;
    candidates.reserve(requests.size());
    for (size_t i = 0; i < requests.size(); i++) {
        const RecoveryRequest& q = requests[i];
        out[i].reset();
        const auto r = Scalar::from_be(q.r.data()), s = Scalar::from_be(q.s.data());
        const auto x = Base::from_be(q.r.data());
        if (!r || !s || !x || r->is_zero() || s->is_zero()) continue;
        candidates.push_back({i, *x, *r, *s, Scalar::reduce_be(q.digest.data())});
    }
    // 1 / r for all with one inversion: prefix products.
    std::vector<Scalar> before(candidates.size());
    Scalar product = Scalar::one();
    for (size_t i = 0; i < candidates.size(); i++) {
        before[i] = product;
        product *= candidates[i].r;
    }
    Scalar inverse = product.inverse();
    for (size_t i = candidates.size(); i-- > 0;) {
        before[i] *= inverse;  // now 1 / r
        inverse *= candidates[i].r;
    }
    for (size_t begin = 0; begin < candidates.size(); begin += LANES) {
        const size_t count = std::min<size_t>(LANES, candidates.size() - begin);
        LaneBatch batch{};
        // Lanes that are left over repeat the first one.
        for (unsigned lane = 0; lane < LANES; lane++) {
            const size_t i = begin + (lane < count ? lane : 0);
            put(batch, lane, candidates[i], before[i], requests[candidates[i].index].y_odd);
        }
        recover_lanes(batch, generator_limbs());
        for (unsigned lane = 0; lane < count; lane++) {
            const size_t i = candidates[begin + lane].index;
            if (batch.exceptional >> lane & 1)
                one_by_one(i);
            else if (batch.valid >> lane & 1)
                out[i] = take(batch, lane);
        }
    }
}

}  // namespace ashlar::crypto
