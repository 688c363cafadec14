// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::ethereum {

/// Writes the project's own fixed encodings (guest inputs, committed values, chain configurations): integers
/// little-endian at full width, byte strings with a u32 length and zero bytes up to a multiple of 4, so that everything
/// stays aligned.
class Encoder {
  public:
    Bytes out;

    void u32(uint32_t v) {
        uint8_t b[4];
        store_le32(b, v);
        out.insert(out.end(), b, b + 4);
    }
    void u64(uint64_t v) {
        u32(static_cast<uint32_t>(v));
        u32(static_cast<uint32_t>(v >> 32));
    }
    /// Bytes as they are; their number is a multiple of 4.
    void raw(BytesView v) { out.insert(out.end(), v.begin(), v.end()); }
    void bytes(BytesView v) {
        u32(static_cast<uint32_t>(v.size()));
        raw(v);
        out.resize((out.size() + 3) & ~size_t{3});
    }
};

/// Reads what Encoder wrote. After a read beyond the end everything reads as zero and `ok()` is false: check it once.
class Decoder {
  public:
    explicit Decoder(BytesView data) : data_(data) {}

    uint32_t u32() {
        const BytesView v = take(4);
        return v.empty() ? 0 : load_le32(v.data());
    }
    uint64_t u64() {
        const uint32_t low = u32();
        return low | uint64_t{u32()} << 32;
    }
    template <size_t N>
    FixedBytes<N> fixed() {
        static_assert(N % 4 == 0);
        FixedBytes<N> r;
        const BytesView v = take(N);
        if (!v.empty()) std::memcpy(r.data(), v.data(), N);
        return r;
    }
    BytesView bytes() {
        const uint32_t n = u32();
        if (n > data_.size()) {
            fail();
            return {};
        }
        const BytesView v = take((size_t{n} + 3) & ~size_t{3});
        for (size_t i = n; i < v.size(); i++)
            if (v[i]) ok_ = false;  // one encoding only
        return v.empty() ? v : v.first(n);
    }
    bool ok() const { return ok_; }
    bool finished() const { return ok_ && data_.empty(); }

  private:
    BytesView take(size_t n) {
        if (n > data_.size()) {
            fail();
            return {};
        }
        const BytesView v = data_.first(n);
        data_ = data_.subspan(n);
        return v;
    }
    void fail() {
        ok_ = false;
        data_ = {};
    }
    BytesView data_;
    bool ok_ = true;
};

}  // namespace ashlar::ethereum
