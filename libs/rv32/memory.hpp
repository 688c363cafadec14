// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "libs/base/error.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::rv32 {

/// Unit of copy-on-write between chunks.
inline constexpr uint32_t PAGE_SHIFT = 10;
inline constexpr uint32_t PAGE_BYTES = 1u << PAGE_SHIFT;
inline constexpr uint32_t PAGE_WORDS = PAGE_BYTES / 4;
inline constexpr uint32_t NUM_PAGES = MEMORY_END >> PAGE_SHIFT;

/// Anonymous pages that cost nothing until touched.
class Reservation {
  public:
    Reservation() = default;
    Reservation(Reservation&& o) noexcept : data_(o.data_), size_(o.size_) { o.data_ = nullptr, o.size_ = 0; }
    Reservation& operator=(Reservation&& o) noexcept;
    ~Reservation();
    /// Error code out_of_memory if the address space cannot be reserved.
    static HostResult<Reservation> make(size_t bytes);
    uint8_t* data() const { return data_; }

  private:
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
};

/// Flat guest memory, with what the run must know about accesses: which words were ever read or written (HINT_READ
/// targets must be fresh, ABI.md 4.6) and which pages were written since the last cut.
class GuestMemory {
  public:
    static HostResult<GuestMemory> make();

    uint8_t* bytes() const { return bytes_.data(); }
    uint8_t* touched() const { return touched_.data(); }  ///< a byte per word
    uint8_t* dirty() const { return dirty_.data(); }      ///< a byte per page

    uint32_t word(uint32_t word) const {
        uint32_t v;
        std::memcpy(&v, bytes() + size_t{word} * 4, 4);
        return v;
    }
    void set_word(uint32_t word, uint32_t value) {
        std::memcpy(bytes() + size_t{word} * 4, &value, 4);
        dirty()[word >> (PAGE_SHIFT - 2)] = 1;
    }
    void touch(uint32_t word) { touched()[word] = 1; }
    bool is_touched(uint32_t word) const { return touched()[word] != 0; }

  private:
    Reservation bytes_, touched_, dirty_;
};

}  // namespace ashlar::rv32
