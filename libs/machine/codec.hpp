// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/base/result.hpp"
#include "libs/hash/digest.hpp"
#include "libs/machine/error.hpp"

/// Little-endian words in and out of bytes, for keys and containers.
namespace ashlar::machine {

class WordWriter {
  public:
    void word(uint32_t w) {
        const size_t at = bytes_.size();
        bytes_.resize(at + 4);
        store_le32(bytes_.data() + at, w);
    }
    void element(field::F x) { word(x.canonical()); }
    void digest(const hash::Digest& d) {
        for (field::F x : d) element(x);
    }
    /// Length in bytes, then the bytes. The length is one word: nothing of 4 GiB can be written.
    void blob(BytesView b) {
        if (b.size() > UINT32_MAX) {
            too_long_ = true;
            return;
        }
        word(static_cast<uint32_t>(b.size()));
        bytes_.insert(bytes_.end(), b.begin(), b.end());
    }
    /// VerifyCode::too_long if a blob was.
    Result<Bytes, VerifyFailure> take() {
        if (too_long_) return Fail{VerifyFailure{VerifyCode::too_long}};
        return std::move(bytes_);
    }

  private:
    Bytes bytes_;
    bool too_long_ = false;
};

/// Total: reading past the end or a number that is no field element is remembered as the first error, and reads give 0.
class WordReader {
  public:
    explicit WordReader(BytesView bytes) : rest_(bytes) {}
    uint32_t word() {
        if (rest_.size() < 4) return fail(VerifyCode::truncated), 0;
        const uint32_t w = load_le32(rest_.data());
        rest_ = rest_.subspan(4);
        return w;
    }
    field::F element() {
        const uint32_t w = word();
        if (w >= field::F::P) return fail(VerifyCode::non_canonical), field::F::ZERO;
        return field::F::from_canonical(w);
    }
    hash::Digest digest() {
        hash::Digest d;
        for (field::F& x : d) x = element();
        return d;
    }
    BytesView blob() {
        const uint32_t n = word();
        if (rest_.size() < n) return fail(VerifyCode::truncated), BytesView{};
        const BytesView b = rest_.first(n);
        rest_ = rest_.subspan(n);
        return b;
    }
    void expect(uint32_t value, VerifyCode otherwise) {
        if (word() != value) fail(otherwise);
    }
    void expect_end() {
        if (ok_ && !rest_.empty()) fail(VerifyCode::trailing_bytes);
    }
    void fail(VerifyCode code) {
        if (ok_) code_ = code;
        ok_ = false;
        rest_ = {};
    }
    bool ok() const { return ok_; }
    VerifyCode code() const { return code_; }
    size_t rest() const { return rest_.size(); }

  private:
    BytesView rest_;
    bool ok_ = true;
    VerifyCode code_ = VerifyCode::truncated;
};

}  // namespace ashlar::machine
