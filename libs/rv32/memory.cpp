// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/memory.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <utility>

namespace ashlar::rv32 {

Reservation& Reservation::operator=(Reservation&& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(size_, o.size_);
    return *this;
}

Reservation::~Reservation() {
    if (data_) munmap(data_, size_);
}

HostResult<Reservation> Reservation::make(size_t bytes) {
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return fail("out_of_memory", fmt::format("cannot reserve {} MiB of address space for a guest", bytes >> 20),
                    "raise the address space limit (ulimit -v) or run fewer guests at once");
    Reservation r;
    r.data_ = static_cast<uint8_t*>(p);
    r.size_ = bytes;
    return r;
}

HostResult<GuestMemory> GuestMemory::make() {
    GuestMemory m;
    ASHLAR_ASSIGN(m.bytes_, Reservation::make(MEMORY_END));
    ASHLAR_ASSIGN(m.touched_, Reservation::make(MEMORY_END / 4));
    ASHLAR_ASSIGN(m.dirty_, Reservation::make(NUM_PAGES));
    return m;
}

}  // namespace ashlar::rv32
