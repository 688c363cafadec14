// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/field/extension.hpp"
#include "libs/hash/digest.hpp"

namespace ashlar::iop {

using field::Ext;
using field::F;

/// Opens each part of the protocol.
enum class Tag : uint32_t {
    statement = 1,
    ood = 2,
    logup = 3,
    top = 4,
    layer = 5,
    zerocheck = 6,
    claims = 7,
    opening = 8,
    round = 9,
    query = 10,
    final = 11,
    layers = 12,
};

inline constexpr uint32_t PROTOCOL_ID = 0x41534831;

/// Duplex sponge, overwrite mode (PROTOCOL.md 1). An absorbed element replaces the next rate element, from 0
/// on; a full rate is permuted at once; a squeeze permutes first if input is pending or the outputs are used up;
/// absorbing drops unread outputs. Copyable: grinding works on copies.
class Transcript {
  public:
    void absorb(F x) {
        state_[position_++] = x;
        out_ = hash::RATE;
        if (position_ == hash::RATE) permute();
    }
    void absorb(std::span<const F> xs) {
        for (F x : xs) absorb(x);
    }
    void absorb(const Ext& x) {
        for (F c : x.c) absorb(c);
    }
    void absorb(std::span<const Ext> xs) {
        for (const Ext& x : xs) absorb(x);
    }
    void tag(Tag t) { absorb(F::from_canonical(static_cast<uint32_t>(t))); }

    F squeeze() {
        if (position_ != 0 || out_ == hash::RATE) permute();
        return state_[out_++];
    }
    /// Five squeezed elements, low coefficient first.
    Ext challenge() {
        Ext x;
        for (F& c : x.c) c = squeeze();
        return x;
    }
    /// The `bits` <= 24 low bits of one squeezed element.
    uint32_t index(uint32_t bits) { return squeeze().canonical() & ((1u << bits) - 1); }
    /// Absorbs the nonce; true if the low bits of the next element are 0. What is squeezed next comes from another
    /// permutation, so that no challenge is an output of the one that the nonce is chosen for. With bits = 0 no nonce
    /// exists.
    bool check_pow(uint32_t bits, F nonce) {
        if (bits == 0) return true;
        absorb(nonce);
        const bool ok = index(bits) == 0;
        out_ = hash::RATE;
        return ok;
    }

    /// For packed grinding: the sponge's state, and where the next absorbed element goes.
    const hash::Poseidon2<24>::State& state() const { return state_; }
    size_t position() const { return position_; }

  private:
    void permute() {
        hash::Poseidon2<24>::permute(state_);
        position_ = 0;
        out_ = 0;
    }
    hash::Poseidon2<24>::State state_ = hash::first_state(hash::Domain::transcript);
    size_t position_ = 0, out_ = hash::RATE;
};

}  // namespace ashlar::iop
