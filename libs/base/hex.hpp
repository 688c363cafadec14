// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "libs/base/bytes.hpp"

namespace ashlar {

/// Lower-case hex digits, two a byte, no prefix.
std::string to_hex(BytesView bytes);
/// The same with "0x" in front, as Ethereum's JSON writes it.
std::string to_hex0x(BytesView bytes);
/// Reads hex with or without "0x"; nullopt for an odd number of digits or any other character.
std::optional<Bytes> from_hex(std::string_view text);
/// Reads exactly N bytes of hex; nullopt otherwise.
template <size_t N>
std::optional<FixedBytes<N>> fixed_from_hex(std::string_view text) {
    auto b = from_hex(text);
    if (!b || b->size() != N) return std::nullopt;
    return FixedBytes<N>::from(*b);
}

}  // namespace ashlar
