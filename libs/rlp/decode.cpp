// SPDX-License-Identifier: Apache-2.0
#include "libs/rlp/decode.hpp"

namespace ashlar::rlp {

Decoded<Item> Reader::next() {
    const size_t size = data_.size();
    if (size == 0) return Fail{Error::truncated};
    const uint8_t* p = data_.data();
    const uint8_t tag = p[0];
    if (tag < 0x80) {
        Item item{data_.first(1), data_.first(1), false};
        data_ = data_.subspan(1);
        return item;
    }
    const bool is_list = tag >= 0xc0;
    const uint8_t base = is_list ? 0xc0 : 0x80;
    size_t header = 1, length = tag - base;
    if (length > 55) {
        const size_t length_bytes = length - 55;
        if (size - 1 < length_bytes) return Fail{Error::truncated};
        if (p[1] == 0) return Fail{Error::non_canonical};
        if (length_bytes > 4) return Fail{Error::truncated};  // no input here is that long
        uint32_t n = 0;
        for (size_t i = 1; i <= length_bytes; i++) n = n << 8 | p[i];
        if (n <= 55) return Fail{Error::non_canonical};
        header += length_bytes;
        length = n;
    }
    if (size - header < length) return Fail{Error::truncated};
    if (!is_list && length == 1 && p[1] < 0x80) return Fail{Error::non_canonical};
    Item item{data_.first(header + length), data_.subspan(header, length), is_list};
    data_ = data_.subspan(header + length);
    return item;
}

Decoded<BytesView> Reader::bytes() {
    ASHLAR_ASSIGN(Item item, next());
    if (item.is_list) return Fail{Error::expected_string};
    return item.payload;
}

Decoded<Reader> Reader::list() {
    ASHLAR_ASSIGN(Item item, next());
    if (!item.is_list) return Fail{Error::expected_list};
    return Reader(item.payload);
}

Decoded<BytesView> Reader::integer(size_t max_bytes) {
    ASHLAR_ASSIGN(BytesView s, bytes());
    if (!s.empty() && s[0] == 0) return Fail{Error::non_canonical};
    if (s.size() > max_bytes) return Fail{Error::integer_too_large};
    return s;
}

Decoded<uint64_t> Reader::u64() {
    ASHLAR_ASSIGN(BytesView s, integer(8));
    return integer_value(s);
}

Result<void, Error> Reader::finish() const {
    if (!data_.empty()) return Fail{Error::trailing_bytes};
    return {};
}

Decoded<Reader> read_list(BytesView data) {
    Reader outer(data);
    ASHLAR_ASSIGN(Reader inner, outer.list());
    ASHLAR_TRY(outer.finish());
    return inner;
}

uint64_t integer_value(BytesView big_endian) {
    uint64_t v = 0;
    for (uint8_t b : big_endian) v = v << 8 | b;
    return v;
}

}  // namespace ashlar::rlp
