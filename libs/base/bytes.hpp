// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace ashlar {

using Bytes = std::vector<uint8_t>;
using BytesView = std::span<const uint8_t>;

/// N bytes with value semantics; ordered as a big-endian number.
template <size_t N>
struct FixedBytes : std::array<uint8_t, N> {
    static constexpr size_t SIZE = N;
    constexpr FixedBytes() : std::array<uint8_t, N>{} {}
    constexpr FixedBytes(const std::array<uint8_t, N>& a) : std::array<uint8_t, N>(a) {}
    /// Copies the first N bytes of `v`; v.size() >= N is the caller's duty.
    static constexpr FixedBytes from(BytesView v) {
        FixedBytes r;
        for (size_t i = 0; i < N; i++) r[i] = v[i];
        return r;
    }
    constexpr bool is_zero() const {
        for (uint8_t b : *this)
            if (b) return false;
        return true;
    }
    constexpr BytesView view() const { return {this->data(), N}; }
};

using Bytes32 = FixedBytes<32>;
using Address = FixedBytes<20>;

/// Hash for unordered containers; keys are hashes or addresses, whose bytes are already uniform.
struct FixedBytesHash {
    template <size_t N>
    size_t operator()(const FixedBytes<N>& b) const {
        size_t h;
        std::memcpy(&h, b.data() + N - sizeof h, sizeof h);
        return h;
    }
};

constexpr uint32_t load_le32(const uint8_t* p) {
    return uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
}
constexpr void store_le32(uint8_t* p, uint32_t v) {
    for (int i = 0; i < 4; i++) p[i] = static_cast<uint8_t>(v >> (8 * i));
}
constexpr uint64_t load_le64(const uint8_t* p) { return uint64_t{load_le32(p)} | uint64_t{load_le32(p + 4)} << 32; }
constexpr void store_le64(uint8_t* p, uint64_t v) {
    store_le32(p, static_cast<uint32_t>(v));
    store_le32(p + 4, static_cast<uint32_t>(v >> 32));
}
constexpr uint64_t load_be64(const uint8_t* p) {
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | p[i];
    return v;
}
constexpr void store_be64(uint8_t* p, uint64_t v) {
    for (int i = 0; i < 8; i++) p[i] = static_cast<uint8_t>(v >> (56 - 8 * i));
}

inline BytesView as_bytes(std::string_view s) { return {reinterpret_cast<const uint8_t*>(s.data()), s.size()}; }

}  // namespace ashlar
