// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/air/builder.hpp"
#include "libs/air/columns.hpp"

namespace ashlar::air {

/// A value without content: only the shape of a chip matters.
struct Nothing {
    constexpr Nothing() = default;
    constexpr Nothing(F) {}
    friend constexpr Nothing operator+(Nothing, Nothing) { return {}; }
    friend constexpr Nothing operator-(Nothing, Nothing) { return {}; }
    friend constexpr Nothing operator*(Nothing, Nothing) { return {}; }
    constexpr Nothing operator-() const { return {}; }
    constexpr Nothing& operator+=(Nothing) { return *this; }
    constexpr Nothing& operator-=(Nothing) { return *this; }
    constexpr Nothing& operator*=(Nothing) { return *this; }
};

/// How many constraints, and the length of each interaction's message. Cheap; runs in the guest verifier too.
struct Counts {
    size_t constraints = 0;
    std::vector<uint32_t> message_lengths;
    size_t interactions() const { return message_lengths.size(); }
};

class CountingBuilder : public BuilderBase<CountingBuilder, Nothing> {
  public:
    void zero(const Nothing&) { counts.constraints++; }
    void interaction(uint32_t, const Nothing&, std::span<const Nothing> values) {
        counts.message_lengths.push_back(static_cast<uint32_t>(values.size()));
    }
    Counts counts;
};

template <Chip C>
Counts count() {
    CountingBuilder b;
    eval_chip<C>(b, RowOf<C, Nothing>{});
    return std::move(b.counts);
}

}  // namespace ashlar::air
