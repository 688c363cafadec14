// SPDX-License-Identifier: Apache-2.0
#include "libs/rlp/encode.hpp"

namespace ashlar::rlp {

size_t write_header(uint8_t* out, uint8_t base, size_t payload) {
    if (payload <= 55) {
        out[0] = static_cast<uint8_t>(base + payload);
        return 1;
    }
    const size_t n = header_size(payload) - 1;
    out[0] = static_cast<uint8_t>(base + 55 + n);
    for (size_t i = 0; i < n; i++) out[1 + i] = static_cast<uint8_t>(payload >> (8 * (n - 1 - i)));
    return 1 + n;
}

size_t string_size(BytesView s) {
    if (s.size() == 1 && s[0] < 0x80) return 1;
    return header_size(s.size()) + s.size();
}

size_t write_string(uint8_t* out, BytesView s) {
    if (s.size() == 1 && s[0] < 0x80) {
        out[0] = s[0];
        return 1;
    }
    const size_t h = write_header(out, 0x80, s.size());
    if (!s.empty()) std::memcpy(out + h, s.data(), s.size());
    return h + s.size();
}

BytesView trim(BytesView big_endian) {
    size_t i = 0;
    while (i < big_endian.size() && big_endian[i] == 0) i++;
    return big_endian.subspan(i);
}

void Writer::string(BytesView s) {
    const size_t at = out.size();
    out.resize(at + string_size(s));
    write_string(out.data() + at, s);
}

void Writer::u64(uint64_t v) {
    uint8_t b[8];
    store_be64(b, v);
    integer({b, 8});
}

void Writer::end_list(size_t at) { wrap(at, 0xc0); }
void Writer::end_string(size_t at) { wrap(at, 0x80); }

void Writer::wrap(size_t at, uint8_t base) {
    const size_t payload = out.size() - at, h = header_size(payload);
    out.resize(out.size() + h);
    if (payload) std::memmove(out.data() + at + h, out.data() + at, payload);
    write_header(out.data() + at, base, payload);
}

}  // namespace ashlar::rlp
