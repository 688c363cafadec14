// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "libs/base/bytes.hpp"

namespace ashlar::evm {

/// Bytes that must be readable and zero behind a code: the longest push and one STOP.
inline constexpr size_t CODE_PADDING = 33;

/// A contract's code with what the interpreter has learned about it. Jump destinations are decided when a jump first
/// asks, by looking at the 32 bytes before, since most jumps of a run go to a few places and most code never runs.
class Code {
  public:
    Code() : Code(BytesView{}) {}
    /// Copies the bytes and pads them.
    explicit Code(BytesView bytes);
    /// Takes a view whose owner guarantees CODE_PADDING zero bytes behind it, for as long as this lives.
    struct Padded {
        BytesView bytes;
    };
    explicit Code(Padded view) : data_(view.bytes.data()), size_(view.bytes.size()) { find_delegate(); }
    Code(Code&&) noexcept = default;
    Code& operator=(Code&&) noexcept = default;

    const uint8_t* data() const { return data_; }
    size_t size() const { return size_; }
    BytesView bytes() const { return {data_, size_}; }
    /// The account that a delegation designator names (EIP-7702), if this is one.
    const std::optional<Address>& delegate() const { return delegate_; }

    /// True if `target` is a JUMPDEST that is no push data.
    bool is_jumpdest(uint32_t target) const {
        if (target >= size_) return false;
        if (!known_.empty() && (known_[target / 8] >> (target % 8) & 1)) return true;
        return data_[target] == 0x5b && check_jumpdest(target);
    }

  private:
    bool check_jumpdest(uint32_t target) const;
    [[gnu::noinline]] bool search_jumpdest(uint32_t target) const;
    [[gnu::noinline]] bool analyze(uint32_t target) const;
    void find_delegate();

    const uint8_t* data_ = nullptr;
    size_t size_ = 0;
    std::vector<uint8_t> owned_;
    std::optional<Address> delegate_;
    /// One bit a byte: jump destinations found so far, and all of them below analyzed_.
    mutable std::vector<uint8_t> known_;
    mutable uint32_t analyzed_ = 0;
};

/// The code that delegates to `target` (EIP-7702).
std::array<uint8_t, 23> delegation_designator(const Address& target);

}  // namespace ashlar::evm
