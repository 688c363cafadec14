// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace ashlar::rlp {

/// Why bytes are not the RLP asked for.
enum class Error : uint8_t {
    truncated,          ///< the item runs past the end of its input
    non_canonical,      ///< a length or a single byte has a shorter form, or an integer leads with a zero
    expected_string,    ///< a list where a string was asked for
    expected_list,      ///< a string where a list was asked for
    wrong_length,       ///< a string of another length than its field has
    integer_too_large,  ///< an integer that does not fit its field
    trailing_bytes,     ///< bytes behind the last field
};

/// Stable name of an error.
constexpr std::string_view to_string(Error e) {
    switch (e) {
        case Error::truncated:
            return "truncated";
        case Error::non_canonical:
            return "non_canonical";
        case Error::expected_string:
            return "expected_string";
        case Error::expected_list:
            return "expected_list";
        case Error::wrong_length:
            return "wrong_length";
        case Error::integer_too_large:
            return "integer_too_large";
        case Error::trailing_bytes:
            return "trailing_bytes";
    }
    return "unknown";
}

}  // namespace ashlar::rlp
