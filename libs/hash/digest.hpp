// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/hash/poseidon2.hpp"

namespace ashlar::hash {

/// Overwrite-mode sponge of the proof system (PROTOCOL.md 1): rate 15, capacity 9, digest 9.
inline constexpr size_t RATE = 15;
inline constexpr size_t DIGEST_SIZE = 9;
/// Elements of a first state that keep its uses apart.
inline constexpr size_t LENGTH_POSITION = 22, DOMAIN_POSITION = 23;

using Digest = std::array<F, DIGEST_SIZE>;

/// The element at DOMAIN_POSITION of a first state.
enum class Domain : uint32_t { node = 0, leaf = 1, transcript = 2, other = 3, memory_leaf = 4 };

/// A first state of this use, zero otherwise.
constexpr Poseidon2<24>::State first_state(Domain domain, uint32_t length = 0) {
    Poseidon2<24>::State s{};
    s[LENGTH_POSITION] = F::reduce(length);
    s[DOMAIN_POSITION] = F::from_canonical(static_cast<uint32_t>(domain));
    return s;
}

namespace detail {
constexpr Digest first_nine(const Poseidon2<24>::State& s) {
    Digest d{};
    for (size_t i = 0; i < DIGEST_SIZE; i++) d[i] = s[i];
    return d;
}
}  // namespace detail

/// Absorbs a sequence of known length, which the first state holds at LENGTH_POSITION. Feeding more or fewer elements
/// than announced is a mistake of the caller.
class ElementHasher {
  public:
    constexpr explicit ElementHasher(size_t length, Domain domain = Domain::other)
        : state_(first_state(domain, static_cast<uint32_t>(length))) {}
    constexpr void absorb(F x) {
        state_[position_++] = x;
        if (position_ == RATE) permute();
    }
    /// A short last block leaves the rest of the rate as it is.
    constexpr Digest finish() {
        if (position_ != 0) permute();
        return detail::first_nine(state_);
    }

  private:
    constexpr void permute() {
        Poseidon2<24>::permute(state_);
        position_ = 0;
    }
    Poseidon2<24>::State state_;
    size_t position_ = 0;
};

/// Hash of a sequence of elements, for leaves and "other uses".
constexpr Digest hash_elements(std::span<const F> elements, Domain domain = Domain::other) {
    ElementHasher h(elements.size(), domain);
    for (F x : elements) h.absorb(x);
    return h.finish();
}

/// Tree node: the first 9 outputs of permute(left 9, right 9, six zeros).
constexpr Digest hash_node(const Digest& left, const Digest& right) {
    auto s = first_state(Domain::node);
    for (size_t i = 0; i < DIGEST_SIZE; i++) s[i] = left[i], s[DIGEST_SIZE + i] = right[i];
    Poseidon2<24>::permute(s);
    return detail::first_nine(s);
}

/// Leaf of the memory tree: permute(16 limbs, seven zeros, 4), cut to 9 (MACHINE.md 5).
constexpr Digest hash_memory_leaf(const std::array<F, 16>& limbs) {
    auto s = first_state(Domain::memory_leaf);
    for (size_t i = 0; i < 16; i++) s[i] = limbs[i];
    Poseidon2<24>::permute(s);
    return detail::first_nine(s);
}

}  // namespace ashlar::hash
