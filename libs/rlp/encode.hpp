// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::rlp {

/// Longest header: a tag and a length of four bytes.
inline constexpr size_t MAX_HEADER = 5;

/// Bytes the header of a string (of more than one byte, or of one byte >= 0x80) or list takes, given the payload's
/// length.
constexpr size_t header_size(size_t payload) {
    return payload <= 55 ? 1 : payload <= 0xff ? 2 : payload <= 0xffff ? 3 : payload <= 0xffffff ? 4 : 5;
}
/// Writes the header of a list (base 0xc0) or string (base 0x80); returns its size. `out` has MAX_HEADER bytes.
size_t write_header(uint8_t* out, uint8_t base, size_t payload);
/// Size of the encoding of a string.
size_t string_size(BytesView s);
/// Writes a string at `out`; returns the number of bytes written, string_size(s).
size_t write_string(uint8_t* out, BytesView s);
/// `s` without its leading zero bytes: what RLP encodes for an integer.
BytesView trim(BytesView big_endian);

/// Appends items to a byte vector.
class Writer {
  public:
    Bytes out;

    void string(BytesView s);
    void u64(uint64_t v);
    /// An integer given big-endian at fixed width.
    void integer(BytesView big_endian) { string(trim(big_endian)); }
    /// Bytes that are an encoding already.
    void raw(BytesView encoded) { out.insert(out.end(), encoded.begin(), encoded.end()); }
    /// `size_t at = begin_list(); ... end_list(at);` encloses what is written between in a list.
    size_t begin_list() const { return out.size(); }
    void end_list(size_t at);
    /// The same, as a string around what is written between (typed transactions and receipts in lists). Two bytes at
    /// least.
    void end_string(size_t at);

  private:
    void wrap(size_t at, uint8_t base);
};

}  // namespace ashlar::rlp
