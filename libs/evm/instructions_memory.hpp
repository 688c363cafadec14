// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/evm/instruction.hpp"
#include "libs/hash/keccak256.hpp"

/// Instructions on memory, call data, code and return data; internal to libs/evm.
namespace ashlar::evm::op {

constexpr uint64_t words_of(uint64_t bytes) { return (bytes + 31) / 32; }

/// MLOAD, MSTORE and MSTORE8 grow memory out of line and start over, so that the common case needs no stack frame.
template <uint16_t GAS, unsigned SIZE>
[[gnu::noinline]] Exit grow_and_retry(ASHLAR_HANDLER_PARAMETERS) {
    const uint256& offset = sp[-1];
    if (!offset.fits_u32()) {
        f.refuse_memory(gas);
        return exit_with(Status::out_of_gas);
    }
    const GasRegister left = f.grow_memory(gas, uint64_t{offset.low32()} + SIZE);
    if (left < 0) return exit_with(Status::out_of_gas);
    // The instruction charges its base cost again.
    gas = f.split_gas(f.total_gas(left) + GAS);
    ASHLAR_DISPATCH;
}

/// True if [offset, offset + size) lies in memory; sizes are small constants, so the sum cannot wrap unnoticed.
inline bool in_memory(const Frame& f, const uint256& offset, uint32_t size) {
    return offset.fits_u32() && offset.low32() < f.memory_size && f.memory_size - offset.low32() >= size;
}

template <uint16_t GAS>
Exit mload(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(1);
    if (!in_memory(f, sp[-1], 32)) [[unlikely]] {
        [[clang::musttail]] return grow_and_retry<GAS, 32>(ASHLAR_HANDLER_ARGUMENTS);
    }
    sp[-1] = uint256::load(f.memory + sp[-1].low32());
    ASHLAR_NEXT;
}
template <uint16_t GAS>
Exit mstore(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(2);
    if (!in_memory(f, sp[-1], 32)) [[unlikely]] {
        [[clang::musttail]] return grow_and_retry<GAS, 32>(ASHLAR_HANDLER_ARGUMENTS);
    }
    sp[-2].store(f.memory + sp[-1].low32());
    sp -= 2;
    ASHLAR_NEXT;
}
template <uint16_t GAS>
Exit mstore8(ASHLAR_HANDLER_PARAMETERS) {
    ASHLAR_CHARGE_BASE(GAS);
    ASHLAR_REQUIRE(2);
    if (!in_memory(f, sp[-1], 1)) [[unlikely]] {
        [[clang::musttail]] return grow_and_retry<GAS, 1>(ASHLAR_HANDLER_ARGUMENTS);
    }
    f.memory[sp[-1].low32()] = static_cast<uint8_t>(sp[-2].low32());
    sp -= 2;
    ASHLAR_NEXT;
}

struct MemorySize {
    static uint256 get(const Frame& f) { return uint256{f.memory_size}; }
};

struct Keccak {
    static constexpr int IN = 2, OUT = 1;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        const uint256 &offset = top[-1], &size = top[-2];
        if (!f.touch_memory(gas, offset, size) || !f.charge(gas, f.parameters->keccak_word * words_of(size.low32())))
            return Status::out_of_gas;
        const size_t n = size.low32();
        top[-2] = uint256::from(hash::keccak256(n ? BytesView{f.memory + offset.low32(), n} : BytesView{}));
        return Status::success;
    }
};

/// Copies `size` bytes of `source` from `offset` on; what lies beyond its end is zero.
inline void copy_padded(uint8_t* to, BytesView source, const uint256& offset, uint32_t size) {
    const size_t from = offset.fits_u32() ? std::min<size_t>(offset.low32(), source.size()) : source.size();
    const size_t n = std::min<size_t>(size, source.size() - from);
    if (n) std::memcpy(to, source.data() + from, n);
    if (n < size) std::memset(to + n, 0, size - n);
}

inline Status copy_to_memory(Frame& f, GasRegister& gas, uint256* top, BytesView source) {
    const uint256 &to = top[-1], &from = top[-2], &size = top[-3];
    if (!f.touch_memory(gas, to, size) || !f.charge(gas, f.parameters->copy_word * words_of(size.low32())))
        return Status::out_of_gas;
    if (size.low32()) copy_padded(f.memory + to.low32(), source, from, size.low32());
    return Status::success;
}

struct CallDataLoad {
    static constexpr int IN = 1, OUT = 1;
    static Status run(Frame& f, GasRegister&, uint256* top) {
        const uint256& offset = top[-1];
        if (offset.fits_u32() && uint64_t{offset.low32()} + 32 <= f.input.size()) {
            top[-1] = uint256::load(f.input.data() + offset.low32());
        } else {
            uint8_t word[32];
            copy_padded(word, f.input, offset, 32);
            top[-1] = uint256::load(word);
        }
        return Status::success;
    }
};
struct CallDataSize {
    static uint256 get(const Frame& f) { return uint256{f.input.size()}; }
};
struct CallDataCopy {
    static constexpr int IN = 3, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) { return copy_to_memory(f, gas, top, f.input); }
};
struct CodeSize {
    static uint256 get(const Frame& f) { return uint256{f.code->size()}; }
};
struct CodeCopy {
    static constexpr int IN = 3, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) { return copy_to_memory(f, gas, top, f.code->bytes()); }
};
struct ReturnDataSize {
    static uint256 get(const Frame& f) { return uint256{f.return_data.size()}; }
};
/// EIP-211: reading past the end is a failure, not zeros.
struct ReturnDataCopy {
    static constexpr int IN = 3, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        const uint256 &to = top[-1], &from = top[-2], &size = top[-3];
        if (!f.touch_memory(gas, to, size) || !f.charge(gas, f.parameters->copy_word * words_of(size.low32())))
            return Status::out_of_gas;
        if (!from.fits_u32() || uint64_t{from.low32()} + size.low32() > f.return_data.size())
            return Status::return_data_out_of_bounds;
        if (size.low32()) std::memcpy(f.memory + to.low32(), f.return_data.data() + from.low32(), size.low32());
        return Status::success;
    }
};
/// EIP-5656.
struct MemoryCopy {
    static constexpr int IN = 3, OUT = 0;
    static Status run(Frame& f, GasRegister& gas, uint256* top) {
        const uint256 &to = top[-1], &from = top[-2], &size = top[-3];
        if (!f.touch_memory(gas, to < from ? from : to, size) ||
            !f.charge(gas, f.parameters->copy_word * words_of(size.low32())))
            return Status::out_of_gas;
        if (size.low32()) std::memmove(f.memory + to.low32(), f.memory + from.low32(), size.low32());
        return Status::success;
    }
};

inline Exit stop(ASHLAR_HANDLER_PARAMETERS) {
    (void)pc, (void)sp, (void)table, (void)base;
    f.gas = gas;
    f.output_offset = f.output_size = 0;
    return exit_with(Status::success);
}
/// RETURN and REVERT.
template <Status STATUS>
Exit finish(ASHLAR_HANDLER_PARAMETERS) {
    (void)pc, (void)table;
    ASHLAR_REQUIRE(2);
    const uint256 &offset = sp[-1], &size = sp[-2];
    GasRegister g = gas;
    if (!f.touch_memory(g, offset, size)) return exit_with(Status::out_of_gas);
    f.gas = g;
    f.output_size = size.low32();
    f.output_offset = f.output_size ? offset.low32() : 0;
    return exit_with(STATUS);
}

}  // namespace ashlar::evm::op
