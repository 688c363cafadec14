// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/base/result.hpp"
#include "libs/rlp/error.hpp"

namespace ashlar::rlp {

template <class T>
using Decoded = Result<T, Error>;

/// One item: a view into the input, nothing is copied.
struct Item {
    BytesView raw;      ///< header and payload
    BytesView payload;  ///< the string itself, or the concatenated items of the list
    bool is_list = false;
};

/// Reads items from left to right. Accepts canonical encodings only (Yellow Paper, appendix B): shortest lengths, a
/// byte below 0x80 as itself. Never reads outside its input, whatever the bytes are.
class Reader {
  public:
    Reader() = default;
    explicit Reader(BytesView data) : data_(data) {}

    bool empty() const { return data_.empty(); }
    /// What is not read yet.
    BytesView rest() const { return data_; }
    /// True if an item is left and it is a list.
    bool next_is_list() const { return !data_.empty() && data_[0] >= 0xc0; }

    /// Any item.
    Decoded<Item> next();
    /// A string of any length.
    Decoded<BytesView> bytes();
    /// A list, as a reader of its items.
    Decoded<Reader> list();
    /// An integer of at most `max_bytes` bytes, big-endian without leading zeros.
    Decoded<BytesView> integer(size_t max_bytes);
    /// An integer below 2^64.
    Decoded<uint64_t> u64();
    /// A string of exactly N bytes.
    template <size_t N>
    Decoded<FixedBytes<N>> fixed() {
        ASHLAR_ASSIGN(BytesView s, bytes());
        if (s.size() != N) return Fail{Error::wrong_length};
        FixedBytes<N> out;
        std::memcpy(out.data(), s.data(), N);
        return out;
    }
    /// Error::trailing_bytes unless everything was read.
    Result<void, Error> finish() const;

  private:
    BytesView data_;
};

/// The items of `data`, which must be exactly one list.
Decoded<Reader> read_list(BytesView data);

/// The number a big-endian string of at most 8 bytes stands for.
uint64_t integer_value(BytesView big_endian);

}  // namespace ashlar::rlp
