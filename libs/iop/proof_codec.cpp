// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/proof_codec.hpp"

namespace ashlar::iop {

namespace {

class Writer {
  public:
    void word(F& x) { push(x.canonical()); }
    void count(uint32_t& x) { push(x); }
    template <class T>
    void resize(std::vector<T>& list, size_t n) {
        if (list.size() != n) __builtin_trap();  // our own mistake: the prover built a proof of another shape
    }
    bool ok() const { return true; }
    void region(const char*, size_t) {}
    Bytes bytes;

  private:
    void push(uint32_t x) {
        const size_t at = bytes.size();
        bytes.resize(at + 4);
        store_le32(bytes.data() + at, x);
    }
};

class Reader {
  public:
    explicit Reader(BytesView bytes) : bytes_(bytes) {}
    void word(F& x) {
        uint32_t w = 0;
        count(w);
        x = F::from_canonical(w);
    }
    void count(uint32_t& x) {
        if (at_ + 4 > bytes_.size()) {
            ok_ = false;
            x = 0;
            return;
        }
        x = load_le32(bytes_.data() + at_);
        at_ += 4;
    }
    template <class T>
    void resize(std::vector<T>& list, size_t n) {
        list.resize(n);
    }
    bool ok() const { return ok_; }
    bool at_end() const { return at_ == bytes_.size(); }
    void region(const char*, size_t) {}

  private:
    BytesView bytes_;
    size_t at_ = 0;
    bool ok_ = true;
};

}  // namespace

Bytes encode(const VerifyingKey& vk, const Proof& proof) {
    Writer io;
    Shape shape;
    if (!detail::walk(io, vk, const_cast<Proof&>(proof), shape)) __builtin_trap();  // as above; writing changes nothing
    return std::move(io.bytes);
}

Result<DecodedProof, VerifyError> decode(const VerifyingKey& vk, BytesView bytes) {
    if (bytes.size() % 4 != 0) return Fail{VerifyError::length_not_words};
    for (size_t i = 0; i < bytes.size(); i += 4)
        if (load_le32(bytes.data() + i) >= F::P) return Fail{VerifyError::non_canonical};
    Reader io(bytes);
    DecodedProof out;
    ASHLAR_TRY(detail::walk(io, vk, out.proof, out.shape));
    if (!io.at_end()) return Fail{VerifyError::trailing_bytes};
    return out;
}

}  // namespace ashlar::iop
