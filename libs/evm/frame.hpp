// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <memory>

#include "libs/evm/evm.hpp"
#include "libs/evm/gas.hpp"

/// The interpreter's working state; internal to libs/evm.
namespace ashlar::evm {

struct Frame;

/// Why a frame's instruction loop was left. The first values are Status; a suspended frame goes on after its child.
enum class Exit : uint32_t { call = 0x100, create = 0x101 };
constexpr Exit exit_with(Status s) { return static_cast<Exit>(s); }

/// Gas in a register: at most GAS_CHUNK, the rest waits in Frame::gas_reserve. Negative means: look at the reserve.
using GasRegister = int32_t;
inline constexpr uint64_t GAS_CHUNK = 0x3fffffff;

struct HandlerTable;
/// One instruction: runs it and calls the next one's handler as its last act, so that the state stays in registers.
/// pc is at the instruction, sp at the first free stack item, base at the frame's first.
using Handler = Exit (*)(const uint8_t* pc, uint256* sp, GasRegister gas, Frame& f, const HandlerTable* table,
                         uint256* base);
struct HandlerTable {
    Handler at[256];
};
const HandlerTable& handler_table(Revision revision);

/// Memory of all frames of a call tree, one behind the other in one buffer.
class MemoryArena {
  public:
    MemoryArena();
    uint8_t* data() { return buffers_.back().get(); }
    /// Makes [from, to) available and zero; may move the buffer. Views into an older buffer stay valid until release().
    void extend(size_t from, size_t to);
    /// Drops the buffers that were outgrown.
    void release();

  private:
    struct Free {
        void operator()(uint8_t* p) const;
    };
    std::vector<std::unique_ptr<uint8_t, Free>> buffers_;
    size_t capacity_;
    /// Bytes below this may be non-zero.
    size_t dirty_ = 0;
};

/// Logs that `amount`, not zero, goes from one account to another (EIP-7708).
void log_transfer(Host& host, const Account& from, const Account& to, const uint256& amount);

/// A call or creation that a frame asks for.
struct Request {
    enum class Kind : uint8_t { call, callcode, delegatecall, staticcall, create, create2 } kind = Kind::call;
    Account* recipient = nullptr;
    Account* code_account = nullptr;
    Address sender;
    uint256 value;
    BytesView input;
    uint64_t gas = 0;
    /// State gas paid for the account that the call or creation makes; comes back when it fails.
    uint32_t state_gas = 0;
    bool is_static = false;
    uint32_t output_offset = 0, output_size = 0;
    uint256 salt;
};

struct Frame {
    // Read by most instructions.
    uint256* stack_limit = nullptr;
    uint8_t* memory = nullptr;
    /// Bytes, a multiple of 32.
    uint32_t memory_size = 0;
    const uint8_t* code_begin = nullptr;
    const Code* code = nullptr;
    uint64_t gas_reserve = 0;
    StateGas state_gas;
    Host* host = nullptr;
    const GasParameters* parameters = nullptr;
    Account* self = nullptr;
    BytesView input;
    uint32_t depth = 0;
    bool is_static = false;
    Address caller;
    uint256 value;
    Bytes return_data;
    int64_t refund = 0;

    // State while a child runs, and at the end.
    const uint8_t* pc = nullptr;
    uint256* sp = nullptr;
    uint256* base = nullptr;
    GasRegister gas = 0;
    uint32_t output_offset = 0, output_size = 0;
    Request request;

    // How it was started.
    uint64_t reservoir_before = 0;
    size_t memory_offset = 0;
    size_t snapshot = 0;
    bool is_create = false;
    /// Init code of a creation lives here, since it is in no host's keeping.
    Code own_code;
    MemoryArena* arena = nullptr;

    uint64_t total_gas(GasRegister g) const { return gas_reserve + static_cast<uint64_t>(static_cast<int64_t>(g)); }
    /// Splits `total` between the register (returned) and the reserve.
    GasRegister split_gas(uint64_t total) {
        const uint64_t now = std::min(total, GAS_CHUNK);
        gas_reserve = total - now;
        return static_cast<GasRegister>(now);
    }
    /// Takes `cost`; false, with everything unchanged, if there is less.
    bool charge(GasRegister& g, uint64_t cost) {
        if (cost <= static_cast<uint64_t>(static_cast<uint32_t>(g))) [[likely]] {
            g -= static_cast<GasRegister>(cost);
            return true;
        }
        const uint64_t total = total_gas(g);
        if (cost > total) return false;
        g = split_gas(total - cost);
        return true;
    }
    /// Takes state gas (EIP-8037); false, with everything unchanged, if there is less.
    bool charge_state(GasRegister& g, uint64_t cost) {
        if (!charge(g, state_gas.beyond(cost))) return false;
        state_gas.take(cost);
        return true;
    }
    /// Gives state gas back.
    void refill_state(GasRegister& g, uint64_t amount) { g = split_gas(total_gas(g) + state_gas.put_back(amount)); }
    /// Gas of a memory of `words` words (YP 326).
    uint64_t memory_gas(uint32_t words) const {
        const uint32_t divisor = parameters->memory_square_divisor;
        // Two megabytes and less need no 64-bit division, which is slow in the guest.
        const uint64_t square = words <= UINT16_MAX ? words * words / divisor : uint64_t{words} * words / divisor;
        return uint64_t{parameters->memory_word} * words + square;
    }
    /// Pays for and makes [offset, offset + size) available; false when gas does not suffice. size > 0.
    bool touch_memory(GasRegister& g, uint64_t offset, uint64_t size) {
        const uint64_t end = offset + size;
        if (end <= memory_size) [[likely]]
            return true;
        const GasRegister left = grow_memory(g, end);
        if (left < 0) return false;
        g = left;
        return true;
    }
    /// For memory beyond 2^32 - 32 bytes. Always false: out of gas, unless the gas could pay, which the host is told.
    [[gnu::noinline]] bool refuse_memory(GasRegister g);
    /// Grows the memory to hold `end` bytes and returns the gas that is left, or -1. Gas goes by value so that the
    /// callers keep it in a register.
    GasRegister grow_memory(GasRegister g, uint64_t end);
    /// The same for operands from the stack. A size of zero touches nothing and makes `offset` irrelevant.
    bool touch_memory(GasRegister& g, const uint256& offset, const uint256& size) {
        if (!size.fits_u32()) [[unlikely]]
            return refuse_memory(g);
        if (size.low32() == 0) return true;
        if (!offset.fits_u32()) [[unlikely]]
            return refuse_memory(g);
        return touch_memory(g, uint64_t{offset.low32()}, size.low32());
    }
};

}  // namespace ashlar::evm
